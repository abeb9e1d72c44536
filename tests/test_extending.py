"""What docs/extending.md shows works as it stands there."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events import catalogue, upcasting
from ml.features import NAMES
from ml.registry import load_path
from signals import sizing
from signals.alert import Parsed, SourceRules, conventions, parse
from signals.plan import plan
from signals.rules import SizingRules
from tests.documented import DOCS, ROOT
from tests.signals.desk import told
from tests.support.patience import PATIENCE
from trading import contracts, instruments


def blocks(heading: str, language: str) -> list[str]:
    """The code under one heading of the page."""
    section = (DOCS / "extending.md").read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def run(heading: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(blocks(heading, "python")[0], "docs/extending.md", "exec"), names)
    return names


def read(body: str, source: SourceRules | None = None) -> Parsed:
    return parse(
        body.encode(), content_type=None, query={}, received_at=datetime.now(UTC), source=source or SourceRules()
    )


def test_a_model_of_ones_own_serves(tmp_path: Path) -> None:
    """The script writes a model that the server opens with the printed hash, and that scores."""
    script = blocks("A model of your own", "python")[0]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=True,
    )
    told = dict(line.split("=", 1) for line in done.stdout.split())
    loaded = load_path(tmp_path / told["MODEL_PATH"], told["MODEL_SHA256"])
    assert loaded.id == "own-1"
    assert 0 < loaded.predict(dict.fromkeys(NAMES, 0.5)).probability < 1


def test_a_field_mapping_teaches_a_source() -> None:
    """The alert means nothing before, and is an entry after."""
    mapping, alert = blocks("A field mapping for a source", "json")
    assert read(alert).alerts[0].kind != "entry"
    found = read(alert, SourceRules(mapping=json.loads(mapping)["mapping"])).alerts[0]
    assert (found.kind, found.symbol, found.side, found.price) == ("entry", "MNQ1!", "buy", 25118.25)


def test_a_convention_is_a_function_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its line in the table the reader reads its own text, and leaves the rest to the others."""
    line = ("desk line", run("An alert convention")["desk_line"])
    monkeypatch.setattr(conventions, "TEXT_CONVENTIONS", (line, *conventions.TEXT_CONVENTIONS))
    parsed = read("DESK|MNQ1!|B|25118.25")
    assert parsed.convention == "desk line"
    assert (parsed.alerts[0].symbol, parsed.alerts[0].side, parsed.alerts[0].price) == ("MNQ1!", "buy", 25118.25)
    assert read("BUY NQ1! @ 21450.25").convention != "desk line"


def test_a_sizing_rule_is_a_function_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its line in the table it binds: five times 50,000 is less than three contracts of 100,000."""
    monkeypatch.setattr(sizing, "CAPS", (*sizing.CAPS, run("A sizing rule")["largest_position"]))
    trade = plan({"symbol": "NQ1!", "side": "buy", "price": 5000.0, "stop": 4999.0, "targets": []}, {}, SizingRules())
    found = sizing.size(trade, told(reason="model_missing"), SizingRules())
    assert (found.verdict, found.quantity) == ("reduce", 2.0)
    assert "largest_position" in [why["code"] for why in found.reasons]


def test_an_event_type_is_a_model_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its data is checked, and its schema is served."""
    spec = run("An event type")["spec"]
    monkeypatch.setitem(catalogue.TYPES, spec.name, spec)
    assert catalogue.validate("sentiment_update", {"symbol": "NQ1!", "score": 0.5})["score"] == 0.5
    assert "sentiment_update" in catalogue.json_schema()["types"]


def test_an_older_version_of_a_type_is_read_as_todays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first version wrote passes the second one's check."""
    monkeypatch.setattr(upcasting, "UPCASTERS", {})
    spec = run("A new version of an event type")["spec"]
    monkeypatch.setitem(catalogue.TYPES, spec.name, spec)
    read = upcasting.today(spec.name, 1, {"symbol": "NQ1!", "score": 0.5})
    assert catalogue.validate(spec.name, read) == {"symbol": "NQ1!", "mood": 75.0, "by": None}
    assert upcasting.missing() == []


def test_an_instrument_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line makes the root's contracts known."""
    line = blocks("An instrument", "text")[0]
    assert not instruments._recognise("FSMI1!", None).known
    monkeypatch.setattr(contracts, "_AROUND_THE_CLOCK", contracts._AROUND_THE_CLOCK + line)
    monkeypatch.setattr(instruments, "CONTRACTS", contracts._read())
    found = instruments._recognise("FSMI1!", None)
    assert (found.known, found.currency, found.tick_value(100)) == (True, "CHF", 10)
