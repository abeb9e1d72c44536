"""The bounded buffer, in memory and on disk: who goes first when it is full, and what a killed run leaves."""

import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.buffer import Buffer
from broadcaster.disk import DiskLog
from broadcaster.item import Item, make_item
from broadcaster.marks import new_id, stamp
from tests.broadcaster.conftest import Speak, numbers
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer
from web.gateway.publish import ID


def item(name: str, level: str = "INFO", key: str | None = None) -> Item:
    made = make_item("event", {}, name, "test", level, key=key)
    return Item(name, level, made.raw.replace(made.id.encode(), name.encode()), key)


def names(buffer: Buffer) -> list[str]:
    """Everything that waits, in the order of its sending; empties the buffer."""
    taken: list[str] = []
    while batch := buffer.take():
        taken += [one.id for one in batch]
        buffer.done([one.id for one in batch])
    return taken


def test_the_oldest_debug_or_info_goes_first() -> None:
    """When full, a WARNING pushes out the oldest DEBUG or INFO; only among equals the oldest WARNING goes."""
    buffer = Buffer(3)
    for name, level in (("w1", "WARNING"), ("i1", "INFO"), ("d1", "DEBUG"), ("e1", "ERROR")):
        buffer.add(item(name, level))
    assert names(buffer) == ["w1", "d1", "e1"]
    for name, level in (("w1", "WARNING"), ("e1", "ERROR"), ("w2", "WARNING"), ("i2", "INFO"), ("w3", "WARNING")):
        buffer.add(item(name, level))
    assert names(buffer) == ["e1", "w2", "w3"]
    assert buffer.dropped == Counter(INFO=2, WARNING=1)


def test_what_was_in_flight_keeps_its_place() -> None:
    """An answer for a part of a batch: the rest waits where it was, before what came later."""
    buffer = Buffer(10)
    for n in range(6):
        buffer.add(item(f"n{n}", "ERROR" if n % 2 else "INFO"))
    assert [one.id for one in buffer.take(4)] == ["n0", "n1", "n2", "n3"]
    buffer.add(item("n6"))
    buffer.done(["n1"])
    assert names(buffer) == ["n0", "n2", "n3", "n4", "n5", "n6"]


def test_of_a_passing_update_the_newest_counts() -> None:
    """A thousand prices while the desk is away are one, and push nothing out."""
    buffer = Buffer(2)
    buffer.add(item("order"))
    for n in range(1000):
        buffer.add(item(f"p{n}", key="price/AAPL"))
    assert [one.id for one in buffer.take()] == ["order"]
    buffer.done(["order"])
    assert [one.id for one in buffer.take()] == ["p999"]
    buffer.add(item("p1000", key="price/AAPL"))
    buffer.done(())
    assert [one.id for one in buffer.take()] == ["p1000"]


def test_the_count_of_dropped_events_is_reported(desk: DeskServer, source: str, speak: Speak) -> None:
    """500 INFO and 5 ERROR events into room for 100, while the desk is away: the errors and the count arrive."""
    desk.stop()
    speaker = speak(desk.url, capacity=100)
    for n in range(505):
        speaker.broadcast_event("info", f"event {n}", "ERROR" if n % 101 == 0 else "INFO", n=n)
    desk.start()
    assert speaker.flush(PATIENCE), speaker.stats
    assert speaker.stats.dropped == 405
    found = numbers(desk, source)
    assert set(range(0, 505, 101)) <= set(found)
    assert found[-50:] == list(range(455, 505))
    (report,) = [fact for fact in desk.facts(source=source) if fact["data"].get("dropped")]
    assert (report["data"]["dropped"], report["level"]) == ({"INFO": 405}, "WARNING")


def test_the_disk_gives_back_what_was_not_done(tmp_path: Path) -> None:
    """After a kill that tore the last line: what was not done, in order, and nothing else."""
    file = tmp_path / "buffer.log"
    disk = DiskLog(file)
    buffer = Buffer(3, disk)
    for n in range(5):
        buffer.add(item(f"n{n}", "WARNING"))
    buffer.take(1)
    buffer.done(["n2"])
    disk.close()
    with file.open("ab") as torn:
        torn.write(b'+I{"id":"n9","ty')
    again = DiskLog(file)
    assert names(Buffer(3, again)) == ["n3", "n4"]
    again.close()
    assert b"n9" not in file.read_bytes()


def test_one_script_at_a_time_holds_the_file(tmp_path: Path) -> None:
    """A second script with the same file is told so, instead of sending the first one's events."""
    first = DiskLog(tmp_path / "buffer.log")
    with pytest.raises(BlockingIOError):
        DiskLog(tmp_path / "buffer.log")
    first.close()
    DiskLog(tmp_path / "buffer.log").close()


def test_the_file_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it runs with one event always waiting, the file holds little more than what waits."""
    monkeypatch.setattr("broadcaster.disk.COMPACT_BYTES", 10_000)
    file = tmp_path / "buffer.log"
    buffer = Buffer(100, DiskLog(file))
    for n in range(2000):
        buffer.add(item(f"n{n}"))
        if n:
            buffer.done([buffer.take(1)[0].id])
    assert file.stat().st_size < 20_000
    assert len(buffer) == 1
    buffer.close()


def test_ids_rise_with_time_and_fit_the_desk() -> None:
    """Unique in a burst, in order of time, of the shape that the desk takes; a forked child makes others."""
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(ID.fullmatch(one) for one in made)
    assert made[0][:12] <= made[-1][:12]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 100).decode()
    assert theirs.split("-")[1] != made[0].split("-")[1]


def test_a_stamp_is_now() -> None:
    """RFC 3339 with milliseconds, also when the second changes."""
    for _ in range(30):
        before = datetime.now(UTC)
        at = datetime.fromisoformat(stamp())
        assert before - timedelta(milliseconds=1) <= at <= datetime.now(UTC)
        time.sleep(0.04)
