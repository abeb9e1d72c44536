"""Many facts and signals at once, written straight into a stopped server's SQLite database, for tests of great size."""

import sqlite3
from pathlib import Path

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
_STAMP = "strftime('%Y-%m-%dT%H:%M:%S', '2026-01-07 00:00:00', printf('+%d seconds', i)) || '.000Z'"
_FACTS = f"""
{_NUMBERS}
INSERT INTO journal (seq, id, type, version, source, origin, level, message, timestamp, symbol, data)
SELECT i, printf('made-%010d', i), 'event', 1, 'a script', 'external', 'INFO', printf('=event number %d', i), {_STAMP},
       'NQ1!', json_object('event_type', 'info', 'text', :text) FROM n
"""
_SIGNALS = f"""
{_NUMBERS}
INSERT INTO signals (id, seq, source, kind, symbol, side, interval, verdict, status, received_at, updated_seq, test,
                     row, raw, detail)
SELECT printf('made-%010d', i), i, 'a script', 'entry', 'NQ1!', 'buy', '1', 'skip', 'skipped', {_STAMP}, i, 0,
       json_object('id', printf('made-%010d', i), 'symbol', 'NQ1!', 'side', 'buy', 'kind', 'entry', 'source', 'a',
                   'received_at', {_STAMP}, 'reasons', json_array(), 'extra', json_object('comment', :text)),
       :text, '{{}}'
FROM n
"""


def fill(data_dir: Path, rows: int, *, text: str = "x" * 300) -> int:
    """So many `event` facts and signals after what is there, already passed by every follower; the head afterwards."""
    raw = sqlite3.connect(data_dir / "desk.db")
    with raw:
        head = int(raw.execute("SELECT seq FROM journal_head").fetchone()[0])
        span = {"first": head + 1, "last": head + rows, "text": text}
        raw.execute(_FACTS, span)
        raw.execute(_SIGNALS, span)
        raw.execute("UPDATE journal_head SET seq = ?", [head + rows])
        raw.execute("UPDATE cursors SET seq = ?", [head + rows])
    raw.close()
    return head + rows
