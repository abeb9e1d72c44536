"""The machine that is measured on: which cores, how busy with other work, and what a process has used."""

from __future__ import annotations

import os
import platform
import re
import resource
import time
from pathlib import Path

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
QUIET = 0.10  # of one core, by anybody


def cores() -> tuple[int, int]:
    """One core for the server, another for the clients; the same when there is only one."""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]


def describe() -> str:
    """What a reader needs to compare: processor, cores, system; no names."""
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", text)
    system = f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
    named = model[1].strip() if model else platform.machine()
    return f"{len(os.sched_getaffinity(0))} cores of {named}, {system}, Python {platform.python_version()}"


def wait_until_quiet(most_seconds: float) -> float:
    """Until the busiest core does next to nothing, `most_seconds` at the longest; how busy it was in the end."""
    deadline = time.monotonic() + most_seconds
    while True:
        before = _busy()
        time.sleep(0.5)
        busy = max(after - earlier for earlier, after in zip(before, _busy(), strict=True)) / 0.5
        if busy < QUIET or time.monotonic() > deadline:
            return busy


def _busy() -> list[float]:
    """Seconds that each core has worked since the machine's start."""
    lines = [line.split() for line in Path("/proc/stat").read_text().splitlines() if re.match(r"cpu\d", line)]
    return [sum(int(line[i]) for i in (1, 2, 3, 6, 7)) / os.sysconf("SC_CLK_TCK") for line in lines]


def cpu_seconds(pids: list[int]) -> float:
    """CPU time of processes, threads included, to the nanosecond."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def memory_kb(pids: list[int]) -> float:
    """Resident memory."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KB for pid in pids)


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def last_in_line(pid: int) -> None:
    """Let a process, with its threads, run only while nobody else wants to."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))


def behind(pid: int) -> None:
    """Niceness 10 for a process's threads: on their core whoever has the usual one comes first."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), 10)


def pin(pid: int, core: int) -> None:
    """Keep a process, its children and their threads on one core."""
    for process in family(pid):
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


def allow_files() -> None:
    """As many open files as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
