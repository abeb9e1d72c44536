"""The documents say what is there: each list in them is compared with what the code has, both ways."""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

import config
from benchmarks import fanout
from benchmarks.broadcast.table import BEGIN, END
from events import catalogue
from tests.conftest import SharedDesk
from tests.documented import DOCS, ROOT, codes_said, table, words_written
from tests.support.alerts import entry
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, WEBHOOK_TOKEN, DeskServer
from tests.web.conftest import app, client, make_app  # noqa: F401 - fixtures
from web.assembly import App
from web.gateway.publish import PUBLISH

README = (ROOT / "README.md").read_text()
NEVER_RAISED = {"events_error"}  # the base class's own


def once(names: list[str]) -> set[str]:
    """The names, each of which must stand once."""
    twice = [name for name, n in Counter(names).items() if n > 1]
    assert not twice, f"more than once: {twice}"
    return set(names)


def shown(value: Any) -> str:
    """A default as docs/configuration.md writes it."""
    if value is None:
        return "unset"
    if value in ("", ()):
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"{value:g}"
        if isinstance(value, float) and value < 1e6
        else f"{value:.0f}"
        if isinstance(value, float)
        else str(value)
    )


def test_each_decision_has_a_number_of_its_own() -> None:
    """`docs/decisions/NNNN-title.md`, one page a number, so that a number says which."""
    pages = [page.name for page in (DOCS / "decisions").glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    once([name[:4] for name in pages])
    headed = {name: (DOCS / "decisions" / name).read_text().split(".", 1)[0] for name in pages}
    assert headed == {name: f"# {int(name[:4])}" for name in pages}


def test_every_setting_is_documented_with_its_default_and_unit() -> None:
    """docs/configuration.md names each setting once, with today's default and unit, and none that does not exist."""
    rows = table("configuration.md")
    assert once([row[0] for row in rows]) == set(config.names())
    for name, default, unit, _ in rows:
        field = config.Settings.model_fields[name.lower()]
        assert isinstance(field.json_schema_extra, dict)
        assert (default, unit) == (shown(field.default), field.json_schema_extra["unit"]), name


def test_every_event_type_is_documented() -> None:
    """docs/events.md has a row for each type: its kind, and whether scripts may publish it."""
    rows = table("events.md", "Types")
    once([row[0] for row in rows])
    told = {(name, kind, publishable) for name, kind, publishable, _ in rows}
    there = {(s.name, s.kind, "yes" if s.publish else "report" if s.report else "no") for s in catalogue.TYPES.values()}
    assert told == there
    assert {name for name, _, publishable in told if publishable == "yes"} == PUBLISH != set()


@pytest.mark.usefixtures("make_app")
def test_every_address_is_documented(app: App) -> None:  # noqa: F811
    """docs/api.md names every route of the real server, for programs and for people, and none that does not exist."""
    there = set()
    for rule in app.flask.url_map.iter_rules():
        if rule.endpoint.endswith("_refused"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        there |= {f"{method} {path}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    programs = [row[0] for row in table("api.md") if " /" in row[0]]
    pages = [f"{method} {row[0]}" for row in table("api.md", "Pages") for method in row[1].split(", ")]
    assert once(programs + pages) == there


def test_every_metric_is_documented(client: FlaskClient) -> None:  # noqa: F811
    """docs/metrics.md names what /metrics serves with its type, each family served once, and nothing else."""
    client.post(f"/webhook/{WEBHOOK_TOKEN}", data="BUY MNQ1! @ 21450.25")
    served = re.findall(r"^# TYPE (\w+) (\w+)$", client.get("/metrics").text, re.MULTILINE)
    served = [(name, kind) for name, kind in served if not name.endswith("_created")]
    once([name for name, _ in served])
    rows = table("metrics.md")
    once([row[0] for row in rows])
    assert {(row[0], row[1]) for row in rows} == set(served)


def test_every_reason_code_is_documented() -> None:
    """Whatever code an answer, a row or an event carries, docs/reasons.md says what it means and what to do."""
    said = codes_said() - NEVER_RAISED
    assert len(said) > 80
    assert said - {row[0] for row in table("reasons.md")} == set()


def test_every_documented_reason_code_exists() -> None:
    """No line of docs/reasons.md explains a code that the code no longer has."""
    rows = table("reasons.md")
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
    assert once([row[0] for row in rows]) - words_written() == set()


# The README
def commands() -> list[str]:
    found = [
        command
        for row in re.findall(r"^\| (`.+?) \| .+ \|$", README, re.MULTILINE)
        for command in re.findall(r"`([^`]+)`", row)
    ]
    return [command for command in found if command.startswith(("make ", "python "))]


def commands_of_pages() -> list[str]:
    """What the dashboard tells people to type, up to the next sign."""
    sources = [path.read_text() for path in sorted((ROOT / "dashboard" / "src").rglob("*.ts*"))]
    return sorted({one for text in sources for one in re.findall(r"python -m \w+\.\w+(?: (?:--)?[A-Za-z-]+)*", text)})


@pytest.mark.parametrize("command", [*(one for one in commands() if one.startswith("python ")), *commands_of_pages()])
def test_every_python_command_answers_help(command: str) -> None:
    """What the README and the pages tell people to type exists, and the options shown exist too."""
    words = command.split()[1:]
    target = words[:2] if words[0] == "-m" else words[:1]
    rest = [word for word in words[len(target) :] if re.fullmatch(r"[a-z][a-z-]*|--[a-z-]+", word)]
    subcommand = [word for word in rest if not word.startswith("--")][:1]
    options = [word for word in rest if word.startswith("--")]
    done = subprocess.run(
        [sys.executable, *target, *subcommand, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [option for option in options if option not in done.stdout] == []


@pytest.mark.parametrize("command", [one for one in commands() if one.startswith("make ")])
def test_every_make_target_exists(command: str) -> None:
    """`make -n` knows the target."""
    target = command.split()[1]
    assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text(), re.MULTILINE), target


def test_the_fan_outs_table_is_what_its_script_prints() -> None:
    """Every word of how it was measured that holds in every run; the rest are the run's own figures."""
    _, _, rest = (ROOT / "docs/performance.md").read_text().partition(BEGIN)
    printed = " ".join(rest.partition(END)[0].split())
    fixed = re.split(r"\{[^}]*\}", " ".join(fanout.HOW.split()))
    assert [part for part in fixed if part.strip() not in printed] == []


def test_the_promises_name_tests_that_exist() -> None:
    """Each row of the README's table of promises is shown by a test file or folder that is there."""
    section = README.split("## What is promised", 1)[1].split("\n## ", 1)[0]
    promises = re.findall(r"^\| (?!promise|---)(.+) \| (.+) \|$", section, re.MULTILINE)
    assert len(promises) > 5
    for promise, by in promises:
        paths = re.findall(r"`(tests/[^`]+)`", by)
        assert paths, promise
        assert [path for path in paths if not (ROOT / path).exists()] == [], promise


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), ROOT / "tests" / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """A link or picture in a document is a file of this repository, and its anchor a heading in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}, target


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_exists(page: Path) -> None:
    """A path of ours in backquotes is there."""
    for path in re.findall(
        r"`((?:docs|tests|web|signals|ml|events|trading|runtime|scripts|benchmarks)/[\w./-]*)`", page.read_text()
    ):
        assert (ROOT / path).exists(), f"{page.name} names {path}"


# Following, as docs/events.md shows it
def example(heading: str) -> str:
    section = (DOCS / "events.md").read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[0]


def running(server: DeskServer, heading: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", example(heading)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DESK": server.url, "TOKEN": API_TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_ways_to_follow_work_as_shown(shared_desk: SharedDesk) -> None:
    """Each example runs as it stands and prints a scored signal."""
    server = shared_desk()
    ways = ["Following by Socket.IO", "Following by plain WebSocket", "Following by long poll"]
    children = {way: running(server, way) for way in ways}
    printed: dict[str, list[str]] = {way: [] for way in ways}

    def collect(way: str) -> None:
        for line in children[way].stdout or ():
            printed[way].append(line)

    readers = [threading.Thread(target=collect, args=(way,), daemon=True) for way in ways]
    for reader in readers:
        reader.start()
    try:
        deadline = time.monotonic() + 2 * PATIENCE
        number = 0
        while time.monotonic() < deadline and not all(seen(lines) for lines in printed.values()):
            number += 1
            assert server.post_alert(entry(number)).ok
            time.sleep(0.5)
        assert [way for way, lines in printed.items() if not seen(lines)] == [], printed
    finally:
        for child in children.values():
            child.kill()
            child.wait()


def seen(lines: list[str]) -> bool:
    return any("signal_update" in line and "MNQ1!" in line for line in list(lines))


def test_publishing_works_as_shown(shared_desk: SharedDesk) -> None:
    """The example stores one external fact, and run again stores nothing."""
    server = shared_desk()
    for existing in (False, True):
        output, _ = running(server, "Publishing").communicate(timeout=PATIENCE)
        assert f"'existing': {existing}" in output, output
    facts = [fact for fact in server.facts(types="event") if fact["message"] == "scan done"]
    assert [fact["origin"] for fact in facts] == ["external"]
    assert requests.get(f"{server.url}/healthz", timeout=PATIENCE).ok
