"""A server process with a real gateway, journal and engine, and doors for tests to make things happen inside it.

Everything else of the desk is a small fake:
`python -m tests.web.gateway.process eventlet PORT FOLDER [setting=value …]`.
"""

import gc
import itertools
import signal
import sys
import traceback
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from runtime import make, patch

TOKENS = {f"{scope}-token": scope for scope in ("admin", "read", "publish", "signal", "report", "trade")}
# Nothing ends because the machine stood still for seconds; a test whose subject is an end sets its own time.
SETTINGS: dict[str, Any] = {
    "role": "all",
    "ring_facts": 200,
    "replay_facts": 500,
    "client_queue_bytes": 1 << 20,
    "client_stall_seconds": 5.0,
    "client_behind_seconds": 60.0,
    "heartbeat_seconds": 3600.0,
    "ping_seconds": 25.0,
    "ping_timeout_seconds": 20.0,
    "socket_auth_seconds": 20.0,
    "strangers": 1000,
    "header_seconds": 30.0,
    "long_poll_seconds": 20.0,
    "answer_seconds": 30.0,
    "send_buffer": 0.0,
    "stock": 0.0,
    "compiled": 1.0,
    "messages_per_second": 20.0,
    "publish_per_second": 1000.0,
    "publish_bytes_per_second": 2 << 20,
    "max_request_bytes": 1 << 20,
    "clients_per_login": 6000,
    "clients_per_address": 6000,
    "state_seconds": 0.0,  # shared, a test would be given the state of the one before
    "playbacks": 2,
    "playback_per_second": 1000.0,
    "playback_idle_seconds": 60.0,
}


def auth() -> Any:
    """Knows the tokens above and no cookie; the real one is tried in tests/security."""
    from web.auth import Principal

    class FakeAuth:
        def check_token(self, token: str) -> Principal | None:
            scope = TOKENS.get(token)
            return Principal("owner", frozenset({scope}), "token", token, token) if scope else None

        def check_session_cookie(self, environ: Any) -> Principal | None:
            return None

        def authenticate(self, headers: Any, cookies: Any, https: bool) -> Principal | None:
            scheme, _, token = headers.get("Authorization", "").partition(" ")
            return self.check_token(token) if scheme == "Bearer" else None

        def over_https(self, environ: Any) -> bool:
            return False

        def origin_allowed(self, origin: str | None, host: str) -> bool:
            return not origin or origin == f"http://{host}"

        def on_revoked(self, callback: Any) -> None:
            pass

    return FakeAuth()


def tell_tasks(*_: Any) -> None:
    """Where every green task stands, into the log: what a request that is not answered waits for."""
    from greenlet import greenlet

    for task in [one for one in gc.get_objects() if isinstance(one, greenlet)]:
        stack = traceback.format_stack(task.gr_frame)[-8:] if task.gr_frame is not None else ["this one, or ended\n"]
        print("task", *stack, sep="\n", flush=True)


