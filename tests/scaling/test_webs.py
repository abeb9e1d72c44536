"""Two webs and a worker, one engine each: whichever web one talks to, it is one desk."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg import sql

from tests.conftest import fresh_database
from tests.support import alerts
from tests.support.follower import Follower
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer
from tests.support.topology import Topology, ready, within
from tests.web.gateway.following import Plain

pytestmark = [pytest.mark.postgres, pytest.mark.socket]
ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}
# Each web hears of the others so late that a client is often quicker.
LATE = {"WAKEUP_GAP_SECONDS": "0.4", "JOURNAL_POLL_SECONDS": "0.8"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, template_data_dir: Path, postgres_server: str) -> Iterator[Topology]:
    """Wake-ups by NOTIFY; the default webhook token is derived, so that it can be rotated."""
    folder = tmp_path_factory.mktemp("webs")
    made = Topology(folder, template_data_dir, fresh_database(postgres_server), LATE | {"WEBHOOK_TOKEN": ""})
    made.add("worker")
    made.add("web", ASYNC_MODE="eventlet")
    made.add("web", ASYNC_MODE="gevent")
    for server in (*made.workers, *made.webs):
        server.wait_ready()
    yield made
    made.stop()


def post(server: DeskServer, path: str, body: Any = None) -> requests.Response:
    return requests.post(f"{server.url}{path}", json=body or {}, headers=ADMIN, timeout=PATIENCE)


def hook(server: DeskServer) -> str:
    """The path of the default source's webhook, as this web knows it."""
    items = requests.get(f"{server.url}/api/sources", headers=ADMIN, timeout=PATIENCE).json()["items"]
    return "/webhook/" + str(items[0]["url"]).rsplit("/", 1)[1]


def test_one_cursor_over_two_webs(desk: Topology) -> None:
    """A long poll that asks the webs in turn gets every fact once, in order, although each was stored by one of them.

    Seen to fail without `journal.reach`: the second web answers `ahead` and the client starts over.
    """
    path = hook(desk.webs[0])
    state = desk.webs[0].get("/api/state")
    cursor, seqs, resets = state["seq"], [], []
    for n in range(20):
        posted = requests.post(desk.webs[0].url + path, data=alerts.entry(n), timeout=PATIENCE)
        assert posted.json()["status"] == "accepted"
        page = desk.webs[n % 2].get("/api/events", epoch=state["epoch"], after=cursor, wait=2)
        seqs += [item["seq"] for item in page["items"]]
        resets.append(page["reset"])
        cursor = page["next"]
    assert set(resets) == {None}
    assert seqs == list(range(state["seq"] + 1, cursor + 1))


def test_a_client_changes_webs_by_its_position(desk: Topology) -> None:
    """A position that one web gave out a moment ago is resumed at the other, without a snapshot.

    Seen to fail without `journal.reach`, as above.
    """
    path = hook(desk.webs[0])
    for n in range(100, 110):
        requests.post(desk.webs[0].url + path, data=alerts.entry(n), timeout=PATIENCE)
        state = desk.webs[0].get("/api/state")
        moved = Plain(f"ws://127.0.0.1:{desk.webs[1].port}/ws", API_TOKEN, epoch=state["epoch"], seq=state["seq"])
        assert moved.next()["data"]["resumed"] is True
        moved.close()


def test_a_price_published_at_one_web_is_told_at_the_other(desk: Topology) -> None:
    """Once to each client, whichever web it is connected to; each web's own figures come from that web alone."""
    followers = [Heard(web.port) for web in desk.webs]
    for follower in followers:
        follower.wait_joined()
    event = {"type": "price_update", "source": "feed", "data": {"symbol": "NQ1!", "price": 21450.25}}
    assert post(desk.webs[0], "/api/events", [event]).ok
    for follower in followers:
        within(lambda follower=follower: follower.of("price_update"), "the price arrives")
    time.sleep(1.0)
    for follower in followers:
        assert len(follower.of("price_update")) == 1
        assert {one["data"]["process"] for one in follower.of("system_health_update")} == {follower.process}
        follower.close()


class Heard(Follower):
    """Remembers passing updates too."""

    def __init__(self, port: int) -> None:
        self.passing: list[dict[str, Any]] = []
        answer = requests.get(f"http://127.0.0.1:{port}/api/system/health", headers=ADMIN, timeout=PATIENCE)
        self.process = answer.json()["process"]
        super().__init__(port)

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("seq") is None:
            self.passing.append(message)
        super()._take(message)

    def of(self, type_: str) -> list[dict[str, Any]]:
        return [one for one in self.passing if one["type"] == type_]


