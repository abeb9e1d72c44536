"""Each reason that the code can leave beside a verdict has its line in docs/reasons.md."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def given_codes() -> set[str]:
    """Every literal code handed to `reason(…)` or `_refused(status, code, …)`, also through a choice of two."""
    found: set[str] = set()
    for path in (ROOT / "signals").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("reason", "_refused")
            ):
                place = 1 if node.func.id == "_refused" else 0
                found |= {n.value for n in ast.walk(node.args[place]) if isinstance(n, ast.Constant) and n.value}
    return found


def test_every_reason_has_its_line() -> None:
    """A user who meets a code finds what it means and what to do."""
    table = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "reasons.md").read_text(), re.MULTILINE))
    codes = given_codes() | {"stop_atr", "stop_default", "edge_half", "edge_negative", "not_stored", "bad_filter"}
    codes -= {"model_error"}  # a model's own codes are ml's to explain
    assert len(codes) > 30
    assert codes <= table, codes - table


def test_no_code_stands_twice() -> None:
    """One code, one meaning."""
    codes = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "reasons.md").read_text(), re.MULTILINE)
    assert len(codes) == len(set(codes)), {code for code in codes if codes.count(code) > 1}
