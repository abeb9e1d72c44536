"""docs/alerts.md is true: its examples are posted as printed, its fields change what it says they change."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from ml.scorer import Score
from signals.dry_run import DryRun
from signals.pipeline import Pipeline
from signals.rules import SizingRules
from tests.documented import DOCS
from tests.signals.desk import Desk, Model, told

PAGE = (DOCS / "alerts.md").read_text()
NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
NEEDED = {"symbol": "MNQ1!", "side": "buy", "price": 25118.25}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


FORMS = [(example.strip("`"), sized.strip("`")) for _, example, sized in rows("Forms that are understood")]
FIELDS = rows("Fields, and what they change")


class Watched(Model):
    """Remembers what it was asked about; promoted, so that the size follows its score."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = told(0.5)
        self.seen: dict[str, float] = {}

    def score(self, features: dict[str, float]) -> Score:
        self.seen = features
        return super().score(features)


def decided(desk: Desk, example: str, **query: str) -> list[dict[str, Any]]:
    """Each signal of an example, posted as printed: a query where it begins with `?`, else a body."""
    if example.startswith("?"):
        example, query = "", {**dict(parse_qsl(example[1:])), **query}
    answer = desk.post(example, **query)
    assert answer.status == 200, answer.body
    desk.work()
    return [desk.signal(id) for id in answer.body.get("signals") or [answer.body["signal_id"]]]


@pytest.mark.parametrize(("example", "sized"), FORMS)
def test_each_form_is_read_and_sized_as_printed(desk: Desk, example: str, sized: str) -> None:
    """ "yes" has a quantity on a new desk; anything else is the reason that binds."""
    for signal in decided(desk, example):
        assert signal["kind"] == "entry"
        assert signal["symbol"]
        assert ("yes" if signal["quantity"] else signal["reasons"][0]["code"]) == sized


@pytest.mark.parametrize("example", [example for example, sized in FORMS if sized == "no_price"])
def test_a_price_in_the_url_makes_an_entry_whole(desk: Desk, example: str) -> None:
    """`?price=…` on the webhook's URL, and each form that brings none is sized."""
    assert [signal["quantity"] > 0 for signal in decided(desk, example, price="25118.25")] == [True]


def outcome(desk: Desk, fields: dict[str, Any]) -> tuple[float | None, dict[str, float]]:
    """The quantity that an alert would get, and what the model sees of it, on an account where every unit shows."""
    watched = Watched()
    rules = SizingRules(equity=50_000_000.0, volatility_target=0.01)
    dry = DryRun(desk.journal, desk.sources, Pipeline(desk.journal, watched, rules))  # type: ignore[arg-type]
    told = dry.explain(json.dumps(fields).encode(), received_at=NOW)["signal"]
    return told["quantity"], {name: value for name, value in watched.seen.items() if value == value}


@pytest.mark.parametrize(("example", "also", "size", "score", "does"), FIELDS, ids=[row[0] for row in FIELDS])
def test_each_field_changes_what_is_printed(
    desk: Desk, example: str, also: str, size: str, score: str, does: str
) -> None:
    """Under each of its names: the size, what the model sees, or neither, against the same alert without it."""
    given = json.loads("{" + example.strip("`") + "}")
    own, *more = given
    without = {name: value for name, value in NEEDED.items() if name != own}
    base = outcome(desk, without)
    for name in (own, *re.findall(r"`([^`]+)`", also)):
        found = outcome(desk, {**without, name: given[own], **{key: given[key] for key in more}})
        assert (found[0] != base[0], found[1] != base[1]) == (size == "yes", score == "yes"), (name, found, base)
    assert does
