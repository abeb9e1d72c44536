"""Makes one alert of one object: each fact of the alert is asked for by every name it goes by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from signals.alert import levels, synonyms
from signals.alert.decode import visible
from signals.alert.features import features_of
from signals.alert.fields import Fields
from signals.alert.intervals import interval_of
from signals.alert.lifecycle import is_true
from signals.alert.mapping import taught
from signals.alert.model import Alert, SourceRules
from signals.alert.moment import moment_of
from signals.alert.numbers import Percent, is_missing, multiple, quiet
from signals.alert.symbols import Symbol, exchange_of, symbol_of
from signals.alert.synonyms import Words, words
from signals.alert.verdict import judged
from signals.errors import refuse

_SINGLE = tuple(Words([name]) for name in words("symbol ticker side action direction price stop sl stoploss"))
_REF = re.compile(r"[^\x00-\x1f]{1,128}\Z")


def alert_of(document: dict[str, Any], query: Mapping[str, str], source: SourceRules, received_at: datetime) -> Alert:
    """The alert in an object whose secrets are gone; the query and the source fill what it lacks. Raises Unusable."""
    fields = Fields(document)
    if fields.repeats:
        _agree(fields)
    lessons = taught(document, source.mapping)
    places = [fields] if fields.leaves else []
    if lessons:
        places.insert(0, Fields(lessons))
    if query:
        places.append(Fields(dict(query)))
    notes: list[str] = []

    symbol = _first(places, synonyms.SYMBOL, symbol_of) or symbol_of(source.symbol)
    exchange, delayed = _exchange(symbol, places)
    interval = _first(places, synonyms.INTERVAL, interval_of) or interval_of(source.interval)
    verdict = judged(places, source, notes)
    prices = levels.levels_of(places, verdict.kind, verdict.side, notes)
    name = symbol.name if symbol else None
    moment = moment_of(places, source, exchange, name, interval, received_at, notes)
    quantity = _first(places, synonyms.QUANTITY, _quantity)
    trade_ref = _first(places, synonyms.TRADE_REF, reference)
    trade = verdict.kind in ("exit", "update")
    recognised = verdict.recognised or bool(symbol and prices.price is not None)
    if not recognised:
        notes.append("unrecognised")
    if any(isinstance(leaf.value, str) and "{{" in leaf.value for leaf in fields.leaves):
        notes.append("placeholders")
    if delayed:
        notes.append("delayed_feed")
    reads = (synonyms.FINAL_MFE if verdict.kind == "exit" else synonyms.MFE, synonyms.MAE, synonyms.OUTCOME_R)
    mfe, mae, outcome = (_first(places, names, multiple) for names in reads)
    reason = _first(places, synonyms.EXIT_REASON, reference) if verdict.kind == "exit" else None
    test = any(is_true(leaf.value) for leaf in fields.named(synonyms.TEST))
    return Alert(
        kind=verdict.kind,
        side=verdict.side,
        intent=verdict.intent,
        position_after=verdict.position_after,
        symbol=name,
        exchange=exchange,
        price=prices.price,
        quantity_hint=quantity,
        stop=prices.stop,
        targets=prices.targets,
        interval=interval,
        trade_ref=trade_ref,
        sent_at=moment.sent_at,
        time_read_as=moment.read_as,
        is_firing_time=moment.firing,
        lag_ms=moment.lag_ms,
        delayed_feed=delayed,
        mfe_r=mfe,
        mae_r=mae,
        exit_price=prices.exit_price if trade else None,
        outcome_r=outcome,
        exit_reason=reason,
        flat=verdict.flat,
        closes=verdict.closes,
        features=features_of(fields),
        extra=fields.rest(),
        recognised=recognised,
        note_codes=tuple(dict.fromkeys(notes)),
        test=test,
    )


def _agree(fields: Fields) -> None:
    """Refuses `Symbol` beside `symbol` in one object when they disagree: no reading of them is certain."""
    for single in _SINGLE:
        values: dict[tuple[str, ...], Any] = {}
        for leaf in fields.named(single):
            if values.setdefault(leaf.path[:-1], leaf.value) != leaf.value:
                raise refuse("duplicate_keys_disagree", leaf.name)


def reference(value: Any) -> str | None:
    """A short text or number that can name a trade."""
    if isinstance(value, bool) or is_missing(value):
        return None
    if isinstance(value, (int, str)):
        text = visible(str(value))
        return text if _REF.match(text) and "{{" not in text else None
    return None


def _first(places: list[Fields], names: Words, read: Any) -> Any:
    """The first usable value: as taught, else in the body, else in the query."""
    for place in places:
        found = place.first(names, read)
        if found is not None:
            return found
    return None


def _exchange(symbol: Symbol | None, places: list[Fields]) -> tuple[str | None, bool]:
    """The exchange and whether its feed is delayed; a field that repeats the symbol tells nothing."""
    if symbol is not None and symbol.exchange:
        return symbol.exchange, symbol.delayed

    def read(value: Any) -> tuple[str, bool] | None:
        name, delayed = exchange_of(value)
        return None if name is None or (symbol is not None and name == symbol.name) else (name, delayed)

    found = _first(places, synonyms.EXCHANGE, read)
    return found if found else (None, False)


def _quantity(value: Any) -> float | None:
    found = quiet(value)
    return None if found is None or isinstance(found, Percent) or found < 0 else found
