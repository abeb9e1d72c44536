"""One view of a body's fields, flat, nested or from text, found by any of their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from signals.alert.synonyms import Words
from signals.alert.template import Question, template_of

T = TypeVar("T")


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
        self._template = template = template_of(document)
        self._answers = template.answers
        self.leaves = list(map(Leaf, template.names, template.paths, template.values(document), template.boxes))
        self.used: set[tuple[str, ...]] = set()

    @property
    def repeats(self) -> bool:
        """Whether any name stands more than once."""
        return self._template.repeats

    def named(self, asked: Question) -> Sequence[Leaf]:
        """Leaves of these names, in the order of the names, or those at the places that a rule chooses."""
        found = self._answers.get(asked)
        if found is None:
            found = self._template.answer(asked)
        if not found:  # nearly every question: an alert has few fields and may be asked for any
            return ()
        leaves = self.leaves
        return [leaves[at] for at in found]

    def first(self, names: Words, read: Callable[[Any], T | None]) -> T | None:
        """The first value of these names that lies in the field's domain, which marks it as understood."""
        for leaf in self.named(names):
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
