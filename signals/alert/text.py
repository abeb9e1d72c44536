"""Reads plain sentences: a verb, a symbol, a price; words it can't place with certainty mean nothing."""

from __future__ import annotations

import re
from typing import Any

from signals.alert.decode import visible
from signals.alert.intervals import interval_of
from signals.alert.lifecycle import stage_of
from signals.alert.numbers import quiet
from signals.alert.redact import REMOVED
from signals.alert.textwords import (
    CLOSE_PHRASE,
    CROSSING,
    EXIT_EVENT,
    HEARTBEAT,
    INTERVAL,
    LEVEL,
    NEGATION,
    NOT_SYMBOLS,
    NUMBER,
    PARTIAL,
    SETUP,
    SIDE_WORD,
    SYMBOL_SHAPES,
    TICKER_INTERVAL,
    UPDATE_EVENT,
)

_LEAD = re.compile(
    r"\A[^\w$#]{0,40}(?:(?:alert|signal|trade|order|strategy|new|strong|\[[^\]]{0,30}\])[^\w$#]{0,10}){0,3}",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\s,;|()\[\]\"“”']+")


def sentence_read(text: str) -> dict[str, Any]:
    """What a sentence tells, under our own names; `text` keeps the sentence itself."""
    body = visible(text).replace(REMOVED, " ").strip("\"'“”` ")
    found: dict[str, Any] = {"text": body}
    symbol, span = _symbol(body)
    if symbol:
        found["symbol"] = symbol
    event = _event(body)
    if event:
        found["event"] = event
    action, at, end = _action(body, span)
    if action:
        found["action"] = action
    blank = _blanked(body, span)
    interval = _interval(body, blank)
    if interval:
        found["interval"] = interval[0]
        blank = _blanked(blank, interval[1])
    for match in EXIT_EVENT.finditer(blank):
        blank = _blanked(blank, match.span())  # the 2 of "take profit 2 reached" is no price
    blank = _levels(blank, found)
    _numbers(blank, body, span, (at, end) if action else None, found)
    return found


def is_heartbeat(text: str) -> bool:
    """True for lines that only say that the sender lives."""
    return bool(HEARTBEAT.match(visible(text)))


def _symbol(body: str) -> tuple[str | None, tuple[int, int]]:
    """The most certain symbol of a sentence, and where it stands."""
    for shape in SYMBOL_SHAPES:
        for match in shape.finditer(body):
            word = match[1].rstrip(".,:;?")
            if word.upper() not in NOT_SYMBOLS and any(c.isalnum() for c in word):
                return word, (match.start(1), match.start(1) + len(word))
    return None, (0, 0)


def _event(body: str) -> str | None:
    first = _TOKEN.match(body)
    if first and first[0].isupper() and stage_of(first[0]) not in (None, "entry"):
        return first[0]
    if UPDATE_EVENT.search(body):
        return "update"
    if EXIT_EVENT.search(body):
        return "partial_exit" if PARTIAL.search(body) else "exit"
    return "setup" if SETUP.search(body) else None


def _action(body: str, symbol: tuple[int, int]) -> tuple[str | None, int, int]:
    """The verb that acts: at the start, in capitals, or next to the symbol; two that contradict cancel out."""
    lead = _LEAD.match(body)
    start = lead.end() if lead else 0
    close = CLOSE_PHRASE.search(body)
    if close and (close.start() <= start or close["what"] or close[0].isupper() or _beside(body, close.span(), symbol)):
        return ("partial" if PARTIAL.search(body) else "close"), close.start(), close.end()
    told: dict[str, tuple[int, int]] = {}
    for match in SIDE_WORD.finditer(body):
        side = "buy" if match["buy"] else "sell"
        sure = match.start() <= start or match[0].isupper() or match["sure"] or _beside(body, match.span(), symbol)
        if sure and not NEGATION.search(body, max(0, match.start() - 24), match.start()):
            told.setdefault(side, match.span())
    if len(told) != 1:
        return None, 0, 0
    side, span = next(iter(told.items()))
    return side, *span


def _beside(body: str, word: tuple[int, int], symbol: tuple[int, int]) -> bool:
    """True when little but a filler stands between a verb and the symbol."""
    if symbol == (0, 0):
        return False
    first, second = sorted((word, symbol))
    between = body[first[1] : second[0]]
    return len(between) <= 16 and bool(
        re.fullmatch(
            r"[\s:,\-–|>@()]*(?:(?:on|in|for|the|signal|alert|entry|to|at|[-−]?[\d.]+|\d{0,4}[A-Za-z]{1,3})[\s:,\-–|>@()]*){0,2}",
            between,
            re.IGNORECASE,
        )
    )


def _blanked(body: str, span: tuple[int, int]) -> str:
    """The sentence with a part replaced by as many spaces, so that places stay the same."""
    return body[: span[0]] + " " * (span[1] - span[0]) + body[span[1] :]


def _interval(body: str, blank: str) -> tuple[str, tuple[int, int]] | None:
    match = INTERVAL.search(blank) or TICKER_INTERVAL.match(body)
    if match is None:
        return None
    found = interval_of(match[1].strip())
    return (found, match.span(1)) if found else None


def _levels(blank: str, found: dict[str, Any]) -> str:
    """Takes stop, targets, entry and R multiples out of a sentence by the words before them."""
    targets: list[str] = []
    for match in LEVEL.finditer(blank):
        name = re.sub(r"[^a-z]", "", match["name"].lower())
        if name in ("sl", "stop", "stoploss", "stopped"):
            found.setdefault("stop", match["value"])
        elif name in ("mfe", "mae"):
            found.setdefault(f"{name}_r", match["value"])
        elif name in ("rsi", "atr", "adx", "volume", "vol", "score", "strength", "confidence", "rr", "leverage"):
            found.setdefault(name, match["value"])
        elif name in ("qty", "quantity", "size", "contracts", "lots"):
            found.setdefault("quantity", match["value"])
        elif name[:2] in ("tp", "ta"):
            targets.append(match["value"])
        else:
            found.setdefault("price", match["value"])
        blank = _blanked(blank, match.span())
    if targets:
        found["targets"] = targets
    return blank


def _numbers(
    blank: str, body: str, symbol: tuple[int, int], verb: tuple[int, int] | None, found: dict[str, Any]
) -> None:
    """Places the numbers that no word names: one between verb and symbol counts units, the next is the price."""
    for match in NUMBER.finditer(blank):
        value = match[1]
        if match["unit"]:
            continue
        if verb and symbol != (0, 0) and verb[1] <= match.start(1) and match.end(1) <= symbol[0]:
            size = quiet(value)
            if size is not None and size <= 0 and found["action"] in ("buy", "sell"):
                found.setdefault(
                    "strategy_position_size", value
                )  # {{strategy.position_size}}: 0 is flat, below 0 short
            else:
                found.setdefault("quantity", value)
            continue
        if "price" in found or not (verb or CROSSING.search(body)):
            continue
        at = re.compile(r"\s*@").match(body, match.end(1))
        if at and NUMBER.match(blank, at.end()):
            found.setdefault("quantity", value)
        else:
            found["price"] = value
