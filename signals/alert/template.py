"""Where the values of an alert stand and which of them answer what, found out once for all alerts of one template."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from signals.alert.shape import shape_of
from signals.alert.synonyms import Words, squash

_STOP_BOX = frozenset({"stoploss", "sl", "stop", "stoplosses"})
_TARGET_BOX = frozenset({"takeprofit", "tp", "target", "targets", "takeprofits", "tps", "profittargets"})
#: What stands under these is about something else (a bar, another account, an earlier state).
_ASIDE = frozenset(
    {
        "multipleaccounts",
        "accounts",
        "previous",
        "prev",
        "lasttrade",
        "bar",
        "candle",
        "ohlc",
        "ohlcv",
        "extras",
        "meta",
        "metadata",
    }
)
_OPENED = frozenset({dict, list})
_MAX_PLACES = 2000
_REMEMBERED = 256
_LONGEST = 1000  # characters of all names together; what is longer is nobody's template


class Place(NamedTuple):
    """Where a value that is no object stands: its squashed name, its path as sent, and the box around it."""

    name: str
    path: tuple[str, ...]
    box: str  # "stop", "target", "aside" or nothing


class Outline(NamedTuple):
    """What an object or list is called by (of a list: its numbers), and by position what stands opened within it."""

    names: tuple[str, ...]
    within: tuple[tuple[int, Outline], ...] = ()
    numbered: bool = False


#: Names in their order, or a rule: a function of the parser's own, made once.
Question = Words | Callable[[Place], bool]


class Template:
    """The places of an outline, shallow before deep, and for each question asked so far which of them answer it."""

    def __init__(self, outline: Outline) -> None:
        self._places = list(_places(outline))
        self._flat = len(self._places) == len(outline.names) and not outline.within
        self.names = [place.name for place in self._places]
        self.paths = [place.path for place in self._places]
        self.boxes = [place.box for place in self._places]
        self.repeats = len(set(self.names)) < len(self.names)
        self.answers: dict[Question, tuple[int, ...]] = {}

    def values(self, document: dict[str, Any]) -> Iterable[Any]:
        """What stands at each place of a document of this outline."""
        return document.values() if self._flat else [_at(document, place.path) for place in self._places]

    def answer(self, asked: Question) -> tuple[int, ...]:
        """The positions that answer, in the order of the names where it is names that are asked for."""
        if isinstance(asked, Words):
            there = asked.all.intersection(self.names)
            boxes = ("", "aside") if asked.aside else ("",)
            each = (at for name in asked if name in there for at, own in enumerate(self.names) if own == name)
            found = tuple(at for at in each if self.boxes[at] in boxes)
        else:
            found = tuple(at for at, place in enumerate(self._places) if asked(place))
        self.answers[asked] = found
        return found


def template_of(document: dict[str, Any]) -> Template:
    """The template of a document, remembered with all that was asked of it."""
    outline = _outline(document)
    return _known(outline) if _length(outline) <= _LONGEST else Template(outline)


_known = lru_cache(maxsize=_REMEMBERED)(Template)


def _outline(document: dict[str, Any]) -> Outline:
    """An object opens the objects in it, and the lists of targets."""
    if _OPENED.isdisjoint(map(type, document.values())):
        return Outline(tuple(document))
    names = shape_of(document).squashed
    within = [
        (at, _outline(inner) if isinstance(inner, dict) else _numbered(inner))
        for at, inner in enumerate(document.values())
        if isinstance(inner, dict) or (isinstance(inner, list) and names[at] in _TARGET_BOX)
    ]
    return Outline(tuple(document), tuple(within))


def _numbered(values: list[Any]) -> Outline:
    """A list opens the objects in it."""
    within = [(at, _outline(inner)) for at, inner in enumerate(values) if isinstance(inner, dict)]
    return Outline(tuple(map(str, range(len(values)))), tuple(within), numbered=True)


def _length(outline: Outline) -> int:
    return len("".join(outline.names)) + sum(_length(inner) for _, inner in outline.within)


def _places(outline: Outline) -> Iterator[Place]:
    waiting: deque[tuple[Outline, tuple[str, ...], str]] = deque([(outline, (), "")])
    count = 0
    while waiting:
        here, path, box = waiting.popleft()
        opened = dict(here.within)
        for at, key in enumerate(here.names):
            name = key if here.numbered else squash(key)
            if at in opened:
                waiting.append((opened[at], (*path, key), box or _box_of(name)))
                continue
            count += 1
            if count > _MAX_PLACES:
                return
            yield Place(name, (*path, key), box)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def _box_of(name: str) -> str:
    if name in _STOP_BOX:
        return "stop"
    if name in _TARGET_BOX:
        return "target"
    return "aside" if name in _ASIDE else ""
