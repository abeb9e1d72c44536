"""Whatever is posted, the answer is a 2xx or a 4xx with a reason, and the server stays up and small."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.conftest import StartServer
from tests.support import alerts
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer

SEEDS = (
    alerts.entry(1).encode(),
    b"BUY NQ1! @ 21450.25",
    b"order buy @ 2 filled on MNQ1!. New strategy position is 2",
    b"SMC|v1|event=chart_qualified|symbol=EURUSD|tf=15|dir=long|price=1.08350",
    b"6012345678901,buy,US100,risk=1,sl=30,tp=60",
    b"ENTER-LONG_BINANCE_BTCUSDT_BOT1_5M_6e0b4f6e",
    b'[{"symbol":"NQ1!","side":"buy","price":1},{"symbol":"ES1!","side":"sell","price":2}]',
    b'{"data":{"strategy-order-action":"buy","ticker":"EURUSD","list":[1,[2,[3]]]},"time":1772634900000}',
    b"symbol: NQ1!\nside: buy\nprice: 25,118.25\nstop: 25,100\n",
)
SPLINTERS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    "\u200b\u00a0\u201c\u201d".encode(),
    b"\\ud800",
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"9" * 40,
    b"{" * 12,
    b"[" * 300,
    b'"a":' * 210,
    b"{{close}}",
    b"\r\n\r\n",
    b"null",
    b"<script>alert(1)</script>",
    b"'",
    b'"',
    b",",
    b"}",
    b"]",
    b":",
    b"=",
    b"|",
    b"%s%n",
    b"A" * 5_000,
    "🟢".encode(),
    b"-",
    b"1,234.5,6",
)
HAND_MADE = (
    b"",
    b" ",
    b"null",
    b"true",
    b"42",
    b'""',
    b"[]",
    b"{}",
    b"[[]]",
    b"{" * 5_000,
    b"[" * 60_000,
    b'{"a":' * 3_000,
    b"{'a':" * 3_000,
    b"['a'," * 3_000,
    b"a" * 65_536,
    b"a" * 70_000,
    b'{"a":' * 9 + b"1" + b"}" * 9,
    b'{"symbol":"NQ1!","side":"buy","side":"sell"}',
    b'{"price":1e999}',
    b'{"x":"\\ud800"}',
    b'{"symbol":"NQ1!"',
    b'{"n":' + b"9" * 30 + b"}",
    b'{"ticker":"{{ticker}}"}',
    b"\xff" * 100,
    b'"\\u0000"',
    json.dumps({f"k{n}": n for n in range(300)}).encode(),
)


def mutate(rng: random.Random) -> bytes:
    body = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(body) + 1)
        action = rng.randrange(5)
        if action == 0:
            body[at:at] = rng.choice(SPLINTERS)
        elif action == 1:
            del body[at : at + rng.randint(1, 12)]
        elif action == 2 and body:
            body[at % len(body)] = rng.randrange(256)
        elif action == 3:
            body[at:at] = body[: rng.randint(0, 60)]
        else:
            body = body[: at + 1]
    return bytes(body)


def fuzz(server: DeskServer, count: int, seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    bodies = list(HAND_MADE) + [mutate(rng) for _ in range(count - len(HAND_MADE))]
    warm_up, rest = bodies[: count // 5], bodies[count // 5 :]
    post_all(server, warm_up)
    before = server.rss_mb()
    pid = server.pid
    post_all(server, rest)
    assert server.process is not None
    assert server.process.poll() is None
    assert server.pid == pid
    grown = server.rss_mb() - before
    print(f"{grown:.1f} MB more")
    assert grown <= 20
    assert server.post_alert(alerts.entry(1)).json()["status"] == "accepted"
    assert "Traceback" not in server.log


def post_all(server: DeskServer, bodies: list[bytes]) -> None:
    session = requests.Session()

    def post(body: bytes) -> None:
        answer = session.post(server.webhook, data=body, timeout=PATIENCE)
        assert answer.status_code in (200, 400, 413, 422), (answer.status_code, body[:300])
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert error["code"] != "unreadable", ("a fault of the parser, caught by its net", body[:300])
            assert error["message"]
            assert error["hint"]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(post, bodies))


@pytest.mark.timeout(900)
def test_no_body_breaks_the_server(start_server: StartServer) -> None:
    """5,000 mutated and hand-made bodies: no 5xx, no restart, at most 20 MB more, and the next alert is accepted.

    A fault inside the parser is answered 4xx by the net beneath it; here it counts as a failure all the same. Seen to
    fail with the nesting limit taken out (a RecursionError in that net) and with 8 KB kept of every alert (35 MB more).
    """
    fuzz(start_server(), 5_000, random.randrange(1_000_000))


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_no_body_breaks_the_server_long(start_server: StartServer) -> None:
    """The long form: 100,000 bodies."""
    fuzz(start_server(), 100_000, random.randrange(1_000_000))
