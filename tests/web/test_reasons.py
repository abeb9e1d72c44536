"""Each code that the door can answer with is explained in docs/reasons.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RAISED = {"BadRequest", "NotAuthenticated", "NotAllowed", "NotFound", "TooMany", "NotAvailable", "refusal"}


def answered() -> Iterator[str]:
    """The first argument of each refusal that the code can make, and the standard ones."""
    for path in (ROOT / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)
    source = (ROOT / "web" / "errors.py").read_text()
    yield from re.findall(r"^    \d{3}: \(\"(\w+)\"", source, re.MULTILINE)


def test_every_code_is_explained() -> None:
    """Whoever gets a code can look it up, with what to do."""
    rows = re.findall(r"^\| `(\w+)` \| .+ \| .+ \| .+ \|$", (ROOT / "docs" / "reasons.md").read_text(), re.MULTILINE)
    found = set(answered())
    assert {"wrong_method", "bad_csrf", "not_found"} <= found
    assert found - set(rows) == set()
