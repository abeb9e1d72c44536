"""Finds the alerts of an alert-log export that never arrived, and stores them for the record, never to be traded.

python -m signals.backfill FILE.csv [--source NAME] [--dry-run] [--to URL --token-file FILE]
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from signals import alert_log
from signals.alert_log import BadLog, Logged
from signals.desk_client import DeskClient, Unreachable
from signals.progress import Progress

# One request to a desk: plain JSON in, plain JSON out. A refusal is raised as Refused.
Transport = Callable[[Mapping[str, Any]], Mapping[str, Any]]

PATH = "/api/backfill"
CHUNK_ALERTS, CHUNK_CHARACTERS = 200, 256_000  # a request stays far below what a server takes in
ANSWER_S = 60.0


class Refused(Exception):
    """The desk did not do it; the text says why and what to do."""


def run(file: Path, source: str, ask: Transport, *, dry_run: bool = False) -> int:
    """Compares, stores what is missing (oldest first), prints the report. 0 done, 1 when something is still missing."""
    logged = alert_log.read(file)
    progress = Progress(len(logged))
    missing, unusable = _compare(logged, source, ask, progress)
    progress.end()
    stored: Counter[str] = Counter()
    if not dry_run:
        for chunk in _chunks(missing):
            stored.update(ask(_request("store", source, logged, chunk))["counts"])
        totals = {
            "rows": len(logged),
            "found": len(logged) - len(missing) - sum(unusable.values()),
            "missing": len(missing),
            "stored": stored["stored"],
        }
        ask({"op": "finish", "source": source, **totals})
    sys.stdout.write("\n".join(_report(logged, missing, unusable, stored, dry_run)) + "\n")
    return 1 if not dry_run and stored["stored"] + stored["known"] < len(missing) else 0


def _compare(
    logged: Sequence[Logged], source: str, ask: Transport, progress: Progress
) -> tuple[list[Logged], Counter[str]]:
    lines: set[int] = set()
    unusable: Counter[str] = Counter()
    done = 0
    # The same text is counted in one request, so all alerts of one text go together.
    for chunk in _chunks(sorted(logged, key=lambda one: one.body), together=True):
        answer = ask(_request("compare", source, logged, chunk))
        lines.update(answer["missing"])
        unusable.update(answer["unusable"])
        progress.tell(done := done + len(chunk))
    return [one for one in logged if one.line in lines], unusable


def _request(op: str, source: str, logged: Sequence[Logged], chunk: Sequence[Logged]) -> dict[str, Any]:
    return {
        "op": op,
        "source": source,
        "from": logged[0].at.isoformat(),
        "to": logged[-1].at.isoformat(),
        "alerts": [
            {"line": one.line, "body": one.body, "symbol": one.symbol, "at": one.at.isoformat()} for one in chunk
        ],
    }


def _chunks(logged: Sequence[Logged], *, together: bool = False) -> Iterator[list[Logged]]:
    chunk: list[Logged] = []
    size = 0
    for one in logged:
        full = len(chunk) >= CHUNK_ALERTS or size + len(one.body) > CHUNK_CHARACTERS
        if chunk and full and not (together and chunk[-1].body == one.body):
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += len(one.body)
    if chunk:
        yield chunk


def _report(
    logged: Sequence[Logged], missing: Sequence[Logged], unusable: Counter[str], stored: Counter[str], dry_run: bool
) -> Iterator[str]:
    yield f"{len(logged):,} alerts in the log"
    yield f"  received   {len(logged) - len(missing) - sum(unusable.values()):,}"
    yield f"  missing    {len(missing):,}" + (
        f"  (from {missing[0].at:%Y-%m-%d %H:%M} to {missing[-1].at:%Y-%m-%d %H:%M} UTC)" if missing else ""
    )
    yield from (f"  unusable   {count:,}  {code}" for code, count in unusable.most_common())
    if dry_run:
        yield "  nothing was stored (--dry-run)"
    elif missing:
        yield f"  stored     {stored['stored']:,}  marked as backfilled, never traded"
    yield from (f"  {name}  {n:,}" for name, n in stored.items() if name not in ("stored", "known"))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. 0 done, 1 not all could be stored, 2 wrong usage or no desk."""
    asked = _parser().parse_args(arguments)
    if asked.to is None:
        return _through_the_roof(asked)
    try:
        token = (sys.stdin if str(asked.token_file) == "-" else asked.token_file.open()).read().strip()
        client = DeskClient(asked.to.rstrip("/"), timeout=ANSWER_S, looks_like="https://desk.example.com")
        return run(asked.file, asked.source, _over_http(client, token), dry_run=asked.dry_run)
    except BadLog as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
    except Unreachable as error:
        sys.stderr.write(f"{error.message} Is the server running, and is the address right?\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'A file'} can't be read ({error.strerror}).\n")
    except (Refused, ValueError) as error:
        sys.stderr.write(f"{error}\n")
    return 2


def _through_the_roof(asked: argparse.Namespace) -> int:
    """The roof alone knows the settings: it asks the running server, or opens the data folder when none runs."""
    roof = Path(__file__).parents[1] / "web_server.py"
    command = [sys.executable, str(roof), "backfill", str(asked.file), "--source", asked.source]
    os.execv(sys.executable, [*command, "--dry-run"] if asked.dry_run else command)  # noqa: S606 - our own file


def _over_http(client: DeskClient, token: str) -> Transport:
    def ask(request: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        reply = client.post(json.dumps(request).encode(), "application/json", path=PATH, headers=headers)
        if reply.status != 200:
            error = reply.body.get("error") or {}
            raise Refused(f"{error.get('message', reply.code)} {error.get('hint', '')}".strip())
        return reply.body

    return ask


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m signals.backfill", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="an alert-log export of TradingView")
    parser.add_argument("--source", default="tradingview", help="the source that should have received it")
    parser.add_argument("--dry-run", action="store_true", help="compare and report, store nothing")
    parser.add_argument("--to", metavar="URL", help="a desk elsewhere, such as https://desk.example.com")
    parser.add_argument("--token-file", type=Path, default=Path("-"), help="its admin token; - reads standard input")
    return parser


if __name__ == "__main__":
    sys.exit(main())
