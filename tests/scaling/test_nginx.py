"""The whole of compose.yaml as processes, behind the machine's own nginx with deploy/nginx.conf."""

import itertools
import json
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from signals.replay import NOT_RESENT, RESEND_AFTER_S, RESENDS
from tests.conftest import fresh_database
from tests.support import alerts
from tests.support.compose import start_as_composed
from tests.support.follower import Follower
from tests.support.models import named
from tests.support.nginx import CONF, Nginx, binary
from tests.support.redis import RedisServer
from tests.support.server import API_TOKEN, WEBHOOK_TOKEN, DeskServer
from tests.support.topology import Topology
from tests.web.gateway.following import Plain, Talker, assert_contiguous, wait_for
from web.proxies import TrustedProxies

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(binary() is None, reason="no nginx on this machine (Debian: apt-get install nginx-light)"),
]
ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}
# A web that is gone may cost an alert a second or three; without a word to the contrary nginx would wait a minute.
PATIENCE = 45.0
TRADINGVIEW_WAITS_MS = 3_000
CLAIMED = "203.0.113.9"


@dataclass
class Desk:
    """Two webs, a worker and its standby, Postgres, Redis; and the one way in."""

    topology: Topology
    nginx: Nginx

    def alert(self, n: int, path: str = f"/webhook/{WEBHOOK_TOKEN}") -> dict[str, Any]:
        """A web frozen while the other, killed before, is not tried again yet, is a 502 and a resend."""
        for resends_left in reversed(range(RESENDS + 1)):
            answer = requests.post(self.nginx.url + path, data=alerts.entry(n), timeout=PATIENCE)
            if answer.status_code < 500 or answer.status_code == NOT_RESENT or not resends_left:
                break
            time.sleep(RESEND_AFTER_S)
        answer.raise_for_status()
        return dict(answer.json())

    def get(self, path: str, **asked: Any) -> requests.Response:
        return requests.get(self.nginx.url + path, params=asked, headers=ADMIN, timeout=PATIENCE)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, template_data_dir: Path, postgres_server: str) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("nginx")
    redis = RedisServer(folder).start()
    topology = Topology(folder, template_data_dir, fresh_database(postgres_server), named(template_data_dir))
    start_as_composed(topology, redis.url)
    nginx = Nginx(folder / "nginx", [web.port for web in topology.webs]).start()
    yield Desk(topology, nginx)
    nginx.stop()
    topology.stop()
    redis.kill()


def test_the_file_is_accepted(tmp_path: Path) -> None:
    """`nginx -t` has nothing to say against it, a warning neither."""
    said = Nginx(tmp_path / "nginx", [5001, 5002]).checked()
    assert said.returncode == 0, said.stderr
    assert not re.search(r"\[(warn|error|emerg)\]", said.stderr), said.stderr


def test_alerts_and_every_line_pass(desk: Desk) -> None:
    """An alert reaches a client of `/ws`, one of Socket.IO and a long poll that meets any of the webs, once each."""
    plain = Plain(f"ws://127.0.0.1:{desk.nginx.port}/ws", API_TOKEN)
    state = plain.until("snapshot")[0]["data"]
    talker = Talker(desk.nginx.url, {"token": API_TOKEN}, ["websocket"])
    talker.wait(lambda one: one.named("snapshot"))
    cursor, polled = state["seq"], []
    for n in range(6):
        assert desk.alert(n)["status"] == "accepted"
        page = desk.get("/api/events", epoch=state["epoch"], after=cursor, wait=5).json()
        assert page["reset"] is None
        polled += [item["seq"] for item in page["items"]]
        cursor = page["next"]
    assert polled == list(range(state["seq"] + 1, cursor + 1))
    assert_contiguous([state["seq"], *plain.facts_to(cursor)])
    talker.wait(lambda one: cursor in one.seqs)
    assert_contiguous(talker.seqs)
    plain.close()
    talker.close()


def test_who_asks_is_known_and_can_not_be_forged(tmp_path: Path) -> None:
    """What a client says of itself stands to the left of what nginx saw; what an HTTPS proxy before nginx saw is kept.

    Seen to fail with a scheme that nginx sets instead of appending: behind HTTPS the desk then sends plain cookies.
    """
    with heard() as (port, requests_heard, _):
        nginx = Nginx(tmp_path / "nginx", [port, port]).start()
        claimed = {"X-Forwarded-For": CLAIMED, "X-Forwarded-Proto": "https"}
        requests.get(f"{nginx.url}/login", headers=claimed, timeout=PATIENCE)
        nginx.stop()
    assert seen(requests_heard[-1], hops=1) == ("127.0.0.1", "http")
    assert seen(requests_heard[-1], hops=2) == (CLAIMED, "https")


def test_a_hanging_web_s_alert_is_the_other_s_without_a_resend(tmp_path: Path) -> None:
    """The very same request, body and all. Seen to fail without `@other`."""
    with heard() as (hanging, _, let_go), heard() as (port, _, may_answer):
        may_answer.set()
        nginx = Nginx(tmp_path / "nginx", [hanging, port]).start()
        try:
            for body in map(alerts.entry, range(3)):
                answer = requests.post(f"{nginx.url}/webhook/{WEBHOOK_TOKEN}", data=body, timeout=PATIENCE)
                assert (answer.status_code, answer.text) == (200, body)
        finally:
            let_go.set()
            nginx.stop()
    assert f"web 127.0.0.1:{hanging} : 127.0.0.1:{port} 504 : 200" in nginx.log


