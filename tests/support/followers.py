"""The other ways to follow the journal, with Follower's face: Socket.IO by WebSocket and by polling, and the long poll.

Written on the raw protocols: the library's client hands each message to a thread of its own, which loses their order.
"""

import json
import time
from typing import Any

import requests
import websocket

from tests.support.follower import Follower
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN

ENGINE = "/socket.io/?EIO=4&transport="
BETWEEN_PACKETS = "\x1e"


class SocketIOFollower(Follower):
    """Socket.IO straight over WebSocket."""

    def _follow_once(self) -> None:
        socket = self._connect(f"{ENGINE}websocket")
        socket.recv()  # Engine.IO's own greeting
        socket.send("40" + json.dumps(self._auth()))
        while self._stays():
            packet = socket.recv()
            if not packet:
                return
            if packet == "2":
                socket.send("3")
            self._packet(str(packet))

    def _packet(self, packet: str) -> None:
        if packet.startswith("42"):
            self._take(json.loads(packet[2:])[1])
        elif packet.startswith(("41", "44", "1")):
            raise ConnectionError(f"the desk ended it: {packet}")


class Held:
    """How long a client's requests are held; `longest`, in seconds, counts the one under way too."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._since: float | None = None

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._longest, self._since = self.longest, None

    @property
    def longest(self) -> float:
        since = self._since
        return self._longest if since is None else max(self._longest, time.monotonic() - since)


class PollingFollower(SocketIOFollower):
    """Engine.IO's polling, as a page has it whose WebSocket is blocked: it tries to upgrade, and goes on without.

    `blocked` says how often the upgrade was refused.
    """

    leaves_within = 0.1  # nothing ends a request that is held, and nothing more is taken from it

    def __init__(self, port: int, *, silence: float = PATIENCE) -> None:
        self.held = Held()
        self.blocked = 0
        super().__init__(port, silence=silence)

    def _follow_once(self) -> None:
        with requests.Session() as session:
            url = f"http://{self.address}{ENGINE}polling"
            greeting = self._ask(session.get, url)
            sid = json.loads(greeting[1:])["sid"]
            self._try_to_upgrade(sid)
            self._ask(session.post, f"{url}&sid={sid}", data="40" + json.dumps(self._auth()))
            while self._stays():
                for packet in self._ask(session.get, f"{url}&sid={sid}").split(BETWEEN_PACKETS):
                    if packet == "2":
                        self._ask(session.post, f"{url}&sid={sid}", data="3")
                    self._packet(packet)

    def _ask(self, method: Any, url: str, **more: Any) -> str:
        with self.held:
            answer = method(url, timeout=self.silence, **more)
        answer.raise_for_status()
        return str(answer.content.decode())

    def _try_to_upgrade(self, sid: str) -> None:
        try:
            self._connect(f"{ENGINE}websocket&sid={sid}").close()
        except websocket.WebSocketBadStatusException:
            self.blocked += 1


class LongPollFollower(Follower):
    """`GET /api/events?wait=`, which needs no session; `resets` says why it had to start over."""

    leaves_within = 0.1

    def __init__(self, port: int, *, silence: float = PATIENCE, wait: float = 20.0) -> None:
        self.held = Held()
        self._wait_seconds = wait
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {API_TOKEN}"
        super().__init__(port, silence=silence)

    def _follow_once(self) -> None:
        if self.position is None:
            self._take({"type": "snapshot", "data": self._get("/api/state")})
        assert self.position is not None
        epoch, seq = self.position
        page = self._get("/api/events", epoch=epoch, after=seq, wait=self._wait_seconds)
        if page["reset"] is not None:
            self.resets.append(page["reset"])
            self.position = None
            return
        for envelope in page["items"]:
            self._take(envelope)
        self.position = (page["epoch"], page["next"])

    def _get(self, path: str, **params: Any) -> Any:
        with self.held:
            answer = self._session.get(f"http://{self.address}{path}", params=params, timeout=self.silence)
        answer.raise_for_status()
        return answer.json()
