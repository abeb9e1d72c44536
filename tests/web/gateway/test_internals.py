"""What is leaned on inside the libraries is there; with versions that nobody read the desk works without it."""

from typing import Any

import pytest

from tests.web.gateway.following import Plain, Talker, assert_contiguous, wait_for

pytestmark = pytest.mark.socket


def test_each_kind_of_socket_is_written_to_directly(shared: Any) -> None:
    """An upgrade of a library that hides its socket fails here, not in a slower desk: plain and both Socket.IO ways.

    Seen to fail with `EngineTalk.write_from` keeping its line: then everything still arrives, by the queue.
    """
    before = set(shared.seen()["direct"])
    plain = Plain(shared.ws)
    plain.until("snapshot")
    direct, upgraded = Talker(shared.url, transports=["websocket"]), Talker(shared.url)
    for talker in (direct, upgraded):
        talker.wait(lambda t: t.named("snapshot"))
    wait_for(lambda: len(set(shared.seen()["direct"]) - before) == 3)
    assert shared.seen()["library_rooms"] == [1]  # everybody's, and not one more for each client
    head = shared.append(30, at_once=4)
    assert plain.facts_to(head) == list(range(head - 29, head + 1))
    for talker in (direct, upgraded):
        talker.wait(lambda t: t.seqs == list(range(head - 29, head + 1)))
        talker.close()
    plain.close()


def test_unknown_versions_take_the_stock_path_and_say_so(start: Any) -> None:
    """Every kind of client gets everything in order, is answered and is let go; the log names what was not tested."""
    gateway = start(stock=1)
    plain = Plain(gateway.ws)
    plain.until("snapshot")
    talkers = [Talker(gateway.url, transports=kinds) for kinds in (["websocket"], ["polling"], None)]
    for talker in talkers:
        talker.wait(lambda t: t.named("snapshot"))
    assert len(gateway.seen()["direct"]) == 1  # `/ws` leans on nobody's insides
    head = gateway.append(24, at_once=4, pause=0.1)  # the stock polling answer may hold more than its client takes
    assert_contiguous(plain.facts_to(head))
    for talker in talkers:
        talker.wait(lambda t: len(t.seqs) >= head)
        assert talker.seqs == list(range(1, head + 1))
    plain.say({"op": "fly"})
    assert plain.until("error")[0]["data"]["code"] == "unknown_op"
    for talker in talkers:
        talker.close()
    plain.close()
    wait_for(lambda: not gateway.seen()["items"])
    assert "stock path" in gateway.log.read_text()
