"""The servers that take turns: ours with everything switched on, and the peers, each on its own core."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.broadcast import machine
from tests.support.server import API_TOKEN, DeskServer, free_port

START_SECONDS = 40.0


@dataclass(frozen=True)
class Server:
    """One that can be measured. `mode` and `path` are how the generator talks to it; `command` has {port}."""

    tag: str
    name: str
    mode: str
    path: str
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    post_offset: int = 0
    ours: bool = False


@dataclass(frozen=True)
class Running:
    server: Server
    port: int
    pid: int
    desk: DeskServer | None = None

    @property
    def post_port(self) -> int:
        return self.port + self.server.post_offset

    @property
    def pids(self) -> list[int]:
        return machine.family(self.pid)

    @property
    def folder(self) -> Path:
        """Where our own keeps its data."""
        assert self.desk is not None
        return self.desk.data_dir

    def handed(self) -> dict[int, int]:
        """When our own turned to each recent fact, by seq (monotonic ns); empty for a peer, whose events say it."""
        return self._recent("began_ns")

    def committing(self) -> dict[int, int]:
        """When the commit of each recent fact began, as `committed` says when it ended."""
        return {seq: at for seq, at in self._recent("committing_ns").items() if at is not None}

    def committed(self) -> dict[int, int]:
        """When the commit of each recent fact ended, by seq (monotonic ns), of those that our own committed."""
        return {seq: at for seq, at in self._recent("committed_ns").items() if at is not None}

    def _recent(self, moment: str) -> dict[int, int]:
        if self.desk is None:
            return {}
        recent = self.desk.get("/ws/stats")["recent_broadcasts"]
        return {seq: one[moment] for one in recent for seq in range(one["first"], one["last"] + 1)}


BARE, REFERENCE = "bare C loop of `send`", "Node.js socket.io"
# Everybody comes from one address by one token here.
ROOM = {
    "MAX_SOCKETS": "8192",
    "CLIENTS_PER_LOGIN": "8192",
    "CLIENTS_PER_ADDRESS": "8192",
    "PUBLISH_PER_SECOND": "1000000",
    "PUBLISH_BYTES_PER_SECOND": "1000000000",
}
SOCKETIO = "/socket.io/?EIO=4&transport=websocket"
OURS = (
    Server("desk", "Signal Desk, Socket.IO", "desk", SOCKETIO, ours=True),
    Server("desk-ws", "Signal Desk, `/ws`", "desk", "/ws", ours=True),
    Server("desk-gevent", "Signal Desk, gevent", "desk", SOCKETIO, env={"ASYNC_MODE": "gevent"}, ours=True),
)


def peers(folder: Path) -> tuple[Server, ...]:
    """The peers that are built in `folder`. SystemExit when it holds none."""
    built = Path(os.environ.get("BENCH_HOME") or folder / "build")
    code = folder / "servers"
    if not (built / "h_raw").exists():
        raise SystemExit(
            f"No peers are built in {folder}: run its setup.sh, or leave --peers out to measure ours alone."
        )
    node = shutil.which("node") or "node"
    uvicorn = (str(built / "v-e/bin/uvicorn"), "--app-dir", str(code), "e_fastapi:app", "--host", "127.0.0.1", "--port")
    quiet = ("--log-level", "error", "--no-access-log", "--backlog", "2048")
    websockets = (str(built / "v-g/bin/python"), str(code / "g_websockets.py"))
    flask = (str(built / "v-a/bin/python"), str(code / "a_flask.py"))
    return (
        Server("H-c", BARE, "ws", "/ws", (str(built / "h_raw"),)),
        Server(
            "F",
            REFERENCE,
            "socketio",
            SOCKETIO,
            (node, str(code / "f_node.cjs")),
            {"MODDIR": str(built / "node")},
        ),
        Server("G", "websockets `broadcast()`", "ws", "/ws", websockets, post_offset=1),
        Server("E", "FastAPI, uvicorn", "ws", "/ws", (*uvicorn, "{port}", *quiet)),
        Server("A", "stock Flask-SocketIO, eventlet", "socketio", SOCKETIO, flask, {"ASYNC": "eventlet"}),
    )


@contextmanager
def running(server: Server, core: int, trained: Path) -> Iterator[Running]:
    """The server, pinned to `core`, until the block ends; ours starts with a copy of what `train` made."""
    if server.ours:
        with _desk(server, core, trained) as found:
            yield found
        return
    port = _free_ports(server.post_offset)
    command = [part.format(port=port) for part in server.command]
    env = {**os.environ, **server.env, "PORT": str(port)}
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    os.sched_setaffinity(process.pid, {core})
    try:
        for one in {port, port + server.post_offset}:
            _wait_for(one, process)
        yield Running(server, port, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def train(folder: Path) -> Path:
    """A data folder whose starter model is trained, so that no run waits for that."""
    desk = DeskServer(folder / "trained")
    with desk:
        deadline = time.monotonic() + 120
        while desk.get("/api/state")["model"]["status"] == "training" and time.monotonic() < deadline:
            time.sleep(0.2)
    return desk.data_dir


@contextmanager
def _desk(server: Server, core: int, trained: Path) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(dir=trained.parent) as folder:
        shutil.copytree(trained, Path(folder) / "data")
        env = {"LOG_LEVEL": "warning", **ROOM, **server.env}
        desk = DeskServer(Path(folder) / "data", env).start(wait=False)
        os.sched_setaffinity(desk.pid, {core})
        try:
            desk.wait_ready()
            yield Running(server, desk.port, desk.pid, desk)
        finally:
            desk.stop()


def _free_ports(offset: int) -> int:
    """A port that is free, and with it the one `offset` above."""
    while True:
        port = free_port()
        with contextlib.suppress(OSError), socket.socket() as other:
            other.bind(("127.0.0.1", port + offset))
            return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("it did not start: is it built?") from None
            time.sleep(0.05)
        else:
            return


def event_envelope(payload: bytes) -> dict[str, Any]:
    """The envelope in one of our frames, Socket.IO's or plain."""
    found: dict[str, Any] = json.loads(payload[payload.index(b"{") :].rstrip(b"]"))
    return found


def event_request(running: Running) -> bytes:
    """One POST that brings one broadcast: a peer's own, or a fact of about the same 600 bytes on the wire."""
    if not running.server.ours:
        body = b'{"seq":~~~~~~~~~~}'
        return post(running.post_port, "/emit", body)
    body = (
        b'{"type":"event","id":"bench-@@@@@@@@@@","source":"scanner","message":"model scored this event above '
        b'threshold because features drift rate volume author history weekend","data":{"event_type":"scan","symbol":'
        b'"MNQ1!","details":{"score":0.123456,"features":[1.234567,-2.345678,3.456789,-4.567891,0.678912,1.789123,-2.891234,'
        b"3.912345,-4.123456,0.234567,1.345678,-2.456789,3.567891,-4.678912,0.789123,"
        b"1.891234,-2.912345,3.123456,-4.234567,0.345678]}}}"
    )
    return post(running.post_port, "/api/events", body, f"Authorization: Bearer {API_TOKEN}\r\n")


def post(port: int, path: str, body: bytes, headers: str = "") -> bytes:
    """A whole request, as the generator sends it."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{headers}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
