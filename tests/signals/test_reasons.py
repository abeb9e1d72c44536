"""Each reason that the code can leave beside a verdict has its line in docs/reasons.md."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


# Where the code stands in what hands it on.
PLACES = {"reason": 0, "note": 0, "limit": 1, "leave": 1, "_refused": 1}


def given_codes() -> set[str]:
    """Every literal code handed to `reason`, to `Caps` or to `_refused`, also by a choice of two."""
    found: set[str] = set()
    for path in (ROOT / "signals").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                place = PLACES.get(node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""))
                if place is not None:
                    found |= {n.value for n in ast.walk(node.args[place]) if isinstance(n, ast.Constant) and n.value}
    return found


def test_every_reason_has_its_line() -> None:
    """A user who meets a code finds what it means and what to do."""
    table = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "reasons.md").read_text(), re.MULTILINE))
    codes = given_codes() | {"stop_atr", "stop_default", "not_stored", "bad_filter"}
    codes -= {"model_error"}  # a model's own codes are ml's to explain
    assert len(codes) > 30
    assert codes <= table, codes - table


def test_no_code_stands_twice() -> None:
    """One code, one meaning."""
    codes = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "reasons.md").read_text(), re.MULTILINE)
    assert len(codes) == len(set(codes)), {code for code in codes if codes.count(code) > 1}
