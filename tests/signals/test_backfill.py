"""A backfill finds exactly the alerts that never arrived, stores each once, marks it, and never trades it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signals import alert_log, backfill
from signals.backfill import Refused
from signals.backfilling import Backfill, BadBackfill
from signals.desk_client import content_type
from signals.rows import list_signals
from tests.signals.desk import TOKEN, Desk
from tests.signals.receiver import receiver
from tests.signals.test_replay import written

START = datetime(2026, 1, 12, 15, 0, tzinfo=UTC)


def body(n: int, **fields: Any) -> str:
    at = (START + timedelta(minutes=n)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"symbol": "MNQ1!", "side": "buy", "price": 25_000 + n, "timenow": at, **fields})


def log_of(path: Path, bodies: list[str]) -> Path:
    """An export of these bodies, a minute apart, newest first as TradingView writes it."""
    stamps = [(START + timedelta(minutes=n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(len(bodies))]
    return written(path, list(reversed(list(zip(bodies, stamps, strict=True)))))


def receive(desk: Desk, text: str, at: datetime = START) -> None:
    raw = text.encode()
    answer = desk.intake.accept(
        path_token=TOKEN,
        body=raw,
        content_type=content_type(raw),
        query={},
        received_ns=int(at.timestamp() * 1e9),
    )
    assert answer.status == 200
    assert answer.body["status"] == "accepted"


def asking(desk: Desk) -> backfill.Transport:
    """The transport without HTTP, through JSON all the same."""
    side = Backfill(desk.journal, desk.intake, desk.sources)

    def ask(request: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(json.loads(json.dumps(side.handle(json.loads(json.dumps(request))))))

    return ask


def test_missed_alerts_are_stored_and_never_traded(desk: Desk, tmp_path: Path) -> None:
    """Of ten logged alerts seven arrived: three are stored at the log's times, with quantity 0 and the reason."""
    bodies = [body(n) for n in range(10)]
    for n in (0, 1, 2, 4, 6, 7, 9):
        receive(desk, bodies[n], START + timedelta(minutes=n, seconds=2))
    desk.work()
    assert backfill.run(log_of(tmp_path / "log.csv", bodies), "tradingview", asking(desk)) == 0
    desk.work()
    rows = list_signals(desk.journal)["items"]
    assert len(rows) == 10
    filled = [row for row in rows if any(why["code"] == "backfilled" for why in row["reasons"])]
    assert sorted(row["price"] for row in filled) == [25_003, 25_005, 25_008]
    assert {row["quantity"] or 0 for row in filled} == {0}
    assert {row["verdict"] for row in filled} == {"skip"}
    assert min(row["received_at"] for row in filled).startswith("2026-01-12T15:03:00")
    told = [fact for fact in desk.journal.after(0, 1000) if fact.type == "backfill_complete"]
    assert [told[0].data[name] for name in ("rows", "found", "missing", "stored")] == [10, 7, 3, 3]


