"""Tells what an order word, with the position fields beside it, does to a position."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from signals.alert.decode import visible
from signals.alert.model import Intent, Side
from signals.alert.numbers import quiet
from signals.alert.synonyms import squash, words

BUY = frozenset(
    words("""
    buy long bull bullish b up buylong longbuy enterlong golong openlong entrylong longentry longopen buystop
    buylimit buymarket newbuy buytoopen bto buyopen buyentry buysignal longsignal longenter entrybuy enterbuy
    openbuy strongbuy buystoplimit placebuy limitbuy marketbuy stopbuy startlong buyalert callbuy calls
    bullishentry longsetup buysetup buyorder buynow
""")
)
SELL = frozenset(
    words("""
    sell short bear bearish down sellshort shortsell entershort goshort openshort entryshort shortentry
    shortopen sellstop selllimit sellmarket newsell selltoopen sto sellopen sellentry sellsignal shortsignal
    shortenter entrysell entersell opensell strongsell sellstoplimit placesell limitsell marketsell stopsell
    startshort sellalert bearishentry shortsetup sellsetup sellorder sellnow
""")
)
CLOSE = frozenset(
    words("""
    close exit flat flatten closeposition closepositions closeall closelong closeshort closebuy closesell
    exitlong exitshort exitall exitbuy exitsell closelongshort closealllong closeallshort longexit shortexit
    longclose shortclose flattenall flattenposition flatteneverything liquidate selltoclose buytoclose
    buytocover stc btc cover covershort liq closetrade exittrade exitposition squareoff stopout tpsl goflat
    closelongs closeshorts exitsignal closesignal closeandcancel flatpos stoploss takeprofit coverbuy longcover
    shortcover closeorder
""")
)
REVERSE_TO = {
    "closelongsell": "sell",
    "closeshortbuy": "buy",
    "closelongopenshort": "sell",
    "closeshortopenlong": "buy",
    "reverselong": "buy",
    "reverseshort": "sell",
    "reversetolong": "buy",
    "reversetoshort": "sell",
    "fliplong": "buy",
    "flipshort": "sell",
    "reversebuy": "buy",
    "reversesell": "sell",
}
ADD = frozenset(
    words("""
    add addlong addshort pyramid increase scalein dca addtoposition
""")
)
REDUCE = frozenset(
    words("""
    reduce partial partialexit partialclose closepartial takepartial scaleout trim reducelong reduceshort
    reduceposition decrease closelongpct closeshortpct
""")
)
REVERSE = frozenset(words("reverse reverseposition reversal flip flipposition stopandreverse sar"))
CANCEL = frozenset(
    words("""
    cancel cancelall cancelorder cancelorders cancellong cancelshort cancelallorders cancelpending
""")
)
_SIGNED = {"1": "buy", "+1": "buy", "-1": "sell"}


class Word(NamedTuple):
    """What one value says: a side, an intent, that orders are cancelled, or the side of what is closed."""

    side: Side | None = None
    intent: Intent | None = None
    cancel: bool = False
    needs_side: bool = False
    closes: Side | None = None


def word_of(value: Any, name: str = "") -> Word | None:
    """The meaning of a value in a side field; None when it lies outside the field's domain."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(int(value)) if value in (1, -1) else ""
    if not isinstance(value, str) or not value or len(value) > 60:
        return None
    return _word(value, name)


