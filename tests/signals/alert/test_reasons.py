"""Codes without words help nobody: each code of the parser is explained in docs/reasons.md."""

import re
from pathlib import Path

from signals.alert.reasons import NOTES, REPAIRS
from signals.errors import REFUSALS

DOC = Path(__file__).parents[3] / "docs" / "reasons.md"
SOURCES = Path(__file__).parents[3] / "signals" / "alert"


def documented() -> set[str]:
    return set(re.findall(r"^\| `([a-z0-9_]+)` \|", DOC.read_text(), re.MULTILINE))


def test_every_code_of_the_parser_has_a_line() -> None:
    """A user who meets a code finds it in the table."""
    assert {*REFUSALS, *REPAIRS, *NOTES} <= documented()


def test_every_code_that_the_parser_uses_is_declared() -> None:
    """A code that is raised, mended or noted stands in the tables that the documents are compared with."""
    code = "\n".join(path.read_text() for path in SOURCES.glob("*.py"))
    assert set(re.findall(r'refuse\(\s*"(\w+)"', code)) <= set(REFUSALS)
    assert set(re.findall(r'(?:_mend|repairs\.append)\(\s*"(\w+)"', code)) <= set(REPAIRS)
    assert set(re.findall(r'notes\.append\(\s*"(\w+)"', code)) <= set(NOTES)


def test_every_declared_code_is_used() -> None:
    """No line of the table describes something that can't happen."""
    code = "\n".join(path.read_text() for path in SOURCES.glob("*.py") if path.name != "reasons.py")
    assert [name for name in {*REFUSALS, *REPAIRS, *NOTES} if f'"{name}"' not in code] == []
