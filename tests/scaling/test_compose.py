"""compose.yaml starts what docs/scaling.md says: parsed here, and its environments tried as processes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

import config
from tests.scaling.conftest import MakeTopology
from tests.support import alerts
from tests.support.follower import Follower
from tests.support.redis import RedisServer
from tests.support.topology import Topology, within

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
DESKS = {name: service for name, service in SERVICES.items() if service.get("image") == "signal-desk"}
SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "DASHBOARD_PASSWORD")
GIVEN = {name: f"given-{name.lower()}-5d41402abc4b2a76" for name in SECRETS}


def filled(text: str) -> str:
    """As compose fills a value: `${NAME:?what to do}` from the environment, `${NAME:-default}` its default."""
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: GIVEN[found[1]], text)
    return re.sub(r"\$\{\w+:-([^}]*)\}", lambda found: found[1], text)


def environment(name: str) -> dict[str, str]:
    return {key: filled(str(value)) for key, value in DESKS[name]["environment"].items()}


def test_two_webs_two_workers_and_what_they_need() -> None:
    """The topology, each service with a health check that the others wait for, and one way in."""
    roles = sorted(service["environment"]["ROLE"] for service in DESKS.values())
    assert roles == ["web", "web", "worker", "worker"]
    assert set(SERVICES) - set(DESKS) == {"postgres", "redis", "nginx"}
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    for name, service in SERVICES.items():
        assert name == "nginx" or service["healthcheck"]["test"], name
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert needed in SERVICES
    assert set(SERVICES["nginx"]["depends_on"]) == {n for n in DESKS if environment(n)["ROLE"] == "web"}


@pytest.mark.parametrize("name", sorted(DESKS))
def test_each_environment_is_accepted(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every name is a setting's, and the values fit together."""
    given = environment(name)
    assert set(given) - set(config.names()) == set()
    monkeypatch.chdir(tmp_path)
    for known in config.names():
        monkeypatch.delenv(known, raising=False)
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    settings = config.load()
    assert (settings.port, settings.host, settings.trusted_proxies) == (5000, "0.0.0.0", 1)
    assert settings.redis_url
    assert settings.secret_key == GIVEN["SECRET_KEY"]


def test_no_secret_stands_in_the_file() -> None:
    """Each is required from outside, by name, and none has a default."""
    text = (ROOT / "compose.yaml").read_text()
    for name in SECRETS:
        assert re.search(rf"\$\{{{name}:\?", text), name
        assert not re.search(rf"\$\{{{name}(:?-|\}})", text), name
    for value in re.findall(r"://[^@\s]*:([^@\s]+)@", filled(text)):
        assert value in GIVEN.values()


def test_the_images_never_take_the_passwords_along() -> None:
    """`.env`, where compose looks for them, is neither committed nor copied into the image."""
    for file in (".gitignore", ".dockerignore"):
        assert ".env" in (ROOT / file).read_text().splitlines(), file


def test_nginx_knows_each_web_and_lets_sockets_through() -> None:
    """Its upstreams are the webs at their port; upgrades pass, nothing is buffered, nothing is sticky."""
    webs = {f"{name}:{environment(name)['PORT']}" for name in DESKS if environment(name)["ROLE"] == "web"}
    assert set(re.findall(r"^\s*server ([\w-]+:\d+)", NGINX, re.MULTILINE)) == webs
    for line in (
        "proxy_http_version 1.1",
        "proxy_set_header Upgrade $http_upgrade",
        "proxy_set_header Connection $connection_upgrade",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for",
        "proxy_buffering off",
    ):
        assert f"    {line};" in NGINX, line
    assert "ip_hash" not in NGINX
    mounted = [volume.split(":")[0] for volume in SERVICES["nginx"]["volumes"]]
    assert [(ROOT / path).exists() for path in mounted] == [True]


def test_a_host_starts_one_process_unless_asked_for_more() -> None:
    """The Procfile knows a worker, and the deploy button starts none: one process is the default."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines == {"web": "python web_server.py", "worker": "env ROLE=worker python web_server.py"}
    formation = json.loads((ROOT / "app.json").read_text())["formation"]
    assert {name: one["quantity"] for name, one in formation.items()} == {"web": 1, "worker": 0}


@pytest.mark.postgres
def test_the_same_topology_as_processes(
    make_topology: MakeTopology, postgres_url: str, redis_server: RedisServer
) -> None:
    """The file's own environments, on loopback: an alert at either web is decided once, and heard at both."""
    topology: Topology = make_topology(0, 0)
    for name in DESKS:
        own = environment(name)
        for place in ("HOST", "PORT", "DATA_DIR", "PUBLIC_URL"):
            del own[place]
        topology.add(own.pop("ROLE"), **own | {"DATABASE_URL": postgres_url, "REDIS_URL": redis_server.url})
    for server in (*topology.workers, *topology.webs):
        server.wait_ready()
    followers = [Follower(web.port) for web in topology.webs]
    for follower in followers:
        follower.wait_joined()
    for n in range(6):
        web = topology.webs[n % 2]
        answer = requests.post(web.webhook, data=alerts.entry(n), timeout=10)
        assert answer.json()["status"] == "accepted"
    within(15, topology.worker, "a worker works")
    topology.webs[0].wait_processed()
    for web in topology.webs:
        assert len(web.facts(types="signal_update")) == 6
    head = topology.webs[0].get("/api/state")["seq"]
    for follower in followers:
        follower.wait_for(head)
        follower.close()
        follower.assert_lossless()
    assert sum(topology.worker() is one for one in topology.workers) == 1
