"""Reads what the documents claim, and what the code can say, so that tests can compare the two."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGES = ("config.py", "web_server.py", "runtime", "events", "ml", "trading", "signals", "web")
# Calls whose argument at this place is a reason code.
SAYS_CODE = {
    "reason": 0,
    "note": 0,
    "leave": 1,
    "limit": 1,
    "refuse": 0,
    "_refused": 1,
    "refusal": 0,
    "Refused": 0,
    "TrainingError": 0,
    "BadMessage": 0,
    "NotPermitted": 0,
    "TooFast": 0,
    "BadRequest": 0,
    "NotAuthenticated": 0,
    "NotAllowed": 0,
    "NotFound": 0,
    "TooMany": 0,
    "OverQuota": 0,
    "NotAvailable": 0,
    "BadBackfill": 0,
}
CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\Z")


def table(name: str, heading: str | None = None) -> list[tuple[str, ...]]:
    """The rows of docs/NAME whose first cell is `code`; cells stripped, of one section when a heading is given."""
    text = (DOCS / name).read_text()
    if heading is not None:
        text = re.split(r"^## ", text.split(f"## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| (`[^`]+`.*) \|$", text, re.MULTILINE)
    return [tuple(cell.strip().strip("`") for cell in re.split(r"(?<!\\) \| ", row)) for row in rows]


def sources() -> Iterator[ast.Module]:
    for name in PACKAGES:
        place = ROOT / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield ast.parse(path.read_text())


def texts(node: ast.AST) -> Iterator[str]:
    """The text constants an expression may give: itself, or either branch of a choice."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.match(one.value):
            yield one.value


def said_by(node: ast.AST) -> Iterator[str]:
    """The reason codes that one node of the syntax tree hands on."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        place = SAYS_CODE.get(name)
        if place is not None and len(node.args) > place:
            first = node.args[place]
            if isinstance(first, ast.Constant | ast.IfExp):
                yield from texts(first)
        for keyword in node.keywords:
            if keyword.arg == "code":
                yield from texts(keyword.value)
    elif isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "code":
                yield from texts(line.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "code" and isinstance(value, ast.Constant):
                yield from texts(value)


def codes_said() -> set[str]:
    """Every reason code that is written where one is raised or answered."""
    return {code for module in sources() for node in ast.walk(module) for code in said_by(node)}


def words_written() -> set[str]:
    """Every text constant of the code: a documented code that is not among them does not exist."""
    return {text for module in sources() for text in texts(module)}
