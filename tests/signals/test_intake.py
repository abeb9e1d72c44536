"""The webhook's promises: commit then answer, the two keys, every answer, and no secret kept."""

import json
import time
from typing import Any

import pytest

from events.commit import KEEP_DELIVERIES_MS
from events.errors import NotStored
from signals.intake import ID_WINDOW_S
from tests.signals.desk import TOKEN, Desk, entry


def test_an_accepted_alert_is_on_disk_when_answered(desk: Desk) -> None:
    """200 `accepted` names a signal that can be read at once, with its raw text."""
    answer = desk.post(entry())
    assert (answer.status, answer.body["status"]) == (200, "accepted")
    stored = desk.signal(answer.body["signal_id"])
    assert stored["status"] == "received"
    assert json.loads(stored["raw"])["price"] == 21450.25
    assert stored["timings"]["parse_ms"] >= 0


def test_the_same_delivery_is_a_duplicate_with_the_first_id(desk: Desk) -> None:
    """A resend within 30 s is answered 200 with the first one's id, and makes no row."""
    first = desk.post(entry())
    again = desk.post(entry())
    assert again.body == {"status": "duplicate", "signal_id": first.body["signal_id"]}
    assert len(desk.facts("signal_received")) == 1


def test_query_fields_belong_to_the_delivery(desk: Desk) -> None:
    """The same body with another query is another alert."""
    assert desk.send({"side": "buy", "price": 5}, symbol="A") != desk.send({"side": "buy", "price": 5}, symbol="B")


def test_a_trade_ref_never_deduplicates(desk: Desk) -> None:
    """Three different alerts of one trade are three signals."""
    ids = {desk.send(entry(signal_id="t1", price=price)) for price in (21450.25, 21450.5, 21450.75)}
    assert len(ids) == 3


def test_a_senders_id_is_a_key_only_where_the_source_says_so(desk: Desk) -> None:
    """Two texts with one id are two signals, until the source's mapping makes the id a key."""
    assert desk.send(entry(id="m1", comment="a")) != desk.send(entry(id="m1", comment="b"))
    desk.sources.save("tradingview", "test", id_is_key=True, mapping={"id": "id"})
    first = desk.post(entry(id="m2", comment="a"))
    again = desk.post(entry(id="m2", comment="b"))
    assert first.body["status"] == "accepted"
    assert again.body == {"status": "duplicate", "signal_id": first.body["signal_id"]}
    assert ID_WINDOW_S > 3600


@pytest.mark.parametrize("token", ["wrong", "", TOKEN[:-1], TOKEN + "x", "\udcff"])
def test_an_unknown_token_stores_nothing(desk: Desk, token: str) -> None:
    """401 with a hint, and the journal is as before."""
    answer = desk.post(entry(), token=token)
    assert (answer.status, answer.body["error"]["code"]) == (401, "unknown_token")
    assert set(answer.body["error"]) == {"code", "message", "hint"}
    assert desk.facts() == []


@pytest.mark.parametrize("name", ["secret", "passphrase", "token", "key"])
def test_a_token_in_the_body_opens_the_source_and_is_not_kept(desk: Desk, name: str) -> None:
    """Without a token in the path the body's secret counts; afterwards it stands nowhere."""
    answer = desk.post(entry(**{name: TOKEN}), token=None)
    assert answer.status == 200, answer
    assert desk.post(entry(comment="no secret"), token=None).status == 401
    assert TOKEN not in repr(desk.facts()) + repr(desk.signal(answer.body["signal_id"]))


def test_a_token_in_an_ordinary_field_is_removed(desk: Desk) -> None:
    """The path's own token in a comment, in a field's name or in a refused body is nowhere afterwards."""
    desk.send(entry(comment=f"my token is {TOKEN}", **{TOKEN: 1}))
    refused = desk.post(f'{{"symbol": "MNQ1!", "note": "{TOKEN}", "price": ')
    assert refused.status in (400, 422)
    desk.work()
    kept = repr(desk.facts()) + repr(desk.journal.query("SELECT row, raw, detail FROM signals"))
    assert TOKEN not in kept + repr(refused)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"symbol": "NQ1!", "price": ', 400), (b"\xff\xfe\xfa", 400), (b"", 400), (b"x" * 70_000, 413), (b"5", 422)],
)
def test_an_unusable_alert_is_refused_and_told(desk: Desk, body: bytes, status: int) -> None:
    """A 4xx with the reason, a `signal_rejected` fact with bounded raw text, and a row in `rejects`."""
    answer = desk.post(body)
    assert answer.status == status, answer
    (rejected,) = desk.facts("signal_rejected")
    assert rejected.data["code"] == answer.body["error"]["code"]
    assert rejected.data["source"] == "tradingview"
    assert len(rejected.data["raw"]) <= 4096
    assert desk.journal.query("SELECT code FROM rejects") == [{"code": rejected.data["code"]}]


