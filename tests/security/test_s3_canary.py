"""S3: a secret may stand anywhere in an alert, and afterwards it stands nowhere."""

import json
import sqlite3
from pathlib import Path

import requests

from tests.conftest import StartServer
from tests.support.follower import Follower
from tests.support.server import API_TOKEN, DeskServer

CANARY = "canary-5ecre7-f00d-cafe-77aa"
NAMES = ("secret", "passphrase", "token", "key", "apikey", "signalToken")


def bodies() -> list[bytes]:
    """Every place and every state of repair in which an alert may carry its secret."""
    good = {"symbol": "MNQ1!", "side": "buy", "price": 25118.25}
    found: list[bytes] = []
    for name in NAMES:
        found += [
            json.dumps(good | {name: CANARY}).encode(),
            json.dumps(good | {"nested": {name.upper(): CANARY}}).encode(),
            json.dumps(good | {"accounts": [{name: CANARY, "id": "A1"}]}).encode(),
            f'{{"symbol":"MNQ1!","side":"buy","price":NaN,"{name}":"{CANARY}",}}'.encode(),
            f'{{"symbol":"MNQ1!","{name}":"{CANARY}","price":'.encode(),
            f"BUY MNQ1! @ 25118.25\n{name}={CANARY}\n".encode(),
            f"{name}={CANARY} symbol=MNQ1! side=buy price=1,2,3".encode(),
            f"{name}: {CANARY}\nsymbol: MNQ1!\nside: buy\n".encode(),
            f'{{"{name}":"{CANARY}"}}'.encode(),
        ]
    found += [
        f"{CANARY},buy,US100,risk=1,sl=30,tp=60".encode(),
        json.dumps(good | {"secret": CANARY, "comment": f"the secret is {CANARY}"}).encode(),
        json.dumps([good | {"secret": CANARY}, good | {"secret": CANARY, "side": "sell"}]).encode(),
        json.dumps({"secret": CANARY} | {f"k{n}": n for n in range(300)}).encode(),
        json.dumps(
            good
            | {"secret": CANARY, "side": "sideways", "x": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}}
        ).encode(),
        b'{"secret":"' + CANARY.encode() + b'","note":"' + b"x" * 70_000 + b'"}',
    ]
    return found


def everywhere(server: DeskServer, follower: Follower) -> dict[str, str]:
    """All that the server keeps, shows, says or sends, by place."""
    places = {"log": server.log, "frames": json.dumps([follower.envelopes, follower.snapshots])}
    for path in (
        "/api/events?limit=1000",
        "/api/signals?limit=1000",
        "/api/state",
        "/api/webhook/health",
        "/metrics",
        "/readyz",
        "/api/connections",
        "/api/export/signals.csv",
    ):
        answer = requests.get(server.url + path, headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=10)
        places[path] = answer.text
    return places


def database(data_dir: Path) -> str:
    with sqlite3.connect(data_dir / "desk.db") as connection:
        return "\n".join(connection.iterdump())


def test_a_canary_secret_is_nowhere_afterwards(start_server: StartServer) -> None:
    """The webhook's own secret, wrong secrets beside the right one, whole and broken bodies: 0 hits anywhere.

    Seen to fail with redaction left out of the refused path (the `signal_rejected` fact shows it).
    """
    server = start_server(WEBHOOK_TOKEN=CANARY)
    follower = Follower(server.port)
    follower.wait_joined()
    accepted = refused = 0
    for body in bodies():
        for url in (
            f"{server.url}/webhook",
            f"{server.url}/webhook/{CANARY}",
            f"{server.url}/webhook/wrong-{CANARY}",
            f"{server.url}/webhook?secret={CANARY}&symbol=MNQ1!",
        ):
            answer = requests.post(url, data=body, timeout=10)
            assert answer.status_code < 500
            assert CANARY not in answer.text
            accepted += answer.status_code == 200
            refused += answer.status_code >= 400
    assert accepted > 30, "the canary opens the door, so its alerts are stored"
    assert refused > 30, "and the broken ones are refused"
    requests.get(f"{server.url}/webhook/{CANARY}", timeout=10)
    requests.get(f"{server.url}/no-such-page?token={CANARY}", timeout=10)
    requests.post(f"{server.url}/api/events", headers={"Authorization": f"Bearer {CANARY}"}, timeout=10)
    head = server.get("/api/state")["seq"]
    follower.wait_for(head)
    server.wait_processed()
    hits = {place: text.count(CANARY) for place, text in everywhere(server, follower).items()}
    follower.close()
    server.stop()
    hits["database"] = database(server.data_dir).count(CANARY)
    hits["files"] = sum(
        path.read_bytes().count(CANARY.encode()) for path in server.data_dir.rglob("*") if path.is_file()
    )
    # The start banner and the set-up panel show the owner the URL to copy; nothing else may.
    hits["log"] -= banner_lines(server.log)
    setup = everywhere_setup(hits)
    assert hits == dict.fromkeys(hits, 0) | setup


def banner_lines(log: str) -> int:
    return sum(line.count(CANARY) for line in log.splitlines() if line.lstrip().startswith(("Webhook", "curl")))


def everywhere_setup(hits: dict[str, int]) -> dict[str, int]:
    """What the owner's own set-up panel shows on purpose."""
    return {"/api/webhook/health": hits["/api/webhook/health"]}
