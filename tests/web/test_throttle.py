"""The throttle by a clock of its own."""

from web.auth.throttle import DOORS, Throttle, door_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_tries_refill_one_by_one() -> None:
    """Three at once, then one each two seconds, never more than three saved up."""
    clock = Clock()
    throttle = Throttle(3, 2.0, clock)
    assert [throttle.wait("a") for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    clock.now = 2.0
    assert [throttle.wait("a") for _ in range(2)] == [0.0, 2.0]
    clock.now = 1000.0
    assert [throttle.wait("a") for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]


def test_doors_do_not_touch_each_other() -> None:
    """One door's guesses cost another nothing."""
    throttle = Throttle(1, 60.0, Clock())
    throttle.wait("a")
    assert throttle.wait("a") > 0
    assert throttle.wait("b") == 0.0


def test_memory_is_bounded() -> None:
    """Whoever walks through addresses fills no memory."""
    throttle = Throttle(1, 60.0, Clock())
    for n in range(DOORS + 10):
        throttle.wait(str(n))
    assert len(throttle._doors) == DOORS


def test_an_ipv6_household_is_one_door() -> None:
    """A /64 can be walked freely by one machine."""
    assert door_of("2001:db8::1") == door_of("2001:db8::ffff")
    assert door_of("2001:db8:0:1::1") != door_of("2001:db8::1")
    assert door_of("192.0.2.1") != door_of("192.0.2.2")
    assert door_of("rubbish") == "unknown"