@lru_cache(maxsize=1024)
def _word(value: str, name: str) -> Word | None:
    if (
        name in ("direction", "dir", "signal", "side", "action", "position", "trend", "bias")
        and visible(value) in _SIGNED
    ):
        return Word(side="buy" if visible(value) != "-1" else "sell")
    plain = re.sub(r"[^a-z0-9]+", "", visible(value).lower())
    if plain == "s":
        return Word(side="sell") if name in ("side", "action", "direction", "dir", "b", "signal") else None
    if plain in REVERSE_TO:
        return Word(side="buy" if REVERSE_TO[plain] == "buy" else "sell", intent="reverse")
    if plain in BUY:
        return Word(side="buy")
    if plain in SELL:
        return Word(side="sell")
    if plain in CLOSE:
        return Word(side="close", intent="close", closes=closed_side(plain))
    if plain in ADD:
        return Word(side=_suffix(plain), intent="add", needs_side=True)
    if plain in REDUCE:
        return Word(side="close", intent="reduce", closes=closed_side(plain))
    if plain in REVERSE:
        return Word(intent="reverse", needs_side=True)
    if plain in CANCEL:
        return Word(cancel=True)
    return None


def _suffix(plain: str) -> Side | None:
    if plain.endswith("long"):
        return "buy"
    return "sell" if plain.endswith("short") else None


def closed_side(plain: str) -> Side | None:
    """The side of the entries that a closing word ends: `exitlong` never ends a short; None when it does not say."""
    long = "long" in plain or plain in ("selltoclose", "stc", "exitbuy", "closebuy")
    short = "short" in plain or "cover" in plain or plain in ("buytoclose", "btc", "exitsell", "closesell")
    if long == short:
        return None
    return "buy" if long else "sell"


class Position(NamedTuple):
    """A position as the sender tells it: its sign (1, 0, -1; None unknown) and its size."""

    sign: int | None = None
    size: float | None = None

    @property
    def signed(self) -> float | None:
        """The size with the sign of the direction; None when either is missing."""
        if self.sign == 0 or self.size == 0:
            return 0.0
        if self.size is None or self.sign is None:
            return None
        return self.sign * abs(self.size)


_UNTOLD = Position()


def position_of(direction: Any, size: Any) -> Position:
    """A position from a word (long, short, flat) and a size, either of which may be missing."""
    if direction is None and size is None:
        return _UNTOLD
    sign = None
    if isinstance(direction, str):
        plain = squash(direction)
        sign = {"long": 1, "short": -1, "flat": 0, "none": 0, "bullish": 1, "bearish": -1, "buy": 1, "sell": -1}.get(
            plain
        )
    held = quiet(size)
    if sign is None and held is None:
        held = quiet(direction)
    if held is not None and (held == 0 or sign is None):
        sign = 0 if held == 0 else (1 if held > 0 else -1) if sign is None else sign
    return Position(sign, held)


class Decision(NamedTuple):
    """The side and intent that follow, and the position that is left (signed units)."""

    side: Side | None
    intent: Intent | None
    after: float | None


def decide(order: Word | None, after: Position, before: Position, long_only: bool) -> Decision:
    """What an order does, told by the positions around it; a bare sell opens unless the source is long-only."""
    left = after.signed
    side = order.side if order else None
    intent = order.intent if order else None
    if side in (None, "buy", "sell") and after.sign == 0 and (side is not None or before.sign not in (None, 0)):
        return Decision("close", "close", 0.0)
    if side is None and after.sign:
        side = "buy" if after.sign > 0 else "sell"
    if side in ("close", None) or intent in ("reverse", "add"):
        return Decision(side, intent, 0.0 if side == "close" and intent == "close" else left)
    sign = 1 if side == "buy" else -1
    if after.sign is not None and after.sign != sign:
        return Decision(side, "reduce", left)  # a sell that leaves a long position has made it smaller
    if before.sign is not None and after.sign == sign:
        if before.sign == 0:
            return Decision(side, "open", left)
        if before.sign != sign:
            return Decision(side, "reverse", left)
        smaller = after.size is not None and before.size is not None and abs(after.size) < abs(before.size)
        return Decision(side, "reduce" if smaller else "add", left)
    if before.sign == -sign:
        return Decision("close", "close", left)  # nothing says that a new position follows
    if side == "sell" and long_only and after.sign is None:
        return Decision("close", "close", 0.0)
    return Decision(side, intent or "open", left)
