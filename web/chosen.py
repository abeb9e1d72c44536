"""What people chose: kept in memory, changed only by journalled facts, so that every process and browser agrees."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from events.envelope import Fact
from events.journal import Entry, Unit
from signals import projection
from web.choices import CHOICES, checked, known, readable

if TYPE_CHECKING:
    from events.journal import Journal


class Chosen:
    """Every choice of the desk and of its people. Another process's change arrives as its `settings_update` fact."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._saving = threading.Lock()
        self._values: dict[tuple[str, str | None], dict[str, Any]] = {}
        self._seqs: dict[tuple[str, str | None], int] = {}  # of the last change of each that is known here
        self._heard = 0
        self.reload()
        journal.listen(self._listen)

    def reload(self) -> None:
        """Reads all of it from the tables: at the start, and when they were put right. Raises DatabaseUnavailable."""
        heard = -1
        while heard != self._heard:  # a change that is heard meanwhile may be newer than what was read
            heard = self._heard
            desks = self._journal.query("SELECT NULL AS principal_id, key, value FROM settings")
            peoples = self._journal.query("SELECT principal_id, key, value FROM preferences")
        self._values = {}
        for row in (*desks, *peoples):
            self._keep(row["key"], row["principal_id"], row["value"])

    def get(self, key: str, person: str) -> dict[str, Any]:
        """The value now, the default when nobody chose. Raises NotFound."""
        choice = known(key)
        return self._values.get((key, _owner(key, person))) or choice.default

    def is_set(self, key: str, person: str) -> bool:
        return (key, _owner(key, person)) in self._values

    def all(self, person: str) -> dict[str, dict[str, Any]]:
        """Every choice of the desk's, and of the person's own those made: until then each browser keeps its way."""
        shown = [key for key, choice in CHOICES.items() if choice.of == "desk" or self.is_set(key, person)]
        return {key: self.get(key, person) for key in shown}

    def save(self, key: str, asked: dict[str, Any], person: str) -> dict[str, Any]:
        """Changes a choice: fact and table in one commit. Raises NotFound, BadRequest, NotStored."""
        with self._saving:  # two browsers that change two fields at once both count
            before = self.get(key, person)
            after = checked(key, before, asked)
            if after != before or not self.is_set(key, person):
                self._commit(key, "saved", before, after, person)
        return after

    def reset(self, key: str, person: str) -> dict[str, Any]:
        """Back to the default. Raises NotFound, NotStored."""
        with self._saving:
            before = self.get(key, person)
            if self.is_set(key, person):
                self._commit(key, "reset", before, None, person)
        return known(key).default

    def _commit(self, key: str, change: str, before: dict[str, Any], after: dict[str, Any] | None, person: str) -> None:
        fact = Fact(
            type="settings_update",
            source="desk",
            message=f"Setting {key} {change}",
            data={
                "name": key,
                "change": change,
                "before": before,
                "after": after,
                "who": person,
                "principal_id": _owner(key, person),
            },
        )
        receipt = self._journal.append(Unit(entries=[Entry(fact, projection.changes(fact))]))
        self._hear(receipt.facts[0])  # the listeners may be told later, and the next change begins from this one

    def _listen(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if fact.type == "settings_update" and fact.origin == "desk" and fact.data["name"] in CHOICES:
                self._hear(fact)

    def _hear(self, fact: Fact) -> None:
        place, seq = (fact.data["name"], fact.data.get("principal_id")), fact.seq or 0
        if seq <= self._seqs.get(place, 0):  # committed before what was saved here, and told after it
            return
        self._heard += 1
        self._seqs[place] = seq
        if fact.data["after"] is None:
            self._values.pop(place, None)
        else:
            self._values[place] = readable(fact.data["name"], fact.data["after"])

    def _keep(self, key: str, person: str | None, text: str) -> None:
        # The table of settings also holds what is nobody's choice, such as the secret key.
        if key in CHOICES and (CHOICES[key].of == "person") == (person is not None):
            self._values[key, person] = readable(key, orjson.loads(text))


def _owner(key: str, person: str) -> str | None:
    return person if known(key).of == "person" else None
