"""A secret may stand anywhere in an alert, and afterwards it stands nowhere."""

import json
import sqlite3
from pathlib import Path

import pytest
import requests

from tests.conftest import StartServer
from tests.support.browser import Browser
from tests.support.follower import Follower
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, WEBHOOK_TOKEN, DeskServer

CANARY = "canary-5ecre7-f00d-cafe-77aa"
LICENCE = "60123456789017"  # PineConnector's are digits, and stand first
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
        f"{LICENCE},buy,US100,risk=1,sl=30,tp=60".encode(),
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


ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}
SHOWN = (
    "/api/events?limit=1000",
    "/api/signals?limit=1000",
    "/api/state",
    "/metrics",
    "/readyz",
    "/api/connections",
    "/api/tokens",
    "/api/export/signals.csv",
)


def hits(text: str) -> int:
    return text.count(CANARY) + text.count(LICENCE)


def everywhere(server: DeskServer, follower: Follower) -> dict[str, str]:
    """All that the running server keeps, shows, says or sends, by place."""
    places = {path: requests.get(server.url + path, headers=ADMIN, timeout=PATIENCE).text for path in SHOWN}
    health = requests.get(f"{server.url}/api/webhook/health", headers=ADMIN, timeout=PATIENCE).json()
    assert health.pop("setup")["url"], "the owner's panel of the URL to copy: the one place that may show the token"
    return places | {
        "/api/webhook/health": json.dumps(health),
        "frames": json.dumps([follower.envelopes, follower.snapshots, follower.sessions]),
        "log": log_without_banner(server.log),
    }


def log_without_banner(log: str) -> str:
    """The banner shows the owner the URL and a line to try, once, before anything is logged."""
    webhook, curl = (next(line for line in log.splitlines() if line.startswith(word)) for word in ("Webhook ", "curl "))
    return log.replace(webhook, "", 1).replace(curl, "", 1)


def at_rest(data_dir: Path) -> dict[str, str]:
    """The database as text, and every file as it lies on the disk."""
    with sqlite3.connect(data_dir / "desk.db") as connection:
        dump = "\n".join(connection.iterdump())
    files = {str(path): path.read_bytes().decode(errors="replace") for path in data_dir.rglob("*") if path.is_file()}
    return files | {"database": dump}


def doors(token: str) -> tuple[str, ...]:
    """Where an alert that carries the canary may arrive."""
    return (
        "/webhook",
        f"/webhook/{token}",
        f"/webhook/wrong-{CANARY}",
        f"/webhook?secret={CANARY}&symbol=MNQ1!",
        f"/webhook/{token}?token={CANARY}&symbol=MNQ1!",
    )


def post_everything(server: DeskServer, token: str) -> tuple[int, int]:
    """Each body through each door; how many were accepted and how many refused."""
    accepted = refused = 0
    for body in (*bodies(), f"{token},buy,US100,risk=1,sl=30,tp=60".encode()):
        for path in doors(token):
            answer = requests.post(server.url + path, data=body, timeout=PATIENCE)
            assert answer.status_code < 500
            assert not hits(answer.text)
            accepted += answer.status_code == 200
            refused += answer.status_code >= 400
        tried = requests.post(f"{server.url}/api/test-alert", data=body, headers=ADMIN, timeout=PATIENCE)
        assert tried.status_code in (200, 413)
        assert not hits(tried.text), body
    return accepted, refused


def knock_everywhere(server: DeskServer) -> None:
    """The canary where a person or a script may put it by mistake."""
    bearer = {"Authorization": f"Bearer {CANARY}"}
    for answer in (
        requests.get(f"{server.url}/webhook/{CANARY}", timeout=PATIENCE),
        requests.get(f"{server.url}/no-such-page?token={CANARY}", timeout=PATIENCE),
        requests.post(f"{server.url}/api/events", headers=bearer, timeout=PATIENCE),
        requests.get(f"{server.url}/api/state", headers=bearer, timeout=PATIENCE),
        requests.post(f"{server.url}/login/{CANARY}", timeout=PATIENCE),
        Browser(server).try_password(CANARY),
        requests.post(f"{server.url}/login", data={"password": "x", "user": CANARY}, timeout=PATIENCE),
    ):
        assert answer.status_code >= 400
        assert not hits(answer.text)


@pytest.mark.parametrize("token", [CANARY, WEBHOOK_TOKEN], ids=["ours", "a broker's"])
def test_a_canary_secret_is_nowhere_afterwards(start_server: StartServer, token: str) -> None:
    """Right and wrong secrets, whole and broken bodies, the dry run, a login with it: 0 hits, on the disk too.

    The canary is the webhook's own token, and then a secret that the alert carries for somebody else. Seen to fail with
    the body stored as it came on the refused path and on the accepted one, with a dry run that shows what it removed,
    with log lines that nobody redacts (the webhook's path, a form with its password), and (a broker's) with the text of
    a broken body left as it is.
    """
    server = start_server(WEBHOOK_TOKEN=token, DASHBOARD_PASSWORD="another word", LOG_LEVEL="debug")
    follower = Follower(server.port)
    follower.wait_joined()
    accepted, refused = post_everything(server, token)
    assert accepted > 30, "the alerts that carry it are stored"
    assert refused > 30, "and the broken ones are refused"
    knock_everywhere(server)
    server.wait_processed()
    follower.wait_for(server.get("/api/state")["seq"])
    places = everywhere(server, follower)
    follower.close()
    server.stop()
    places |= at_rest(server.data_dir) | {"log": log_without_banner(server.log)}
    assert {place: found for place, text in places.items() if (found := hits(text))} == {}
