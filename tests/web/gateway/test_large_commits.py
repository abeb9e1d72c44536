"""One commit of megabytes: nobody who reads is let go for it, whatever the line takes."""

import socket
import threading
import time
from typing import Any

import pytest
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.following import Plain, Talker, assert_contiguous, wait_for

pytestmark = pytest.mark.socket

READERS, FACTS, SIZE = 4, 800, 4_000
SMALL = 65_536


def opened(gateway: Any, how: list[tuple[int, int, int]]) -> Plain:
    made = Plain.__new__(Plain)
    made.socket = websocket.create_connection(gateway.ws, timeout=PATIENCE, sockopt=how)
    made.say({"op": "auth", "token": "admin-token"})
    return made


def test_who_reads_is_kept_and_who_does_not_is_let_go(start: Any) -> None:
    """Three times what may wait for a client comes at once: all who read get all of it in order, on one
    connection; who takes nothing is let go, with no more queued than its bound.

    Seen to fail with a commit told whole, in one pass: every reader was dropped at once.
    """
    gateway = start(send_buffer=SMALL, client_stall_seconds=3, ring_facts=3000, replay_facts=100_000)
    gateway.append(1)
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)]
    readers, deaf = [opened(gateway, small) for _ in range(READERS)], opened(gateway, small)
    talker = Talker(gateway.url, transports=["websocket"])
    talker.wait(lambda t: t.named("snapshot"))
    for client in readers:
        client.until("snapshot")
    wait_for(lambda: len(gateway.seen()["items"]) == READERS + 2)
    got: list[list[int]] = [[] for _ in readers]

    def read(client: Plain, into: list[int]) -> None:
        while not into or into[-1] <= FACTS:
            into += [one["seq"] for one in [client.next()] if one.get("seq")]
            time.sleep(0.0005)  # far slower than the desk tells it

    threads = [threading.Thread(target=read, args=pair, daemon=True) for pair in zip(readers, got, strict=True)]
    for thread in threads:
        thread.start()
    gateway.append(FACTS, size=SIZE, at_once=FACTS)
    assert gateway.seen()["figures"]["queued_most_bytes"] <= 1 << 20
    for thread in threads:
        thread.join(PATIENCE)
    assert gateway.seen()["figures"]["dropped_slow"] <= 1  # the deaf one, sooner or later
    talker.wait(lambda t: t.seqs and t.seqs[-1] == 1 + FACTS)
    for seqs in (*got, talker.seqs):
        assert len(seqs) == FACTS
        assert_contiguous(seqs)
    wait_for(lambda: gateway.seen()["figures"]["dropped_slow"] == 1)
    assert len(gateway.seen()["items"]) == READERS + 1
    for client in (*readers, talker, deaf):
        client.close()
