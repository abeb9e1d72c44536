"""A fact as a row of the journal and back, in one place, because the writer and every reader must agree."""

from collections.abc import Mapping
from typing import Any

import orjson

from events import upcasting
from events.envelope import Fact

COLUMNS = "seq, id, type, version, source, origin, level, message, timestamp, symbol, data"
INSERT = (
    f"INSERT INTO journal ({COLUMNS}) VALUES "  # noqa: S608 - a constant of ours
    "(:seq, :id, :type, :version, :source, :origin, :level, :message, :timestamp, :symbol, :data)"
)


def to_row(fact: Fact) -> dict[str, Any]:
    """The columns without seq, `data` as JSON text. Raises NotFinite, BadWire."""
    return {
        "id": fact.id,
        "type": fact.type,
        "version": upcasting.version(fact.type),
        "source": fact.source,
        "origin": fact.origin,
        "level": fact.level,
        # Postgres has no NUL in text, and nobody can see one.
        "message": fact.message.replace("\0", "\N{REPLACEMENT CHARACTER}"),
        "timestamp": fact.timestamp,
        "symbol": fact.symbol,
        "data": fact.text(),
    }


def data_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a row that has `type`, `version` and `data`, in today's shape."""
    return upcasting.today(row["type"], row["version"], orjson.loads(row["data"]))


def to_fact(row: Mapping[str, Any], epoch: str) -> Fact:
    """The fact of a row that has COLUMNS."""
    as_today = row["version"] == upcasting.version(row["type"])
    return Fact(
        type=row["type"],
        data=data_of(row),
        message=row["message"],
        source=row["source"],
        origin=row["origin"],
        level=row["level"],
        symbol=row["symbol"],
        id=row["id"],
        timestamp=row["timestamp"],
        epoch=epoch,
        seq=row["seq"],
        _text=[row["data"]] if as_today else [],
    )
