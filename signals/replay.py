"""Sends an alert-log export to a running desk exactly as TradingView would, to see the desk work on real alerts.

python -m signals.replay FILE.csv --to http://127.0.0.1:5000/webhook/<token> --as-of-now
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from signals import alert_log
from signals.alert_log import BadLog, Logged
from signals.desk_client import DeskClient, Reply, Unreachable, content_type
from signals.progress import Progress
from signals.time_shift import shifted

RESENDS = 3
RESEND_AFTER_S = 5.0
NOT_RESENT = 504  # as TradingView: its proxies' own timeouts are not tried again


@dataclass
class Tally:
    """What became of the alerts. `refused` counts reason codes; what has no 2xx is lost."""

    sent: int = 0
    accepted: int = 0
    duplicate: int = 0
    resent: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0

    @property
    def lost(self) -> int:
        return sum(self.refused.values())

    def take(self, reply: Reply) -> None:
        self.seconds.append(reply.seconds)
        if reply.status == 200:
            duplicate = reply.body.get("status") == "duplicate"
            self.duplicate += duplicate
            self.accepted += not duplicate
        else:
            self.refused[reply.code] += 1

    def lines(self) -> Iterable[str]:
        """The summary, one line each."""
        yield f"sent {self.sent:,} alerts in {self.wall:.1f} s"
        yield f"  accepted   {self.accepted:,}"
        yield f"  duplicate  {self.duplicate:,}"
        yield f"  refused    {self.lost:,}"
        yield from (f"    {code}  {count:,}" for code, count in self.refused.most_common())
        if self.resent:
            yield f"  resent     {self.resent:,}"
        if self.seconds:
            yield f"  answers    p50 {_ms(self.seconds, 0.5)} ms, p99 {_ms(self.seconds, 0.99)} ms"


def as_of(logged: Sequence[Logged], now: datetime) -> list[Logged]:
    """All times, in the bodies and of the log, moved by one offset so that the last alert is now (whole seconds)."""
    if not logged:
        return []
    offset = now.replace(microsecond=0) - logged[-1].at
    return [replace(one, body=shifted(one.body, offset, one.at), at=one.at + offset) for one in logged]


def replay(
    logged: Sequence[Logged],
    client: DeskClient,
    *,
    speed: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[int], None] = lambda done: None,
) -> Tally:
    """Posts each alert once (resends apart), one after the other. `speed` 1 is the log's own pace, 0 none at all."""
    tally, began = Tally(), time.monotonic()
    for one in logged:
        if speed > 0:
            due = (one.at - logged[0].at).total_seconds() / speed
            sleep(max(0.0, due - (time.monotonic() - began)))
        _send(one, client, tally, sleep)
        progress(tally.sent)
    tally.wall = time.monotonic() - began
    return tally


def _send(one: Logged, client: DeskClient, tally: Tally, sleep: Callable[[float], None]) -> None:
    body = one.body.encode()
    query = {"symbol": one.symbol} if one.symbol else {}
    tally.sent += 1
    for left in range(RESENDS, -1, -1):
        try:
            reply = client.post(body, content_type(body), query=query)
        except Unreachable:
            tally.refused["unreachable"] += 1
            return
        if reply.status < 500 or reply.status == NOT_RESENT or left == 0:
            tally.take(reply)
            return
        tally.resent += 1
        sleep(RESEND_AFTER_S)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. 0 when every alert was accepted or known already, 1 when one was lost, 2 for wrong usage."""
    asked = _parser().parse_args(arguments)
    try:
        client = DeskClient(asked.to)
        logged = alert_log.read(asked.file)
    except OSError as error:
        sys.stderr.write(f"{asked.file} can't be read ({error.strerror}): name an alert-log export of TradingView.\n")
        return 2
    except (BadLog, ValueError) as error:
        hint = getattr(error, "hint", "")
        sys.stderr.write(f"{error} {hint}".rstrip() + "\n")
        return 2
    logged = logged[: asked.limit] if asked.limit else logged
    if asked.as_of_now:
        logged = as_of(logged, datetime.now(UTC))
    progress = Progress(len(logged))
    try:
        tally = replay(logged, client, speed=asked.speed, progress=progress.tell)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; what was answered is stored\n")
        return 130
    finally:
        progress.end()
        client.close()
    sys.stdout.write("\n".join(tally.lines()) + "\n")
    if tally.refused["unreachable"]:
        sys.stderr.write(f"No answer from {client.place}: is the server running, and is the address right?\n")
    return 1 if tally.lost else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m signals.replay", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="an alert-log export of TradingView")
    parser.add_argument("--to", required=True, metavar="URL", help="the webhook's address, token included")
    parser.add_argument("--speed", type=_positive, default=0.0, help="1 is the log's own pace; default: no waiting")
    parser.add_argument("--as-of-now", action="store_true", help="move all times so that the last alert fires now")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="only the oldest N alerts")
    return parser


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("give a number from 0 on, such as 1 for the log's own pace")
    return value


def _ms(seconds: Sequence[float], q: float) -> str:
    ordered = sorted(seconds)
    return f"{1000 * ordered[min(len(ordered) - 1, int(q * len(ordered)))]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