def test_webs_that_do_not_answer_are_no_504(tmp_path: Path) -> None:
    """TradingView would never send that alert again, nor one that took three seconds: each of two webs that hang has
    its time within them. Seen to fail without `@other`, and without the `error_page` of it.
    """
    with heard() as (port, _, let_go):
        nginx = Nginx(tmp_path / "nginx", [port, port]).start()
        try:
            answer = requests.post(f"{nginx.url}/webhook/{WEBHOOK_TOKEN}", data=alerts.entry(1), timeout=PATIENCE)
        finally:
            let_go.set()
            nginx.stop()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["error"]["code"] == "not_stored"
    tried, other = (int(ms) for ms in re.findall(r"proxy_read_timeout (\d+)ms;", CONF.read_text()))
    assert tried + other < TRADINGVIEW_WAITS_MS


@contextmanager
def heard() -> Iterator[tuple[int, list[Message], threading.Event]]:
    """A port that answers every GET, and says a POST back once the event is set; the headers of each GET."""
    several: list[Message] = []
    let_go = threading.Event()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            let_go.wait(PATIENCE)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # nginx has given it up
                self.wfile.write(body)

        def do_GET(self) -> None:
            several.append(self.headers)
            self.send_response(204)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, several, let_go
    server.shutdown()
    server.server_close()


def seen(headers: Message, hops: int) -> tuple[str, str]:
    """The address and the scheme that a desk takes a request for, with so many proxies trusted."""
    environ: dict[str, Any] = {"REMOTE_ADDR": "198.51.100.1", "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    taken: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        del start_response
        taken.update(environ)
        return []

    TrustedProxies(app, hops)(environ, lambda *_: None)
    return taken["REMOTE_ADDR"], taken["wsgi.url_scheme"]


def test_no_secret_comes_into_nginx_s_log(desk: Desk) -> None:
    """Webhook tokens and login links stand in paths: neither they nor a query are logged, in success or failure.

    Seen to fail with nginx's own log format; and without the `error_log` of `/webhook`, once a web is gone.
    """
    link = requests.post(f"{desk.nginx.url}/api/login-links", json={}, headers=ADMIN, timeout=PATIENCE).json()["url"]
    requests.get(f"{desk.nginx.url}/login/{link.rsplit('/', 1)[1]}", timeout=PATIENCE)
    desk.alert(900)
    desk.alert(901, f"//webhook/{WEBHOOK_TOKEN}?secret={WEBHOOK_TOKEN}")
    wait_for(lambda: desk.nginx.log.count('"POST /webhook/-"') >= 2, PATIENCE)
    assert WEBHOOK_TOKEN not in desk.nginx.log
    assert link.rsplit("/", 1)[1] not in desk.nginx.log


def test_a_large_upload_and_an_export(desk: Desk) -> None:
    """A log of megabytes arrives whole; a larger one is refused in the desk's own words; an export streams."""
    log = b"Description,Time\n" + b"BUY MNQ1! @ 21450.25,2026-01-12T15:00:00Z\n" * 50_000
    upload = f"{desk.nginx.url}/api/backfill/upload"
    assert requests.post(upload, data=log, headers=ADMIN, timeout=PATIENCE).status_code == 202
    too_large = requests.post(upload, data=b"x" * (16 * 1024 * 1024 + 1), headers=ADMIN, timeout=PATIENCE)
    assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "too_large")
    head = desk.get("/api/state").json()["seq"]
    lines = desk.get("/api/export/journal.ndjson").text.splitlines()
    assert [json.loads(line)["seq"] for line in lines][:head] == list(range(1, head + 1))


def test_a_web_killed_and_one_frozen_in_the_middle_of_alerts(desk: Desk) -> None:
    """Every alert is taken by the other web, at the latest when it is resent; clients come back there by their
    positions, without a gap.

    Seen to fail without the short `proxy_read_timeout` of `/webhook`: alerts wait for the frozen web until they are
    given up.
    """
    followers = [Follower(desk.nginx.port) for _ in range(4)]
    for follower in followers:
        follower.wait_joined()
    ids: list[str] = []
    ended = threading.Event()

    def post() -> None:
        for n in itertools.count(1_000):
            ids.append(desk.alert(n)["signal_id"])
            if ended.wait(0.02):
                return

    first, second = desk.topology.webs
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post)
        wait_for(lambda: len(ids) > 20, PATIENCE)
        first.kill()
        before = len(ids)
        wait_for(lambda: len(ids) > before + 40, PATIENCE)
        ended.set()
        posting.result(PATIENCE)
    first.start()
    frozen_through(desk, second, ids)
    head = desk.get("/api/state").json()["seq"]
    for follower in followers:
        follower.wait_for(head, PATIENCE)
        follower.close()
        follower.assert_lossless()
        assert follower.resets == []
    assert set(ids) <= {fact["id"] for fact in first.facts(types="signal_received")}
    assert WEBHOOK_TOKEN not in desk.nginx.log


def frozen_through(desk: Desk, web: DeskServer, ids: list[str]) -> None:
    """One after the other, while a web stands still: nothing of it was in the middle of a commit."""
    time.sleep(0.5)
    assert web.process is not None
    web.process.send_signal(signal.SIGSTOP)
    try:
        ids += [desk.alert(n)["signal_id"] for n in range(2_000, 2_010)]
    finally:
        web.process.send_signal(signal.SIGCONT)