def test_what_can_not_be_stored_is_a_503_to_be_sent_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No 2xx and no 4xx when the journal is down: 503 with Retry-After, for usable and unusable alerts alike."""

    def down(*_: Any) -> None:
        raise NotStored("the database is down")

    monkeypatch.setattr(desk.journal, "append", down)
    for body in (entry(), b"\xff"):
        answer = desk.post(body)
        assert (answer.status, answer.headers) == (503, {"Retry-After": "5"})
        assert answer.body["error"]["code"] == "not_stored"


def test_a_valid_token_is_never_told_429(desk: Desk) -> None:
    """A burst of 300 different alerts is accepted to the last."""
    assert {desk.post(entry(comment=str(n))).status for n in range(300)} == {200}


def test_unrecognised_text_is_kept_as_info(desk: Desk) -> None:
    """Harmless words become a row of kind `info` that says it was not recognised."""
    signal = desk.decide("good morning traders")
    assert (signal["kind"], signal["status"], signal["verdict"]) == ("info", "recorded", "none")
    assert "unrecognised" in [why["code"] for why in signal["reasons"]]


def test_a_batch_makes_one_row_each_and_is_one_delivery(desk: Desk) -> None:
    """An array of alerts answers with all ids; the resent array is one duplicate."""
    body = json.dumps([entry(), entry(symbol="MES1!", price=6900, stop=6890, target=6920)])
    answer = desk.post(body)
    assert len(answer.body["signals"]) == 2
    assert answer.body["signal_id"] == answer.body["signals"][0]
    assert {desk.signal(id)["symbol"] for id in answer.body["signals"]} == {"MNQ1!", "MES1!"}
    assert desk.post(body).body == {"status": "duplicate", "signal_id": answer.body["signal_id"]}
    assert [desk.signal(id)["raw"] for id in answer.body["signals"]] == [body, body]
    assert desk.journal.query("SELECT COUNT(*) AS n FROM signals WHERE raw <> ''") == [{"n": 1}]


def test_every_source_has_a_token_of_its_own(desk: Desk) -> None:
    """A second source's alerts carry its name and its defaults; rotating its token closes the old one."""
    desk.sources.save("swing", "test", symbol="AAPL", long_only=True)
    token = desk.sources.token("swing")
    answer = desk.post({"side": "buy", "price": 271.4}, token=token)
    stored = desk.signal(answer.body["signal_id"])
    assert (stored["source"], stored["symbol"]) == ("swing", "AAPL")
    desk.sources.rotate("swing", "test")
    assert desk.post({"side": "sell", "price": 271.4}, token=token).status == 401
    assert desk.post({"side": "sell", "price": 271.4}, token=desk.sources.token("swing")).status == 200


def test_backfilled_alerts_never_trade(desk: Desk) -> None:
    """An alert stored from a log keeps the log's time and ends `expired`, with its reason first."""
    at = time.time() - 86_400
    from datetime import UTC, datetime

    when = datetime.fromtimestamp(at, UTC)
    answer = desk.intake.backfill(
        "tradingview", json.dumps(entry()).encode(), content_type=None, query={}, received_at=when
    )
    desk.work()
    signal = desk.signal(answer.body["signal_id"])
    assert (signal["verdict"], signal["status"], signal["reasons"][0]["code"]) == ("skip", "expired", "backfilled")
    assert signal["received_at"][:10] == when.isoformat()[:10]


def test_an_alert_from_a_publisher_is_decided_too(desk: Desk) -> None:
    """The `signal` scope's alerts are stored as `external` and sized like the webhook's."""
    answer = desk.intake.publish("tradingview", json.dumps(entry()).encode())
    desk.work()
    assert desk.facts("signal_received")[0].origin == "external"
    assert desk.signal(answer.body["signal_id"])["verdict"] == "take"


def test_an_id_is_remembered_as_long_as_it_counts() -> None:
    """A sender's own id counts for a day; pruning deliveries sooner would let its resend trade twice."""
    assert KEEP_DELIVERIES_MS > ID_WINDOW_S * 1000
