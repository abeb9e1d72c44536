"""The replay meets a server as TradingView would: the same bytes, headers, patience and order."""

import csv
import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signals import alert_log, replay
from signals.alert_log import COLUMNS, BadLog
from signals.desk_client import DeskClient
from tests.signals.receiver import receiver
from tests.support.real_data import LOGS, found

TICKER = "CME_MINI:MNQ1!, 1m"
BODIES = [  # as exported: newest first, also within one minute
    ('{"type":"EXIT","id":"a","ts":1764585900000}', "2025-12-01T10:45:00Z"),
    ("exit, not JSON: NaN", "2025-12-01T10:44:00Z"),
    ('{"type":"UPDATE","id":"a","r":NaN}', "2025-12-01T10:41:00Z"),
    ('{"type":"ENTRY","id":"a","ts":1764585660000}', "2025-12-01T10:41:00Z"),
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path / "log.csv", BODIES)


def written(path: Path, bodies: Sequence[tuple[str, str]], ticker: str = TICKER) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        out.writerows(("1", ticker, "name", body, at) for body, at in bodies)
    return path


def test_alerts_go_out_as_tradingview_sends_them(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Oldest first, entry before its update, exact bytes, content type by validity, symbol asked, one socket."""
    with receiver() as desk:
        assert replay.main([str(log), "--to", desk.url]) == 0
    assert [got.body.decode() for got in desk.got] == [body for body, _ in reversed(BODIES)]
    json_type, text_type = "application/json; charset=utf-8", "text/plain; charset=utf-8"
    assert [got.headers["Content-Type"] for got in desk.got] == [json_type, text_type, text_type, json_type]
    assert {got.headers["User-Agent"] for got in desk.got} == {"Go-http-client/1.1"}
    assert {got.query["symbol"] for got in desk.got} == {"CME_MINI:MNQ1!"}
    assert len({got.connection for got in desk.got}) == 1
    shown = capsys.readouterr().out
    assert "accepted   4" in shown
    assert "p99" in shown


def test_the_summary_counts_duplicates_and_reasons(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal is counted under its code, makes the exit code 1, and is not sent again."""
    answers: list[tuple[int, dict[str, object]]] = [
        (200, {"status": "accepted"}),
        (200, {"status": "duplicate"}),
        (422, {"error": {"code": "too_deep", "message": "", "hint": ""}}),
        (401, {}),
    ]
    with receiver(lambda n: answers[n]) as desk:
        assert replay.main([str(log), "--to", desk.url]) == 1
    assert len(desk.got) == 4
    shown = capsys.readouterr().out
    for line in ("accepted   1", "duplicate  1", "refused    2", "too_deep  1", "http_401  1"):
        assert line in shown


def test_a_5xx_is_sent_again_three_times(log: Path) -> None:
    """503 twice, then 200: the same bytes, five seconds apart; four 503 are a loss; 504 is never tried again."""
    pauses: list[float] = []
    logged = alert_log.read(log)[:1]
    with receiver(lambda n: (503, {}) if n < 2 else (200, {})) as desk:
        tally = replay.replay(logged, DeskClient(desk.url), sleep=pauses.append)
    assert (tally.accepted, tally.resent, tally.lost, pauses) == (1, 2, 0, [5.0, 5.0])
    assert len({got.body for got in desk.got}) == 1
    with receiver(lambda n: (503, {})) as desk:
        tally = replay.replay(logged, DeskClient(desk.url), sleep=pauses.append)
    assert (len(desk.got), tally.lost) == (4, 1)
    with receiver(lambda n: (504, {})) as desk:
        tally = replay.replay(logged, DeskClient(desk.url), sleep=pauses.append)
    assert (len(desk.got), tally.refused["http_504"]) == (1, 1)


def test_a_connection_closed_between_alerts_loses_nothing(log: Path) -> None:
    """A server that closes an idle connection is met again on a new one."""
    with receiver() as desk:
        client = DeskClient(desk.url)
        logged = alert_log.read(log)
        replay.replay(logged[:2], client)
        assert client._connection is not None
        client._connection.sock.shutdown(socket.SHUT_RDWR)
        assert replay.replay(logged[2:], client).lost == 0


def test_nobody_there(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a server the command says so, exits 1, and shows no token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert replay.main([str(log), "--to", f"http://127.0.0.1:{port}/webhook/secret-token-xyz"]) == 1
    shown = capsys.readouterr()
    assert "unreachable  4" in shown.out
    assert "secret-token-xyz" not in shown.out + shown.err


def test_as_of_now_moves_the_last_alert_to_now(log: Path) -> None:
    """One offset for all: the last alert fires now, distances and distinctness stay, ids stay."""
    now = datetime(2026, 11, 21, 5, 0, 30, 900_000, tzinfo=UTC)
    before, after = alert_log.read(log), replay.as_of(alert_log.read(log), now)
    assert after[-1].at == now.replace(microsecond=0)
    assert {b.at - a.at for a, b in zip(before, after, strict=True)} == {after[-1].at - before[-1].at}
    assert json.loads(after[-1].body)["ts"] == int(after[-1].at.timestamp() * 1000)
    assert json.loads(after[0].body)["id"] == "a"
    assert replay.as_of([], now) == []


def test_speed_keeps_the_log_s_pace(log: Path) -> None:
    """At speed 60 a log of four minutes takes four seconds of waiting; at the default none."""
    waits: list[float] = []
    with receiver() as desk:
        replay.replay(alert_log.read(log), DeskClient(desk.url), speed=60.0, sleep=waits.append)
        assert 1.0 < max(waits) <= 4.0, "less what the answers took"
        waits.clear()
        replay.replay(alert_log.read(log), DeskClient(desk.url), sleep=waits.append)
        assert waits == []


def test_limit_takes_the_oldest(log: Path) -> None:
    """--limit 1 sends the entry only."""
    with receiver() as desk:
        assert replay.main([str(log), "--to", desk.url, "--limit", "1"]) == 0
    assert [json.loads(got.body)["type"] for got in desk.got] == ["ENTRY"]


def test_a_log_turned_round_by_its_owner_is_read_right(tmp_path: Path) -> None:
    """Oldest first in the file gives the same order."""
    turned = written(tmp_path / "turned.csv", list(reversed(BODIES)))
    assert [one.body for one in alert_log.read(turned)] == [body for body, _ in reversed(BODIES)]


@pytest.mark.parametrize(
    ("ticker", "symbol", "interval"),
    [
        ("CME_MINI:MNQ1!, 1m", "CME_MINI:MNQ1!", "1"),
        ("NASDAQ:AAPL, 1h", "NASDAQ:AAPL", "60"),
        ("BTCUSDT.P, 1D", "BTCUSDT.P", "1D"),
        ("BTCUSDT.P, 5s", "BTCUSDT.P", "5S"),
        ("AAPL, 1M", "AAPL", "1M"),
        ("AAPL", "AAPL", ""),
    ],
)
def test_the_ticker_column(tmp_path: Path, ticker: str, symbol: str, interval: str) -> None:
    """Symbol and interval are told apart; a month is not a minute."""
    (one,) = alert_log.read(written(tmp_path / "one.csv", BODIES[:1], ticker))
    assert (one.symbol, one.interval) == (symbol, interval)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"a,b\n1,2\n", b"Description,Time\nhello\n", b"Description,Time\nhello,yesterday\n",
        b"\xff\xfe\x00", b'Description,Time\n"open,2025-12-01T10:45:00Z\n',
    ],
)  # fmt: skip
def test_a_file_that_is_no_log_is_refused_with_the_remedy(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong columns, times, encodings and torn lines exit 2 with a sentence, never a traceback."""
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(BadLog):
        alert_log.read(bad)
    assert replay.main([str(bad), "--to", "http://127.0.0.1:9/webhook/x"]) == 2
    assert "xport" in capsys.readouterr().err


def test_wrong_usage(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and an address that is none exit 2."""
    assert replay.main([str(tmp_path / "none.csv"), "--to", "http://127.0.0.1:9/"]) == 2
    assert replay.main([str(log), "--to", "localhost:5000"]) == 2
    assert "http://" in capsys.readouterr().err


def test_entries_come_before_their_updates_in_the_real_logs() -> None:
    """In both real exports no update or exit precedes the entry that it names, when the entry is in the file."""
    total = 0
    for path in map(found, LOGS):
        known: set[str] = set()
        logged = [json.loads(one.body) for one in alert_log.read(path)]
        refs = [body.get("signal_id") or body["trade_id"] for body in logged]
        kinds = [body.get("type") or body["event_type"] for body in logged]
        entries = {ref for ref, kind in zip(refs, kinds, strict=True) if kind == "ENTRY"}
        for ref, kind in zip(refs, kinds, strict=True):
            if kind == "ENTRY":
                known.add(ref)
            assert ref in known or ref not in entries
        moved = replay.as_of(alert_log.read(path), datetime.now(UTC) + timedelta(days=90))
        assert len({one.body for one in moved}) == len(moved) == len(logged)
        total += len(logged)
    assert total == 1530
