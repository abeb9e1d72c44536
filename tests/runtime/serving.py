"""A server in a process of its own: says its port, serves until a line arrives, then stops. Run by test_server."""

import sys

import runtime

ENGINE, MAX_SOCKETS, HEADER_TIMEOUT = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
runtime.patch(ENGINE)  # type: ignore[arg-type]

import gc  # noqa: E402
import json  # noqa: E402
import socket  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from runtime.chunks import BrokenBody  # noqa: E402
from runtime.requests import Body  # noqa: E402

engine = runtime.make(ENGINE)  # type: ignore[arg-type]


slow: list[str] = []  # requests that are being answered slowly


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """What it was asked; `/soon` takes 0.2 s, `/slow` 1.5, `/slower` three; `/break` raises; `/read` reads a chunked
    body; `/counts` counts.
    """
    if seconds := {"/soon": 0.2, "/slow": 1.5, "/slower": 3.0}.get(environ["PATH_INFO"]):
        slow.append(environ["PATH_INFO"])
        engine.sleep(seconds)
        slow.remove(environ["PATH_INFO"])
    if environ["PATH_INFO"] == "/break":
        raise ValueError("broken")
    if environ["PATH_INFO"] == "/counts":
        bodies = sum(isinstance(one, Body) for one in gc.get_objects())
        counted = json.dumps({"bodies": bodies, "slow": len(slow)}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(counted)))])
        return [counted]
    if environ["PATH_INFO"] == "/read":
        try:
            environ["wsgi.input"].read()
        except BrokenBody:
            start_response("400 Bad Request", [("Content-Length", "0")])
            return []
    seen = {
        "path": environ["PATH_INFO"],
        "body": environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode(),
        "extensions": environ.get("HTTP_SEC_WEBSOCKET_EXTENSIONS"),
        "environ": {name: value for name, value in environ.items() if isinstance(value, str | tuple)},
    }
    answer = json.dumps(seen).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = engine.serve(listener, app, max_sockets=MAX_SOCKETS, header_timeout=HEADER_TIMEOUT)
    serving = engine.spawn(server.run)
    print(listener.getsockname()[1], flush=True)
    engine.call_blocking(sys.stdin.readline)
    server.stop(3.0)
    serving.join(30.0)
    print(f"stopped with {server.connections} open", flush=True)


if __name__ == "__main__":
    main()
