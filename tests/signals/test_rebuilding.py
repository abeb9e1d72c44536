"""The tables that facts feed are what the journal makes of them: made again, they are the same to the last column."""

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events.databases import Connection, Database, database_for
from events.envelope import Fact, Origin
from events.errors import RebuildTooLarge
from events.journal import Change, Entry, Unit
from events.rebuilding import Projection, Report, apply, prepare
from signals import projection
from signals.rebuilding import PROJECTIONS, changes
from tests.signals.desk import Desk, entry, told
from tests.support.server import ROOT
from trading import accounts

# What no fact tells: made here, given by people, learned by a follower, or the history itself.
PRIMARY = {"journal", "journal_head", "cursors", "dead_letters", "deliveries", "leases", "source_health", "watches"} | {
    *("jobs", "tokens", "sessions", "login_links", "models")
}
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    made = Desk(url)
    yield made
    made.journal.close(5.0)


def traffic(desk: Desk, rounds: int = 1, start: int = 0) -> None:
    """Alerts of every kind with their exits, refusals, a backfilled one, gaps, sources, settings, preferences."""
    for n in range(start, start + rounds):
        desk.model.answer = told(0.9)
        desk.send(entry(signal_id=f"T{n}", price=21450.25 + n))
        desk.work()
        desk.send({"event": "update", "signal_id": f"T{n}", "symbol": "MNQ1!", "mfe_r": 1.5, "mae_r": -0.25})
        desk.send({"event": "exit", "signal_id": f"T{n}", "symbol": "MNQ1!", "exit_price": 21500 + n})
        desk.send(entry(symbol="ES1!", price=5000 + n, stop=4990))
        desk.send({"symbol": "ES1!", "action": "exit", "market_position": "flat", "n": n})
        desk.send(f"good morning {n}")
        desk.send(entry(test=True, price=21000 + n))
        desk.post(f'{{"symbol": "NQ1!", "n": {n}, "side":')
        desk.post("")
        at = datetime.now(UTC) - timedelta(days=3, minutes=n)
        desk.intake.backfill("tradingview", b"BUY NQ1! @ 20000", content_type=None, query={}, received_at=at)
        desk.work(batch=3)
        desk.sources.save(f"scanner {n % 3}", "somebody", long_only=bool(n % 2), mapping={"symbol": f"order.{n}"})
        desk.sources.rotate(f"scanner {n % 3}", "somebody")
        silent = {"source": "tradingview", "state": "silent", "since": "2026-01-07T14:31:45.000Z"}
        tell(desk, "signal_gap_alert", silent)
        tell(desk, "event", {"event_type": "scan"})
        tell(desk, "settings_update", choice("sizing", {"n": n}))
        tell(desk, "settings_update", choice(f"look {n}", {"n": n}, "owner"))
        name = {"account": f"account {n}", "kind": "external"}
        tell(desk, "account_update", {**name, "currency": "EUR", "cash": 1000.0 + n})
        tell(desk, "account_update", {**name, "currency": None, "cash": 2000.0}, origin="external")
        for symbol, position in (("NQ1!", "long"), ("ES1!", "short"), ("NQ1!", "flat")):
            tell(desk, "position_update", {**name, "symbol": symbol, "position": position})
    tell(desk, "settings_update", choice("look 0", None, "owner"))


def choice(name: str, after: Any, person: str | None = None) -> dict[str, Any]:
    return {"name": name, "change": "saved", "before": None, "after": after, "who": "owner", "principal_id": person}


def tell(desk: Desk, type: str, data: dict[str, Any], origin: Origin = "desk") -> None:
    fact = Fact(type, data, type, "desk", origin)
    desk.journal.append(Unit([Entry(fact, changes(fact))]))


def tables(desk: Desk, names: tuple[str, ...] = tuple(one.table for one in PROJECTIONS)) -> Tables:
    """Every row and column, in an order that does not depend on the database's collation."""
    found = {name: desk.journal.query(f"SELECT * FROM {name}") for name in names}
    return {name: sorted(rows, key=lambda row: json.dumps(row)) for name, rows in found.items()}


def rebuild(
    desk: Desk, url: str, path: Path, between: Callable[[], None] = lambda: None, **more: Any
) -> tuple[Report, dict[str, int]]:
    report = prepare(database_for(url), path, PROJECTIONS, changes, lambda done, total: None)
    between()

    def job(database: Database, connection: Connection) -> dict[str, int]:
        return apply(database, connection, path, PROJECTIONS, changes, **more)

    return report, desk.journal.maintain(job, 30.0)


DAMAGE = (
    "DELETE FROM signals WHERE kind = 'exit'",
    "UPDATE signals SET status = 'open', row = '{}', detail = '{}' WHERE kind = 'entry'",
    "UPDATE signals SET trade_ref = NULL, updated_seq = 1, parent_id = 'nobody'",
    "INSERT INTO rejects (seq, source, code, at) VALUES (99999, 'nobody', 'none', 'never')",
    "UPDATE rejects SET code = 'other'",
    "DELETE FROM sources",
    "UPDATE settings SET value = 'x' WHERE key = 'sizing'",
    "UPDATE accounts SET currency = NULL",
    "DELETE FROM positions WHERE account = 'account 0'",
    "INSERT INTO preferences (principal_id, key, value, updated_at) VALUES ('owner', 'look 0', '1', 'now')",
)


