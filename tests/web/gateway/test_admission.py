"""Who may say what, through every door: one table, tried over HTTP, Socket.IO and `/ws`."""

import itertools
import time
import uuid
from typing import Any

import pytest
import requests
import socketio

from events import catalogue
from tests.support.patience import PATIENCE
from tests.web.gateway.conftest import ADMIN, Running
from tests.web.gateway.following import Plain, Talker
from tests.web.gateway.process import TOKENS

pytestmark = pytest.mark.socket
PATTERN = {"pattern": "wedge", "symbol": "NQ1!"}
ACCOUNT = {"account": "elsewhere"}
TRADE = ACCOUNT | {"symbol": "NQ1!", "side": "buy", "quantity": 1, "price": 21450.25}
POSITION = ACCOUNT | {"symbol": "NQ1!", "position": "long", "quantity": 1}
FORECAST = {"kind": "forecast", "model": "theirs", "symbol": "NQ1!"}
# What is said, the scope that lets it be said, and what that scope gets for an answer (None: it is taken).
SAID: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "event": ({"event_type": "scan"}, "publish", None),
    "alert": ({"text": "look"}, "publish", None),
    "price_update": ({"symbol": "NQ1!", "price": 1.5}, "publish", None),
    "market_update": ({"symbol": "NQ1!", "price": 1.5}, "publish", None),
    "pattern_detected": (PATTERN, "publish", None),
    "ml_prediction_update": (FORECAST, "publish", None),
    # As other systems send it: from outside it can be nothing but a forecast.
    "ml_prediction": ({name: value for name, value in FORECAST.items() if name != "kind"}, "publish", None),
    "llm_decision": ({"agent": "a", "action": "wait"}, "publish", None),
    "signal_received": ({"symbol": "NQ1!", "side": "buy", "price": 21450.25}, "signal", None),
    "signal_detected": ({"symbol": "NQ1!", "side": "buy", "price": 21451.25}, "signal", None),
    "trade_executed": (TRADE, "report", None),
    "trade_logged": (TRADE, "report", None),
    "position_update": (POSITION, "report", None),
    "position_event": (POSITION | {"account": "the desk's own"}, "report", "account_not_external"),
    "position_updated": (POSITION, "report", None),
    "account_update": (ACCOUNT | {"cash": 5.0}, "report", None),
}
# The desk's own word: no scope lets anybody say it, also under another system's name.
NOBODY = [
    *("signal_update", "trade_exit_updated", "system_health_update", "system_status", "snapshot", "initial_data"),
    *("state_update", "connection_status", "connection", "order_update", "error", "heartbeat", "nonsense"),
]


@pytest.fixture(scope="module", autouse=True)
def account(shared: Running) -> None:
    """An account that lives elsewhere, made known by its owner."""
    answer = requests.put(
        f"{shared.url}/api/accounts/elsewhere", json={"currency": "USD"}, headers=ADMIN, timeout=PATIENCE
    )
    assert answer.ok, answer.text


def expected(scope: str, type_: str) -> str | None:
    """The refusal's code, or None."""
    if type_ in NOBODY:
        return "not_publishable"
    _, needed, outcome = SAID[type_]
    return outcome if scope in (needed, "admin") else "missing_scope"


def event(type_: str) -> dict[str, Any]:
    data = dict(SAID[type_][0]) if type_ in SAID else {}
    return {"id": uuid.uuid4().hex, "type": type_, "data": data, "message": f"{type_} {uuid.uuid4().hex[:4]}"}


def code(answer: dict[str, Any]) -> str | None:
    return answer["error"]["code"] if "error" in answer else None


def test_the_table_has_every_name() -> None:
    """Each name that other systems use, and each type that may be published, stands in the table."""
    publishable = {spec.name for spec in catalogue.TYPES.values() if spec.publish}
    assert publishable | set(catalogue.ALIASES) <= {*SAID, *NOBODY}