def main(engine: Any, port: int, folder: Path, overrides: dict[str, Any]) -> None:
    import gc
    import socket

    import greenlet
    from flask import Flask, request
    from prometheus_client import CollectorRegistry

    from events.bus import Bus
    from events.envelope import Fact, Passing
    from events.journal import Entry, Unit, open_journal
    from events.reading import Readers
    from runtime import fanout
    from signals.intake import Intake
    from signals.sources import Sources
    from web import errors
    from web.api import accounts
    from web.gateway import Gateway, internals, snapshots, strangers

    runtime = make(engine)
    values = SimpleNamespace(**(SETTINGS | overrides))
    reads = itertools.count()
    rows = Readers.rows
    Readers.rows = lambda *args: (next(reads), rows(*args))[1]  # type: ignore[method-assign]
    journal = open_journal(f"sqlite:///{folder / 'desk.db'}", runtime, ring=int(values.ring_facts))
    sources = Sources(journal, "a secret key for tests", "hook-token")
    desk: Any = SimpleNamespace(
        sources=sources,
        intake=Intake(journal, sources),
        metrics=CollectorRegistry(),
        values=values,
        runtime=runtime,
        journal=journal,
        bus=Bus(runtime=runtime),
        wakeups=SimpleNamespace(),
        version="test",
        count_sockets=[],
        tell_delivery=[],
        count_delivered=[],
        # Every third commit waits for the next one, or for a moment, as an alert does for its verdict.
        more_comes=lambda facts: (facts[-1].seq or 0) % 3 == 0,
    )
    keeper = auth()
    app = Flask("gateway-test")
    app.extensions["desk_auth"] = keeper
    errors.install(app)

    def state(desk: Any) -> dict[str, Any]:
        seq = journal.head
        runtime.sleep(0.005)  # a real one reads the database
        signals = [{"id": n, "why": "x" * 5000} for n in range(100)]
        return {"epoch": journal.epoch, "seq": seq, "signals": signals}

    app.register_blueprint(accounts.blueprint(desk))
    if not values.compiled:
        fanout.fastest = fanout.ByPython
    if values.stock:
        internals.PINNED["python-engineio"] = "0.0.1"
    snapshots.STATE_SECONDS = values.state_seconds
    strangers.MOST = values.strangers
    gateway = Gateway(desk, keeper, state)
    sockets = gateway.init_app(app)

    def fact(n: int, size: int) -> Fact:
        symbol = ("NQ1!", "ES1!", None)[n % 3]
        data = {"event_type": "info", "n": n, "pad": "x" * size}
        return Fact(type="event", data=data, message=f"fact {n}", source="test", symbol=symbol)

    @app.post("/test/append")
    def append() -> dict[str, Any]:
        count, size = int(request.args["n"]), int(request.args.get("size", 10))
        at_once, pause = int(request.args.get("at_once", 1)), float(request.args.get("pause", 0))
        for start in range(0, count, at_once):
            facts = [Entry(fact=fact(n, size)) for n in range(start, min(count, start + at_once))]
            journal.append(Unit(entries=facts))
            if pause:
                runtime.sleep(pause)
        return {"head": journal.head}

    @app.post("/test/passing")
    def passing() -> dict[str, Any]:
        names = request.args.get("keys", "NQ1!").split(",")
        for n in range(int(request.args["n"])):
            key = names[n % len(names)]
            data = {
                "symbol": key,
                "price": int(request.args.get("first", 0)) + n,
                "pad": "x" * int(request.args.get("size", 10)),
            }
            desk.bus.publish(Passing(type="price_update", key=key, data=data, message="price", source="test"))
            runtime.sleep(float(request.args.get("pause", 0)))
        return {}

    @app.get("/test/connections")
    def connections() -> dict[str, Any]:
        standing = [client for room in gateway.rooms._rooms.values() for client in room]
        return {
            "items": gateway.connections(),
            "standing": len(standing),
            "direct": [client.id for client in standing if client.outbox.open],
            "count": gateway.count(),
            "figures": gateway.figures(),
            "reads": next(reads),
            "library_rooms": [len(rooms) for rooms in sockets.server.manager.rooms.values()],
        }

    @app.get("/test/tasks")
    def tasks() -> dict[str, int]:
        alive = [one for one in gc.get_objects() if isinstance(one, greenlet.greenlet) and one and not one.dead]
        return {"alive": len(alive)}

    @app.get("/test/held")
    def held() -> dict[str, int]:
        """How many of each connection's objects there are; from now on nothing is collected."""
        gc.disable()
        kinds = ("Client", "WebSocket", "Line", "Outbox", "PlainClient", "EngineTalk", "Protocol", "Handler")
        found = Counter(type(one).__name__ for one in gc.get_objects())
        return {kind: found[kind] for kind in kinds}

    @app.get("/healthz")
    @app.get("/readyz")
    def well() -> dict[str, Any]:
        return {"version": "test", "model": {"status": "starter"}}

    @app.get("/api/webhook/health")
    def health() -> dict[str, Any]:
        return {"items": [], "next": None, "setup": {"url": "http://desk/webhook/hook-token"}}

    @app.post("/webhook/<token>")
    def webhook(token: str) -> Any:
        if token != "hook-token":
            return {"error": {"code": "wrong_token", "message": "no", "hint": "no"}}, 401
        scored = Fact(type="signal_update", data={"id": "signal-1"}, message="BUY MNQ1!", source="test")
        runtime.spawn(journal.append, Unit(entries=[Entry(fact=scored)]))
        return {"status": "accepted", "signal_id": "signal-1"}

    signal.signal(signal.SIGUSR1, tell_tasks)
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    if values.send_buffer:  # accepted sockets inherit it: the kernel takes frames only in part
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, int(values.send_buffer))
    print("ready", flush=True)
    runtime.serve(listener, app, max_sockets=4000, header_timeout=values.header_seconds).run()


if __name__ == "__main__":
    patch(sys.argv[1])  # type: ignore[arg-type]
    given = dict(pair.split("=") for pair in sys.argv[4:])
    main(
        sys.argv[1],
        int(sys.argv[2]),
        Path(sys.argv[3]),
        {name: type(SETTINGS[name])(value) for name, value in given.items()},
    )
