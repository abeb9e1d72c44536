"""One view of a body's fields, flat, nested or from text, found by any of their names."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from signals.alert.shape import shape_of
from signals.alert.synonyms import Words

T = TypeVar("T")

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
_MAX_LEAVES = 2000


class Leaf(NamedTuple):
    """A value that is no object: its squashed name, its path as sent, and the box it stands in."""

    name: str
    path: tuple[str, ...]
    value: Any
    box: str = ""  # "stop", "target", "aside" or nothing


class Fields:
    """The leaves of one object, shallow before deep, and which of them have been understood."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.leaves = list(_leaves(document))
        self.used: set[tuple[str, ...]] = set()
        self._index: dict[str, list[Leaf]] = {}
        for leaf in self.leaves:
            self._index.setdefault(leaf.name, []).append(leaf)

    @property
    def repeats(self) -> bool:
        """Whether any name stands more than once."""
        return len(self._index) < len(self.leaves)

    def named(self, names: Words, aside: bool = False) -> Sequence[Leaf]:
        """Leaves of these names, in the order of the names; those set aside come only when asked for."""
        index = self._index
        if names.all.isdisjoint(index):  # a few fields, and hundreds of names that are asked for
            return ()
        return [
            leaf
            for name in names
            if name in index
            for leaf in index[name]
            if leaf.box == "" or (aside and leaf.box == "aside")
        ]

    def first(self, names: Words, read: Callable[[Any], T | None], aside: bool = False) -> T | None:
        """The first value of these names that lies in the field's domain, which marks it as understood."""
        for leaf in self.named(names, aside):
            found = read(leaf.value)
            if found is not None:
                self.used.add(leaf.path)
                return found
        return None

    def take(self, leaf: Leaf) -> None:
        """Marks a leaf as understood."""
        self.used.add(leaf.path)

    def rest(self) -> dict[str, Any]:
        """The fields that nobody understood, in their own shape."""
        return _without(self.document, self.used, ())


def at_path(document: Any, path: str) -> Any:
    """The value at a dotted path (`data.order.price`, `targets.0`), else None; a key may itself hold dots."""
    if isinstance(document, dict) and path in document:
        return document[path]
    head, _, tail = path.partition(".")
    if isinstance(document, list) and head.isdigit() and int(head) < len(document):
        inner = document[int(head)]
    elif isinstance(document, dict):
        inner = document.get(head)
        if inner is None:
            inner = next((v for k, v in document.items() if k.casefold() == head.casefold()), None)
    else:
        return None
    return at_path(inner, tail) if tail else inner


def _leaves(document: dict[str, Any]) -> Iterator[Leaf]:
    waiting: deque[tuple[tuple[str, ...], Any, str]] = deque([((), document, "")])
    count = 0
    while waiting:
        path, here, box = waiting.popleft()
        if isinstance(here, dict):
            named: Iterable[tuple[str, tuple[str, Any]]] = zip(shape_of(here).squashed, here.items(), strict=True)
        else:
            named = ((str(i), (str(i), value)) for i, value in enumerate(here))
        for name, (key, value) in named:
            if isinstance(value, dict) or (isinstance(value, list) and name in _TARGET_BOX):
                waiting.append(((*path, key), value, box or _box_of(name)))
                continue
            count += 1
            if count > _MAX_LEAVES:
                return
            yield Leaf(name, (*path, key), value, box)


def _box_of(name: str) -> str:
    if name in _STOP_BOX:
        return "stop"
    if name in _TARGET_BOX:
        return "target"
    return "aside" if name in _ASIDE else ""


def _without(value: dict[str, Any], used: set[tuple[str, ...]], path: tuple[str, ...]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for key, inner in value.items():
        here = (*path, key)
        if here in used:
            continue
        if isinstance(inner, dict) and inner:
            inner = _without(inner, used, here)
            if not inner:
                continue
        left[key] = inner
    return left