def test_a_second_run_finds_nothing_to_do(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Backfilling twice stores once."""
    path = log_of(tmp_path / "log.csv", [body(n) for n in range(5)])
    assert backfill.run(path, "tradingview", asking(desk)) == 0
    capsys.readouterr()
    assert backfill.run(path, "tradingview", asking(desk)) == 0
    assert "missing    0" in capsys.readouterr().out
    assert len(list_signals(desk.journal)["items"]) == 5


def test_a_dry_run_stores_nothing(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run reports and leaves the journal as it was."""
    head = desk.journal.head
    assert backfill.run(log_of(tmp_path / "log.csv", [body(0)]), "tradingview", asking(desk), dry_run=True) == 0
    assert "missing    1" in capsys.readouterr().out
    assert desk.journal.head == head


def test_the_same_text_is_counted(desk: Desk, tmp_path: Path) -> None:
    """A constant message logged five times and received three times was missed twice, at the times not received."""
    path = log_of(tmp_path / "log.csv", ["BUY NQ1!"] * 5)
    for minutes in (0, 1, 2):
        receive_at = START + timedelta(minutes=minutes)
        desk.intake.backfill(
            "tradingview", b"BUY NQ1!", content_type="text/plain", query={"n": str(minutes)}, received_at=receive_at
        )
    assert backfill.run(path, "tradingview", asking(desk)) == 0
    times = sorted(row["received_at"] for row in list_signals(desk.journal)["items"])
    assert [at[14:16] for at in times] == ["00", "01", "02", "03", "04"]


def test_a_constant_text_of_another_week_does_not_hide_a_loss(desk: Desk, tmp_path: Path) -> None:
    """The same words of next week are no receipt of today's alert; a text that tells its time is, however late."""
    receive(desk, "BUY NQ1!", START + timedelta(days=7))
    receive(desk, body(1), START + timedelta(days=7))
    path = log_of(tmp_path / "log.csv", ["BUY NQ1!", body(1)])
    ask = asking(desk)
    logged = alert_log.read(path)
    request = backfill._request("compare", "tradingview", logged, logged)
    assert ask(request)["missing"] == [logged[0].line]


def test_secrets_do_not_stand_in_the_way(desk: Desk, tmp_path: Path) -> None:
    """An alert whose body carries the token is stored without it, and found again all the same."""
    text = body(0, secret=TOKEN)
    receive(desk, text)
    path = log_of(tmp_path / "log.csv", [text])
    logged = alert_log.read(path)
    answer = asking(desk)(backfill._request("compare", "tradingview", logged, logged))
    assert answer == {"missing": [], "unusable": {}}


def test_what_can_t_be_used_is_reported_and_not_stored(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A torn body in the log is counted under its reason code; no rejection is journalled for it."""
    head = desk.journal.head
    assert backfill.run(log_of(tmp_path / "log.csv", ['{"side":"buy",']), "tradingview", asking(desk)) == 0
    assert "unusable   1  truncated" in capsys.readouterr().out
    assert [fact.type for fact in desk.journal.after(head, 10)] == ["backfill_complete"]


def test_a_big_log_goes_in_pieces(desk: Desk, tmp_path: Path) -> None:
    """450 alerts travel in several requests, the same text in one of them, and are stored oldest first."""
    bodies = [body(n) for n in range(225)] + ["BUY NQ1!"] * 225
    asked: list[Mapping[str, Any]] = []
    ask = asking(desk)

    def listening(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return ask(request)

    assert backfill.run(log_of(tmp_path / "log.csv", bodies), "tradingview", listening) == 0
    compared = [{one["body"] for one in request["alerts"]} for request in asked if request["op"] == "compare"]
    assert len(compared) > 1
    assert sum("BUY NQ1!" in texts for texts in compared) == 1
    stored = [one["at"] for request in asked if request["op"] == "store" for one in request["alerts"]]
    assert stored == sorted(stored)
    assert len(stored) == 450


@pytest.mark.parametrize(
    "request_",
    [
        {}, {"op": "compare", "source": "nobody"}, {"op": "explode", "source": "tradingview"},
        {"op": "store", "source": "tradingview", "alerts": [{"line": 1}]},
        {"op": "compare", "source": "tradingview", "alerts": [], "from": "soon", "to": "later"},
        {"op": "finish", "source": "tradingview", "rows": "all"},
    ],
)  # fmt: skip
def test_nonsense_is_refused(desk: Desk, request_: dict[str, Any]) -> None:
    """A request of another shape is refused with a reason and stores nothing."""
    head = desk.journal.head
    with pytest.raises(BadBackfill):
        Backfill(desk.journal, desk.intake, desk.sources).handle(request_)
    assert desk.journal.head == head


def test_over_http_it_shows_its_token_and_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --to the admin token travels as a bearer; a refusal is shown in words and exits 2."""
    path, token = log_of(tmp_path / "log.csv", [body(0)]), tmp_path / "token"
    token.write_text("an-admin-token\n")
    refusal = {"error": {"code": "forbidden", "message": "This token may not.", "hint": "Use an admin's."}}
    for answer, code, said in ((200, 0, "missing    0"), (403, 2, "Use an admin's.")):
        reply: dict[str, object] = {"missing": [], "unusable": {}} if answer == 200 else dict(refusal)
        with receiver(lambda n, status=answer, reply=reply: (status, reply)) as desk:  # type: ignore[misc]
            place = desk.url.rpartition("/webhook")[0]
            assert backfill.main([str(path), "--to", place, "--token-file", str(token)]) == code
        assert {got.path for got in desk.got} == {"/api/backfill"}
        assert {got.headers["Authorization"] for got in desk.got} == {"Bearer an-admin-token"}
        shown = capsys.readouterr()
        assert said in shown.out + shown.err
    assert issubclass(Refused, Exception)