def test_a_rebuild_finds_nothing_to_do_after_real_traffic(desk: Desk, url: str, tmp_path: Path) -> None:
    """The tables that the desk wrote as it went are those that the journal makes, on both databases.

    Seen to fail with a projection that stamped a source by the clock instead of its fact's time."""
    traffic(desk)
    before = tables(desk)
    assert {name: len(rows) for name, rows in before.items() if not rows} == {"preferences": 0}
    report, mended = rebuild(desk, url, tmp_path / "copy.db")
    assert (report.facts, report.differing, mended) == (desk.journal.head, {}, {})
    assert tables(desk) == before


def test_whatever_was_damaged_is_as_it_was(desk: Desk, url: str, tmp_path: Path) -> None:
    """Rows changed, gone and invented come back to the last column; what is no projection stays; the epoch stays."""
    traffic(desk, rounds=4)
    secret = Change("INSERT INTO settings (key, value, updated_at) VALUES ('secret_key', 'kept', 'now')")
    desk.journal.append(Unit(changes=[secret]))
    before, others = tables(desk), tables(desk, tuple(sorted(PRIMARY)))
    for sql in DAMAGE:
        desk.journal.append(Unit(changes=[Change(sql)]))
    assert all(rows != before[name] for name, rows in tables(desk).items())
    report, mended = rebuild(desk, url, tmp_path / "copy.db")
    assert tables(desk) == before
    assert tables(desk, tuple(sorted(PRIMARY))) == others
    assert report.differing == mended
    assert mended["rejects"] == len(before["rejects"]) + 1


def test_alerts_that_come_meanwhile_are_not_lost(desk: Desk, url: str, tmp_path: Path) -> None:
    """Between the comparison and the commit the desk goes on, also with rows that are to be put right.

    Seen to fail without the look at the facts that came after the comparison."""
    traffic(desk)
    desk.journal.append(Unit(changes=[Change("UPDATE signals SET detail = '{}'"), Change("DELETE FROM sources")]))
    rebuild(desk, url, tmp_path / "copy.db", between=lambda: traffic(desk, rounds=3, start=1))
    after = tables(desk)
    report, _ = rebuild(desk, url, tmp_path / "again.db")
    assert report.differing == {}
    assert tables(desk) == after


def test_a_crash_in_the_middle_leaves_the_old_state(
    desk: Desk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writing of the last table fails: no row of any table has changed, and the next attempt does it all."""
    traffic(desk)
    before = tables(desk)
    for sql in DAMAGE:
        desk.journal.append(Unit(changes=[Change(sql)]))
    damaged = tables(desk)
    prepare(database_for(url), tmp_path / "copy.db", PROJECTIONS, changes, lambda done, total: None)
    broken = (*PROJECTIONS, Projection("no_such_table", ("id",), "1 = 1"))

    def fail(database: Database, connection: Connection) -> dict[str, int]:
        copy = sqlite3.connect(tmp_path / "copy.db")
        copy.execute("""INSERT INTO differing VALUES ('no_such_table', '["a"]')""")
        copy.commit()
        return apply(database, connection, tmp_path / "copy.db", broken, changes)

    with pytest.raises(Exception, match="no_such_table"):
        desk.journal.maintain(fail, 30.0)
    assert tables(desk) == damaged
    rebuild(desk, url, tmp_path / "again.db")
    assert tables(desk) == before


def test_too_much_beside_traffic_is_refused(desk: Desk, url: str, tmp_path: Path) -> None:
    """Alerts must not wait for a huge commit: it says how to do it instead, and changes nothing."""
    traffic(desk)
    desk.journal.append(Unit(changes=[Change("DELETE FROM signals")]))
    with pytest.raises(RebuildTooLarge):
        rebuild(desk, url, tmp_path / "copy.db", most=3)
    assert tables(desk)["signals"] == []
    rebuild(desk, url, tmp_path / "again.db", most=None)
    assert len(tables(desk)["signals"]) == 8


def test_damage_at_random_is_mended(desk: Desk, url: str, tmp_path: Path) -> None:
    """Any column of any row; the seed is printed."""
    seed = time.time_ns()
    print("seed", seed)
    dice = random.Random(seed)
    traffic(desk, rounds=2)
    before = tables(desk)
    for one in PROJECTIONS:
        for row in before[one.table]:
            columns = [name for name in row if isinstance(row[name], str) and name not in one.key]
            where = " AND ".join(f"{column} = :{column}" for column in one.key)
            sql = f"UPDATE {one.table} SET {dice.choice(columns)} = 'spoilt' WHERE {where}"
            if dice.random() < 0.5:
                desk.journal.append(Unit(changes=[Change(sql, {column: row[column] for column in one.key})]))
    rebuild(desk, url, tmp_path / "copy.db")
    assert tables(desk) == before


def test_every_table_is_a_projection_or_known_to_be_none(tmp_path: Path) -> None:
    """A new table must be decided about: a line in PROJECTIONS, or one in the list above and the decision's page."""
    Desk(f"sqlite:///{tmp_path / 'desk.db'}").journal.close(5.0)
    with sqlite3.connect(tmp_path / "desk.db") as raw:
        found = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    there = found - {"alembic_version"}
    assert {one.table for one in PROJECTIONS} | PRIMARY == there
    assert {one.table for one in PROJECTIONS} & PRIMARY == set()
    known = [*vars(projection).items(), *vars(accounts).items()]
    sql = " ".join(value for name, value in known if name.startswith("_") and isinstance(value, str))
    assert all(f" {one.table} " in sql for one in PROJECTIONS)
    page = next((ROOT / "docs" / "decisions").glob("*-what-is-primary.md")).read_text()
    assert [table for table in there if f"`{table}`" not in page] == []
