"""Everything that talks over a network that fails: five followers and a script, and what must hold when it is over.

`unshare --user --map-root-user --net python -m tests.faults.cut FOLDER` runs the long form in a network of its own,
whose one interface goes down and up: no proxy, the kernel's own TCP.
"""

import subprocess
import sys
import threading
import time
from pathlib import Path

from broadcaster import follow
from tests.faults.scripts import SOURCE, Script
from tests.support.follower import Follower
from tests.support.followers import LongPollFollower, PollingFollower, SocketIOFollower
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer

PER_SECOND = 200.0
# Followers notice a silent line by the heartbeat that does not come.
SETTINGS = {"HEARTBEAT_SECONDS": "0.5", "PING_SECONDS": "1", "PING_TIMEOUT_SECONDS": "2"}
SILENCE_SECONDS = 2.0


class Party:
    """Whoever is on the line: `near` is the port by which they reach the server. Use as a context manager."""

    def __init__(self, server: DeskServer, near: int, folder: Path) -> None:
        self.server = server
        self.followers = [
            Follower(near, silence=SILENCE_SECONDS),
            SocketIOFollower(near, silence=SILENCE_SECONDS),
            PollingFollower(near, silence=SILENCE_SECONDS),
            LongPollFollower(near, silence=SILENCE_SECONDS, wait=1.0),
        ]
        url = f"http://127.0.0.1:{near}"
        self._library = follow(types=["event"], since=0, url=url, token=API_TOKEN, timeout=SILENCE_SECONDS)
        self.heard: list[int] = []
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self.script = Script(url, PER_SECOND, buffer_path=folder / "unsent.log")

    def _listen(self) -> None:
        self.heard.extend(event["data"]["n"] for event in self._library if event["source"] == SOURCE)

    def __enter__(self) -> "Party":
        self._listening.start()
        for follower in self.followers:
            follower.wait_joined()
        self.script.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.script.__exit__()
        self._library.close()
        self._listening.join(PATIENCE)
        for follower in self.followers:
            follower.close()

    def wait_until_it_flows(self, seconds: float = PATIENCE) -> None:
        """Until something new has reached every follower."""
        head = self.server.get("/api/state")["seq"]
        for follower in self.followers:
            follower.wait_for(head + 1, seconds)

    def assert_nothing_lost(self, seconds: float = PATIENCE) -> None:
        """The journal holds what was said once each, and everybody has heard just that, once each, in order."""
        self.script.stop(seconds)
        self.script.assert_once_each(self.server)
        head = self.server.get("/api/state")["seq"]
        for follower in self.followers:
            follower.wait_for(head, seconds)
            follower.assert_lossless()
            assert len(follower.snapshots) == 1
            assert follower.seqs[-1] == head
        deadline = time.monotonic() + seconds
        while len(self.heard) < self.script.said and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.heard == list(range(self.script.said))


def main(folder: Path, cuts: int, seconds: float) -> None:
    """Cuts the loopback of this network namespace again and again, and kills the server once meanwhile."""

    def loopback(state: str) -> None:
        subprocess.run(["ip", "link", "set", "lo", state], check=True)

    loopback("up")
    with DeskServer(folder / "data", SETTINGS) as server, Party(server, server.port, folder) as party:
        for n in range(cuts):
            party.wait_until_it_flows()
            loopback("down")
            if n == cuts // 2:
                server.kill()
                server.start(wait=False)
            time.sleep(seconds)
            loopback("up")
        server.wait_ready()
        party.wait_until_it_flows()
        party.assert_nothing_lost()
        print(f"{party.script.said} events over {cuts} cuts of {seconds:g} s, each once")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
