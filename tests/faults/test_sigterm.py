"""A host's SIGTERM ends the server in time, with every acknowledged alert on disk."""

import time

import pytest

from tests.conftest import StartServer
from tests.faults.senders import Senders
from tests.support.crowd import Crowd
from tests.support.patience import PATIENCE


@pytest.mark.socket
def test_sigterm_ends_in_time_and_loses_nothing(start_server: StartServer, engine: str) -> None:
    """With 50 sockets (500 in the long form) and alerts in flight: exit 0 in time, nothing acknowledged lost.

    Seen to fail with a stop that waits 15 s for the sockets to go by themselves and no alarm behind it (15 s), and with
    answers sent 20 ms before their commit and a stop that does not wait for it (acknowledged alerts are not stored).
    Not telling the sockets alone is not enough: the server still closes them after 3.5 s.
    """
    end_under_load(start_server, engine, sockets=50, seconds=13.0)


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_sigterm_with_500_sockets(start_server: StartServer) -> None:
    """The long form: 500 sockets, and 8 s."""
    end_under_load(start_server, "eventlet", sockets=500, seconds=8.0)


def end_under_load(start_server: StartServer, engine: str, sockets: int, seconds: float) -> None:
    server = start_server(ASYNC_MODE=engine)
    with Crowd(server.port, sockets):
        senders = Senders(server, 100_000, threads=4)
        try:
            wait_until_acknowledged(senders, 30)
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began <= seconds
        finally:
            senders.give_up.set()
    senders.finish()
    server.start()
    stored = {fact["data"]["id"] for fact in server.facts(types="signal_received")}
    assert set(senders.acknowledged.values()) <= stored


def wait_until_acknowledged(senders: Senders, count: int, seconds: float = PATIENCE) -> None:
    """Until the senders are in full swing, however slow the machine."""
    deadline = time.monotonic() + seconds
    while len(senders.acknowledged) < count:
        assert time.monotonic() < deadline, "the alerts did not get going"
        time.sleep(0.02)
