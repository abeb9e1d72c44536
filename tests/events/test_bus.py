"""Passing updates: the newest always arrives, and never more often than agreed."""

import time

import pytest

from events.bus import Bus
from events.envelope import Passing
from events.errors import NotFinite
from runtime import Runtime
from tests.support.topology import within


def price(key: str, value: float, type: str = "price_update") -> Passing:
    return Passing(type, key, {"symbol": key, "price": value}, "price", "test")


def test_a_fast_key_is_thinned_and_its_newest_arrives(threads: Runtime) -> None:
    """A hundred prices at once: the first at once, the last a moment later, between them no more than was agreed."""
    bus = Bus(threads, per_second=20)
    heard: list[float] = []
    bus.listen(lambda update: heard.append(update.data["price"]))
    began = time.monotonic()
    for n in range(100):
        bus.publish(price("NQ1!", n))
    assert heard[0] == 0
    within(lambda: heard[-1] == 99, "the newest is told")
    assert heard == sorted(set(heard))
    assert len(heard) <= 2 + 20 * (time.monotonic() - began)


def test_one_key_does_not_hold_up_another(threads: Runtime) -> None:
    """Each key has its own turn, and a source may be named like another type's key."""
    bus = Bus(threads, per_second=1)
    heard: list[Passing] = []
    bus.listen(heard.append)
    bus.publish(price("NQ1!", 1))
    bus.publish(price("ES1!", 2))
    bus.publish(price("NQ1!", 3, type="system_health_update"))
    assert len(heard) == 3
    assert len(bus.latest()) == 3
    assert [update.key for update in bus.latest(["system_health_update"]).values()] == ["NQ1!"]


def test_over_the_bound_the_silent_key_goes_and_is_told_first(threads: Runtime) -> None:
    """Keys that somebody makes up cost no more than the bound; what was owed of the one that goes is still told."""
    bus = Bus(threads, per_second=1, most_keys=2)
    heard: list[tuple[str, float]] = []
    bus.listen(lambda update: heard.append((update.key, update.data["price"])))
    for key, value in (("NQ1!", 1), ("ES1!", 1), ("ES1!", 2), ("NQ1!", 2), ("NQ1!", 3), ("CL1!", 1)):
        bus.publish(price(key, value))
    assert [update.key for update in bus.latest().values()] == ["NQ1!", "CL1!"]
    assert ("ES1!", 2) in heard
    assert bus.overtaken == 1


def test_what_has_no_json_is_refused_before_it_is_kept(threads: Runtime) -> None:
    """Whoever publishes it is told; the one before stays the newest, and what comes after is told as ever.

    Seen to fail with updates that are taken as they are: a NaN ended the task that tells the newest of each key.
    """
    bus = Bus(threads, per_second=20)
    heard: list[float] = []
    bus.listen(lambda update: heard.append(update.data["price"]))
    bus.publish(price("NQ1!", 1.0))
    with pytest.raises(NotFinite):
        bus.publish(price("NQ1!", float("nan")))
    assert [update.data["price"] for update in bus.latest().values()] == [1.0]
    bus.publish(price("NQ1!", 2.0))
    within(lambda: heard == [1.0, 2.0], "the newest is told")