@pytest.mark.parametrize("scope", TOKENS.values())
def test_over_http(shared: Running, scope: str) -> None:
    """`POST /api/events`, for one token: each item of a batch answered by itself."""
    types = [*SAID, *NOBODY]
    head = shared.poll(after=0, limit=1)["head"]
    answer = requests.post(
        f"{shared.url}/api/events",
        json=[event(type_) for type_ in types],
        headers={"Authorization": f"Bearer {scope}-token"},
        timeout=PATIENCE,
    ).json()
    told = {type_: code(one) for type_, one in zip(types, answer["items"], strict=True)}
    assert told == {type_: expected(scope, type_) for type_ in types}
    stored = [fact for fact in shared.poll(after=head, limit=1000)["items"] if fact["type"] != "signal_update"]
    assert {fact["origin"] for fact in stored} <= {"external"}
    names = {catalogue.canonical(type_) for type_ in types if told[type_] is None} - {"price_update"}
    assert {fact["type"] for fact in stored} == names


@pytest.mark.parametrize("scope", TOKENS.values())
def test_over_plain_websocket(shared: Running, scope: str) -> None:
    """`/ws`: the same answers; a token that may do nothing here is turned away, one that may not read hears nothing."""
    types = [*SAID, *NOBODY]
    client = Plain(shared.ws, f"{scope}-token", types=["heartbeat"])
    if scope == "trade":
        with pytest.raises(ConnectionError):
            client.next()
        return
    client.say({"op": "publish", "events": [event(type_) for type_ in types]})
    heard = []
    while (answer := client.next()).get("op") != "ack":
        heard.append(answer["type"])
    assert {t: code(one) for t, one in zip(types, answer["answers"], strict=True)} == {
        type_: expected(scope, type_) for type_ in types
    }
    assert set(heard) <= ({"connection_status", "snapshot"} if scope in ("read", "admin") else set())
    for op in ("subscribe", "resume", "request_state", "history", "playback_control", "playback"):
        client.say({"op": op, "id": 7})
        while (answer := client.next()).get("op") != "answer":
            assert scope in ("read", "admin")
        assert (code(answer) == "missing_scope") == (scope not in ("read", "admin")), op
    client.close()


@pytest.mark.parametrize("scope", TOKENS.values())
def test_over_socketio(shared: Running, scope: str) -> None:
    """Socket.IO: the same answers again."""
    types = [*SAID, *NOBODY]
    if scope == "trade":
        with pytest.raises(socketio.exceptions.ConnectionError):
            Talker(shared.url, {"token": "trade-token"})
        return
    talker = Talker(shared.url, {"token": f"{scope}-token", "types": ["heartbeat"]})
    answer = talker.client.call("publish", {"events": [event(type_) for type_ in types]}, timeout=PATIENCE)
    assert {t: code(one) for t, one in zip(types, answer["answers"], strict=True)} == {
        type_: expected(scope, type_) for type_ in types
    }
    alone = talker.client.call("publish", event("event"), timeout=PATIENCE)
    assert code(alone) == expected(scope, "event")
    state = talker.client.call("history", {}, timeout=PATIENCE)
    assert (code(state) == "missing_scope") == (scope not in ("read", "admin"))
    wanted = {"connection_status", "snapshot"} if scope in ("read", "admin") else set()
    deadline = time.monotonic() + PATIENCE
    while not wanted <= heard(talker) and time.monotonic() < deadline:
        time.sleep(0.01)  # its state is read from the database beside the answers
    assert heard(talker) == wanted
    talker.close()


def heard(talker: Talker) -> set[str]:
    return {name for name, _ in talker.events} - {"error"}


def test_nobody_speaks_under_the_desks_name(shared: Running) -> None:
    """A script that calls itself `desk` is refused, whatever it says; the others of the batch are taken."""
    said = [event("event") | {"source": source} for source in ("desk", " Desk", "desk 2")]
    answer = requests.post(f"{shared.url}/api/events", json={"events": said}, headers=ADMIN, timeout=PATIENCE).json()
    assert [code(one) for one in answer["items"]] == ["bad_event", "bad_event", None]


def test_pairs_are_all_tried() -> None:
    """Scope by type: nothing of the table is left out by a typing mistake."""
    assert len(list(itertools.product(TOKENS.values(), [*SAID, *NOBODY]))) == 6 * 29
