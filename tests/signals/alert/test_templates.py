"""The messages that the set-up offers to paste: each, filled in as TradingView would, is read as it says."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from signals.alert import SourceRules, freshness, parse
from tests.support.server import ROOT

OFFERED: dict[str, Any] = json.loads((ROOT / "dashboard/src/tools/webhooks/templates.json").read_text())
TEMPLATES: list[dict[str, Any]] = OFFERED["templates"]
RECEIVED = datetime(2026, 1, 7, 14, 31, 46, tzinfo=UTC)


def filled(text: str) -> str:
    """As TradingView sends it: each placeholder's value in its place. KeyError for one that does not exist."""
    return re.sub(r"\{\{(.+?)\}\}", lambda found: OFFERED["samples"][found[1]], text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one["id"])
def test_a_template_is_read_as_it_says(template: dict[str, Any]) -> None:
    """Nothing had to be repaired or guessed: the kind, side, symbol, prices and convention that the page names."""
    read = parse(
        filled(template["text"]).encode(),
        content_type=None,
        query={},
        received_at=RECEIVED,
        source=SourceRules(),
    )
    assert read.repairs == ()
    (alert,) = read.alerts
    assert alert.recognised
    expected = dict(template["expect"])
    assert read.convention == expected.pop("convention")
    found = {name: getattr(alert, name) for name in expected}
    assert found | {"targets": list(found.get("targets", []))} == expected | {"targets": expected.get("targets", [])}
    if "{{timenow}}" in template["text"]:
        assert freshness(alert, RECEIVED, 300.0) == "fresh"
    for secret in ("your-", "6012345678901", "a4a9b8ad4f58"):
        assert secret not in read.redacted.replace("your-bot-uuid", "")


def test_there_is_one_for_each_convention() -> None:
    """At least eight conventions, each under a name of its own, and every placeholder one of TradingView's."""
    assert len({template["expect"]["convention"] for template in TEMPLATES}) >= 8
    assert len({template["id"] for template in TEMPLATES}) == len(TEMPLATES)


@pytest.mark.parametrize("kind", ["strategy", "indicator"])
def test_what_the_builder_makes_of_every_field_is_read(kind: str) -> None:
    """Each field that can be chosen, in one message: strict JSON whose every part is understood."""
    fields = [field for field in OFFERED["fields"] if field[kind] is not None]
    lines = [f'"{f["name"]}": ' + (f'"{f[kind]}"' if f["quoted"] else f[kind]) for f in fields]
    body = filled("{" + ", ".join(lines) + "}")
    json.loads(body)
    read = parse(body.encode(), content_type=None, query={}, received_at=RECEIVED, source=SourceRules())
    (alert,) = read.alerts
    assert (alert.kind, alert.side, alert.symbol, alert.price) == ("entry", "buy", "MNQ1!", 25118.25)
    assert (alert.stop, alert.targets, alert.interval) == (25098.25, (25158.25,), "5")
    assert freshness(alert, RECEIVED, 300.0) == "fresh"
    assert alert.features["atr"] == 18.5
    if kind == "strategy":
        assert (alert.intent, alert.quantity_hint, alert.trade_ref) == ("open", 2.0, "Long")
