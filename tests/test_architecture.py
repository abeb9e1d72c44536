"""The floors hold: an import only goes down, siblings never import each other, and each library has its room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {
    "web_server": 1,
    "web": 2,
    "notifications": 2,
    "signals": 3,
    "ml": 4,
    "trading": 4,
    "events": 5,
    "config": 6,
    "runtime": 6,
    "hosting": 7,
    # What other people's scripts install: it imports nothing of ours, and nothing of ours imports it.
    "broadcaster": 7,
}
# A library that only some rooms may open: everything else goes through those rooms.
ROOMS = {
    "eventlet": ("runtime",),
    "gevent": ("runtime",),
    "flask": ("web", "web_server"),
    "flask_socketio": ("web",),
    "socketio": ("web",),
    "engineio": ("web",),
    "simple_websocket": ("web",),
    "wsproto": ("web",),
    "werkzeug": ("web", "web_server"),
    "requests": ("web", "notifications"),
    "sklearn": ("ml",),
    "joblib": ("ml",),
    "scipy": ("ml",),
    "sqlalchemy": ("events",),
    "alembic": ("events",),
    "sqlite3": ("events",),
    "psycopg": ("events",),
    "re2": ("events", "web"),
    "prometheus_client": ("web",),
    "pydantic_settings": ("config",),
    "config": ("web_server",),
    "hosting": ("config", "web_server"),
    "broadcaster": (),
    "websocket": ("broadcaster",),
}
# Commands that speak to a running server: thin clients on the standard library, outside every follower's path.
COMMANDS_OVER_HTTP = {"signals/replay", "signals/backfill", "signals/desk_client"}
HTTP_CLIENTS = {"http.client", "urllib.request", "socket"}


def sources() -> Iterator[Path]:
    for name in FLOORS:
        single = ROOT / f"{name}.py"
        if single.exists():
            yield single
        yield from sorted((ROOT / name).rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every absolute module that the file imports, also inside functions and type-checking blocks."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def offences(path: Path) -> Iterator[str]:
    here = room(path)
    for line, module in imports(path):
        top = module.split(".")[0]
        where = f"{path.relative_to(ROOT)}:{line} imports {module}"
        if top in FLOORS and top != here and FLOORS[top] <= FLOORS[here]:
            yield f"{where}: floor {FLOORS[here]} may only import floors below it"
        if top in ROOMS and here != top and here not in ROOMS[top]:
            yield f"{where}: only {' and '.join(ROOMS[top])} may"
        if module in HTTP_CLIENTS and FLOORS[here] in (3, 4):
            command = str(path.relative_to(ROOT).with_suffix(""))
            if not any(command == name or command.startswith(f"{name}/") for name in COMMANDS_OVER_HTTP):
                yield f"{where}: no network on floors 3 and 4"


def test_every_import_goes_down() -> None:
    """A newcomer can trust the floors: no module imports a sibling, anything above it, or another room's library."""
    found = [offence for path in sources() for offence in offences(path)]
    assert not found, "\n".join(found)


def test_the_check_catches_an_offence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule itself can fail: an import upwards, a sibling's and a foreign library are each named."""
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "ml").mkdir()
    bad = tmp_path / "ml" / "bad.py"
    bad.write_text("import flask\nfrom trading import instruments\n\ndef f():\n    import web.errors\n")
    assert [offence.split(" imports ")[1].split(":")[0] for offence in offences(bad)] == [
        "flask",
        "trading",
        "web.errors",
    ]


def test_the_map_draws_these_floors() -> None:
    """docs/architecture.md has a line for each package that there is, on its floor."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = {name: int(floor) for floor, name in re.findall(r"^\| (\d) \| `(\w+)` \|", page, re.MULTILINE)}
    assert drawn == {room(path): FLOORS[room(path)] for path in sources()}


def test_files_stay_small() -> None:
    """No file is over 400 lines and the median is under 120: a second room is a second file."""
    lengths = {path: len(path.read_text().splitlines()) for path in sources()}
    assert not {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 400}
    assert median(lengths.values()) < 120


def test_every_module_says_why_it_exists() -> None:
    """Each module opens with a sentence for the newcomer."""
    silent = [
        str(p.relative_to(ROOT))
        for p in sources()
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert not silent


def test_only_the_roof_reads_the_environment() -> None:
    """Settings come from config, through the roof; only the client library, which is its own roof, looks too."""
    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        if room(path) not in ("config", "web_server", "runtime", "broadcaster")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert not readers
