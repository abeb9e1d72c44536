"""A small webhook that records what it gets and answers as told: what TradingView's sender would meet."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Got:
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: tuple[str, int]


@dataclass
class Receiver:
    """`answer(number)` gives status and body for the request of that number, counted from 0."""

    answer: Callable[[int], tuple[int, dict[str, object]]]
    got: list[Got] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiver(
    answer: Callable[[int], tuple[int, dict[str, object]]] = lambda n: (200, {"status": "accepted"}),
) -> Iterator[Receiver]:
    made = Receiver(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            number = len(made.got)
            made.got.append(
                Got(parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body, self.client_address)
            )
            status, reply = made.answer(number)
            raw = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/webhook/a-token-of-the-test"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
