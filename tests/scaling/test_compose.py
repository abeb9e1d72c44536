"""compose.yaml starts what docs/scaling.md says; tests/faults/test_redis_away.py has the same topology as processes."""

import json
import re
from pathlib import Path

import pytest

import config
from tests.support.compose import COMPOSE, DESKS, GIVEN, ROOT, SECRETS, SERVICES, environment, filled

NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


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


def test_a_first_start_on_a_fresh_machine() -> None:
    """What goes wrong only there: one tag exported twice at once, and a database that answers before it is prepared."""
    assert [name for name, service in SERVICES.items() if "build" in service] == ["web-1"]
    assert "--host" in SERVICES["postgres"]["healthcheck"]["test"]


def test_what_must_survive_a_container_is_on_a_volume() -> None:
    """The database, and the archive that the workers share; the image makes its folder, so that it may be written."""
    volumes = {name: [v.split(":") for v in service.get("volumes", [])] for name, service in SERVICES.items()}
    for name in DESKS:
        archived = ["archive", "/data/archive"] in volumes[name]
        assert archived == (environment(name)["ROLE"] == "worker"), name
    assert {"postgres", "archive"} == set(COMPOSE["volumes"])
    assert "mkdir --parents /data/archive" in (ROOT / "Dockerfile").read_text()


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
    limit = re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert limit is not None
    assert int(limit[1]) << 20 > config.Settings().upload_bytes
    # All of it: how many connections it takes, and how it logs, can't be said in a part of a server.
    assert SERVICES["nginx"]["volumes"] == ["./deploy/nginx.conf:/etc/nginx/nginx.conf:ro"]
    least = re.search(r"worker_connections (\d+);", NGINX)
    assert least is not None
    assert int(least[1]) >= 2 * config.Settings().max_sockets


def test_a_host_starts_one_process_unless_asked_for_more() -> None:
    """The Procfile knows a worker, and the deploy button starts none: one process is the default."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines == {"web": "python web_server.py", "worker": "env ROLE=worker python web_server.py"}
    formation = json.loads((ROOT / "app.json").read_text())["formation"]
    assert {name: one["quantity"] for name, one in formation.items()} == {"web": 1, "worker": 0}
