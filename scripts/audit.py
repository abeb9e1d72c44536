"""Audits the pinned packages of server and dashboard, and believes a clean answer only from who flags a known-bad pin.

python scripts/audit.py          (as scripts/audit.sh and `make audit` do)

An auditor without vulnerability data says "none found" as well: so each is first shown a canary. One that does not
flag it has not run. Ends with 0 clean or not run, 1 vulnerable, 3 not run and AUDIT_REQUIRED=1.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[1]
SECONDS = 60.0  # for one question to one auditor
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
# Remote code execution by loading YAML: CVE-2020-14343, known to every source of vulnerabilities.
PYTHON_CANARY = "pyyaml==5.3\n"
# Prototype pollution: CVE-2020-7598 and CVE-2021-44906.
NPM_CANARY = {"minimist": "0.0.8"}


class NoAnswer(Exception):
    """The auditor gave none that can be read; the text says why, in a line."""


@dataclass(frozen=True)
class Found:
    """What an auditor says: `package version: id` of each vulnerability, and how many packages it could not look up."""

    vulnerable: list[str]
    unknown: int
    packages: int


class Auditor(Protocol):
    @property
    def name(self) -> str: ...

    def canary(self) -> Found:
        """The known-bad pin, looked up alone. Raises NoAnswer."""

    def packages(self) -> Found:
        """What the desk installs. Raises NoAnswer."""


@dataclass(frozen=True)
class PipAudit:
    """pip-audit with one of its services; `command` is overridden by tests."""

    service: str
    command: Sequence[str] = (sys.executable, "-m", "pip_audit")
    root: Path = ROOT

    @property
    def name(self) -> str:
        return f"Python packages ({self.service})"

    def canary(self) -> Found:
        with tempfile.TemporaryDirectory() as folder:
            pinned = Path(folder) / "requirements.txt"
            pinned.write_text(PYTHON_CANARY)
            return self._ask([pinned])

    def packages(self) -> Found:
        return self._ask([self.root / name for name in REQUIREMENTS])

    def _ask(self, files: Sequence[Path]) -> Found:
        options = ["--vulnerability-service", self.service, "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        pinned = [word for file in files for word in ("--requirement", str(file))]
        said = answer([*self.command, *options, *pinned, "--format", "json"], self.root)
        listed = said["dependencies"]
        vulnerable = [
            f"{one['name']} {one['version']}: {bug['id']}" for one in listed for bug in one.get("vulns") or ()
        ]
        return Found(vulnerable, sum("skip_reason" in one for one in listed), len(listed))


@dataclass(frozen=True)
class NpmAudit:
    """npm's own audit of package-lock.json."""

    command: Sequence[str] = (str(ROOT / "scripts" / "node.sh"), str(ROOT / ".venv"), "npm")
    root: Path = ROOT
    name: str = "npm packages"

    def canary(self) -> Found:
        root = {"name": "canary", "version": "1.0.0", "dependencies": NPM_CANARY}
        places = {f"node_modules/{name}": {"version": version} for name, version in NPM_CANARY.items()}
        lock = {"name": "canary", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": root} | places}
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "package.json").write_text(json.dumps(root))
            (Path(folder) / "package-lock.json").write_text(json.dumps(lock))
            return self._ask(Path(folder))

    def packages(self) -> Found:
        return self._ask(self.root)

    def _ask(self, folder: Path) -> Found:
        said = answer([*self.command, "audit", "--package-lock-only", "--json"], folder)
        bad = said["vulnerabilities"]
        return Found([f"{name} {one['range']}: {one['severity']}" for name, one in bad.items()], 0, len(bad))


def answer(command: Sequence[str], folder: Path) -> dict[str, Any]:
    """The JSON object that a command prints, whatever it ends with. Raises NoAnswer."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"no answer within {SECONDS:g} s") from None
    except OSError as error:
        raise NoAnswer(f"it can't be run ({error.strerror})") from None
    except ValueError:
        lines = done.stderr.strip().splitlines()
        raise NoAnswer(lines[-1][:200] if lines else f"it ended with {done.returncode} and said nothing") from None
    if not isinstance(said, dict) or not {"dependencies", "vulnerabilities"} & said.keys():
        raise NoAnswer("its source of vulnerabilities can't be reached")
    return said


@dataclass
class Verdict:
    """What became of one kind of packages; `ran` only when a canary was flagged and every package was looked up."""

    ran: bool
    says: str
    vulnerable: list[str] = field(default_factory=list)


def audit(auditors: Sequence[Auditor]) -> Verdict:
    """By the first auditor that flags its canary."""
    reasons = []
    for auditor in auditors:
        try:
            if not auditor.canary().vulnerable:
                reasons.append(f"{auditor.name}: the known-bad canary was not flagged, so it has no data")
                continue
            found = auditor.packages()
        except NoAnswer as error:
            reasons.append(f"{auditor.name}: {error}")
            continue
        if found.vulnerable:
            return Verdict(True, f"{auditor.name}: {len(found.vulnerable)} known vulnerabilities", found.vulnerable)
        if found.unknown:
            reasons.append(f"{auditor.name}: {found.unknown} of {found.packages} packages could not be looked up")
            continue
        return Verdict(True, f"{auditor.name}: no known vulnerability (the canary was flagged)")
    return Verdict(False, "NOT RUN. " + "; ".join(reasons))


def report(verdicts: Sequence[Verdict], required: bool, say: Callable[[str], None]) -> int:
    """Says what was found; 0, 1 or 3 as above."""
    for verdict in verdicts:
        say(verdict.says)
        for line in verdict.vulnerable:
            say(f"  {line}")
    if any(verdict.vulnerable for verdict in verdicts):
        return 1
    if required and not all(verdict.ran for verdict in verdicts):
        say("AUDIT_REQUIRED is set, and not all was audited.")
        return 3
    return 0


def main() -> int:
    groups: tuple[tuple[Auditor, ...], ...] = ((PipAudit("pypi"), PipAudit("osv")), (NpmAudit(),))
    with ThreadPoolExecutor(len(groups)) as at_once:
        verdicts = list(at_once.map(audit, groups))
    return report(verdicts, os.environ.get("AUDIT_REQUIRED", "") not in ("", "0", "no"), print)


if __name__ == "__main__":
    sys.exit(main())
