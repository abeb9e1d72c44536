"""Tells where in a trade's life an alert stands: its entry, its exit, an update, or none of these."""

from __future__ import annotations

import re
from typing import Any, Literal

from signals.alert.decode import visible

Stage = Literal["entry", "exit", "partial_exit", "update", "heartbeat", "setup"]

_RULES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (
        "heartbeat",
        re.compile(
            r"heartbeat|heart_beat|keep_?alive|^ping$|^pong$|^alive$|^health(_?check)?$|^status_?(check|ping)$|^i_am_alive$|^bot_alive$|^watchdog$"
        ),
    ),
    (
        "setup",
        re.compile(
            r"setup|forming|watch(list)?$|^armed|_armed$|qualified|^pre_|pending_signal|candidate|heads_?up|^warning|approaching"
        ),
    ),
    ("partial_exit", re.compile(r"partial|scale_?out|^(tp|target|take_?profit)_?[1-9]_?(hit|reached|filled|done)?$")),
    (
        "exit",
        re.compile(
            r"^(trade_|position_|signal_|order_)?(exit|exited|close|closed|completed?|stopped(_out)?|liquidat\w*|flat(ten(ed)?)?|ended|expired)(_|$)"
            r"|^(sl|stop(_?loss)?|tp|take_?profit|target|final_target)_?(hit|reached|triggered|filled)$|^stopped?_?out|_(exit|closed|stopped_out|stop_hit)$|^time_?stop$|^stop_hit"
        ),
    ),
    (
        "update",
        re.compile(
            r"update|^(be|breakeven|break_even)(_|$)|trail|^(mfe|mae)(_|$)|mov(e|ed)_(stop|sl)|(stop|sl|tp|target)_(moved|adjusted|changed|to_be)|modif(y|ied)|^new_?(sl|tp|sltp)\w*$"
            r"|progress|in_profit|telemetry|^tick$|running|^adjust|^status$"
        ),
    ),
    (
        "entry",
        re.compile(
            r"^(trade_|position_|signal_|order_|new_)?(entry|enter|entered|open|opened|signal|trade|position)(_|$)|_(entry|opened)$|^(buy|sell|long|short)(_|$)|^new_?(long|short)$|_(long|short|buy|sell)$"
        ),
    ),
)
_ORDER_TYPES = frozenset(
    {
        "market",
        "limit",
        "stop",
        "stop_limit",
        "stoplimit",
        "order",
        "alert",
        "trade",
        "strategy",
        "indicator",
        "signal",
        "live",
        "paper",
        "mkt",
        "lmt",
    }
)


def stage_of(value: Any) -> Stage | None:
    """The stage that an event's name tells, None for words that are not in a trade's life."""
    if not isinstance(value, str) or not 2 <= len(value) <= 60:
        return None
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", visible(value)).lower()).strip("_")
    if plain in _ORDER_TYPES:
        return None
    for stage, rule in _RULES:
        if rule.search(plain):
            # "exit_break_even" ends a trade although break even also names an update.
            if stage in ("partial_exit", "setup") and re.match(r"exit|close|stop", plain) and "partial" not in plain:
                return "exit"
            return stage
    return None


def is_neutral(value: Any) -> bool:
    """True for event names that say nothing about the trade's life, such as `signal`."""
    return isinstance(value, str) and visible(value).lower() in _ORDER_TYPES


def is_true(value: Any) -> bool:
    """True for every way in which a template says yes."""
    return (
        value is True or value == 1 or (isinstance(value, str) and value.strip().lower() in ("true", "1", "yes", "on"))
    )