def test_no_secret_travels_between_the_webs(desk: Topology) -> None:
    """Whoever listens in hears what clients see, too, and no more: an alert without the secrets that it came with."""
    canary = "canary-7d793037a0760186574b0282f2f435e7"
    channel = f"signal_desk:{desk.webs[0].get('/api/state')['epoch']}"
    with psycopg.connect(desk.database_url, autocommit=True) as stranger:
        stranger.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        body = json.loads(alerts.entry(150)) | {"comment": canary, "secret": canary}
        assert requests.post(desk.webs[0].url + hook(desk.webs[0]), json=body, timeout=PATIENCE).ok
        heard = [told.payload for told in stranger.notifies(timeout=PATIENCE, stop_after=2)]
    assert any("signal_received" in one for one in heard)
    assert not any(canary in one for one in heard)


def test_a_webhook_token_rotated_at_one_web_is_refused_at_the_other(desk: Topology) -> None:
    """Within a second or so, and the new one is taken there."""
    path = hook(desk.webs[1])
    assert requests.post(desk.webs[1].url + path, data=alerts.entry(200), timeout=PATIENCE).ok
    assert post(desk.webs[0], "/api/sources/tradingview/rotate").ok

    def refused() -> bool:
        return requests.post(desk.webs[1].url + path, data=alerts.entry(201), timeout=PATIENCE).status_code == 401

    within(refused, "the old token is refused")
    assert requests.post(desk.webs[1].url + hook(desk.webs[0]), data=alerts.entry(202), timeout=PATIENCE).ok


def test_a_token_revoked_at_one_web_ends_its_sockets_at_the_other(desk: Topology) -> None:
    """The open socket is closed and the next request refused."""
    made = post(desk.webs[0], "/api/tokens", {"name": "reader", "scopes": ["read"]}).json()
    reader = Plain(f"ws://127.0.0.1:{desk.webs[1].port}/ws", made["token"])
    assert reader.next()["type"] == "connection_status"
    assert requests.delete(f"{desk.webs[0].url}/api/tokens/{made['id']}", headers=ADMIN, timeout=PATIENCE).ok
    with pytest.raises(ConnectionError):
        reader.until("nothing, but the end")
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert requests.get(f"{desk.webs[1].url}/api/state", headers=bearer, timeout=PATIENCE).status_code == 401


def test_a_login_counts_at_every_web(desk: Topology) -> None:
    """The cookie that one web gave is the other's too, although their ports differ."""
    link = post(desk.webs[0], "/api/login-links").json()["url"]
    browser = requests.Session()
    browser.post(f"{desk.webs[0].url}/login/{link.rsplit('/', 1)[1]}", timeout=PATIENCE)
    there = browser.get(f"{desk.webs[1].url}/api/session", timeout=PATIENCE)
    assert there.json()["kind"] == "session"


def test_engine_io_polling_is_off(desk: Topology) -> None:
    """It would need every request at one process; the answer sends the client to WebSocket."""
    for web in desk.webs:
        answer = requests.get(f"{web.url}/socket.io/?EIO=4&transport=polling", headers=ADMIN, timeout=PATIENCE)
        assert answer.status_code == 400


def test_one_starter_is_trained_and_every_web_has_it(desk: Topology) -> None:
    """The worker trains it; the webs load it from the database, to try alerts with."""
    for server in (*desk.webs, *desk.workers):
        trained = lambda server=server: ready(server)["model"]["status"] == "starter"  # noqa: E731
        within(trained, "the starter serves", 2 * PATIENCE)
    assert len({ready(server)["model"]["id"] for server in (*desk.webs, *desk.workers)}) == 1
    assert len(desk.webs[0].facts(types="ml_model_update")) == 1


def test_a_worker_answers_only_for_itself(desk: Topology) -> None:
    """Alive, ready, figures; alerts and pages are the webs'."""
    worker = desk.workers[0]
    assert ready(worker)["worker"]["silent_since"] is None
    codes = [
        requests.get(worker.url + path, timeout=PATIENCE).status_code
        for path in ("/healthz", "/metrics", "/", "/api/state")
    ]
    assert codes == [200, 200, 404, 404]
    assert requests.post(f"{worker.url}/webhook/x", data="BUY NQ1!", timeout=PATIENCE).status_code == 404
