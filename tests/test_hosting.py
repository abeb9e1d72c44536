"""What a desk makes of its hosting platform, and what the platforms' own files ask of it."""

import ctypes
import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

import config
import hosting

ROOT = Path(__file__).parents[1]
PASSWORD = "long enough for a host"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no platform from outside, and a folder without a config.yaml."""
    platforms = [name for name in os.environ if name.startswith(("RAILWAY_", "HEROKU_"))]
    for name in (*config.names(), "DYNO", *platforms):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, **names: str) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)


def refused() -> str:
    with pytest.raises(config.BadSettings) as caught:
        config.load()
    return str(caught.value)


def of_the_image() -> dict[str, str]:
    """The environment that the image's last stage sets."""
    last = (ROOT / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
    lines = re.findall(r"^ENV (.+)$", last, re.MULTILINE)
    found = dict(word.split("=", 1) for line in lines for word in line.split())
    assert found["HOST"] == "0.0.0.0"
    return {name: value for name, value in found.items() if name != "PATH"}


def test_heroku_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """One proxy is trusted, every network is listened on, and the old URL scheme is taken."""
    for name, value in {
        "DYNO": "web.1",
        "PORT": "31337",
        "DATABASE_URL": "postgres://u:p@h/d",
        "DASHBOARD_PASSWORD": "long enough for a host",
    }.items():
        monkeypatch.setenv(name, value)
    settings = config.load()
    assert (settings.host, settings.trusted_proxies, settings.port) == ("0.0.0.0", 1, 31337)


def test_a_passing_disk_without_a_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts would be lost with the machine: the remedy is named."""
    monkeypatch.setenv("DYNO", "web.1")
    monkeypatch.setenv("DASHBOARD_PASSWORD", "long enough for a host")
    assert "heroku addons:create heroku-postgresql" in refused()


def test_a_railway_volume_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a volume SQLite is fine, and lives there."""
    monkeypatch.setenv("RAILWAY_VOLUME_MOUNT_PATH", "/volume")
    monkeypatch.setenv("RAILWAY_PUBLIC_DOMAIN", "desk.up.railway.app")
    monkeypatch.setenv("DASHBOARD_PASSWORD", "long enough for a host")
    settings = config.load()
    assert (str(settings.data_dir), settings.public_url) == ("/volume", "https://desk.up.railway.app")


def test_a_host_requires_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads a login link in a host's log."""
    monkeypatch.setenv("DYNO", "web.1")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/d")
    assert "heroku config:set DASHBOARD_PASSWORD" in refused()


@pytest.mark.parametrize("mounted", ["/data", "/app/storage"])
def test_the_image_uses_the_volume_wherever_it_is_mounted(monkeypatch: pytest.MonkeyPatch, mounted: str) -> None:
    """With what the image itself sets: nothing in it may win over where Railway says that it mounted its volume.

    Seen to fail with DATA_DIR=/data in the image: at /app/storage every redeploy lost the journal.
    """
    given(monkeypatch, **of_the_image(), RAILWAY_VOLUME_MOUNT_PATH=mounted, DASHBOARD_PASSWORD=PASSWORD)
    settings = config.load()
    assert str(settings.data_dir) == mounted
    assert not hosting.passing_disk(os.environ, settings.data_dir)


def test_a_folder_beside_the_volume_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A DATA_DIR that the volume does not cover would be lost at each redeploy; with Postgres it is only a cache.

    Seen to fail with any volume at all taken for a disk that lasts.
    """
    given(monkeypatch, RAILWAY_VOLUME_MOUNT_PATH="/app/storage", DATA_DIR="/data", DASHBOARD_PASSWORD=PASSWORD)
    said = refused()
    assert "DATA_DIR=/data is not on the volume" in said
    assert "/app/storage" in said
    given(monkeypatch, DATA_DIR="/app/storage/desk")
    assert str(config.load().data_dir) == "/app/storage/desk"
    given(monkeypatch, DATA_DIR="/app/storage-2", DATABASE_URL="postgres://u:p@h/d")
    assert hosting.passing_disk(os.environ, config.load().data_dir)
    given(monkeypatch, RETENTION_DAYS="30")
    assert "RETENTION_DAYS archives under DATA_DIR" in refused()


def as_everybody() -> None:
    """Root in a test is a user like any other: without the right to write everywhere."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; refused to who is no root, and not needed


def test_a_volume_that_belongs_to_root_is_told_with_the_remedy(tmp_path: Path) -> None:
    """The image runs as a user of its own: the refusal names Railway's variable for that.

    Seen to fail with the advice that every machine gets, to mend permissions that nobody can reach there.
    """
    mounted = tmp_path / "volume"
    mounted.mkdir(mode=0o555)
    if os.geteuid() == 0:
        os.chown(mounted, 10001, 10001)
    environ = {"RAILWAY_VOLUME_MOUNT_PATH": str(mounted), "DASHBOARD_PASSWORD": PASSWORD, "PORT": "0"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "web_server.py")],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | environ,
        preexec_fn=as_everybody,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "RAILWAY_RUN_UID=0" in done.stderr


def test_a_worker_needs_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe of docs/deploying.md: ROLE, DATABASE_URL and SECRET_KEY; a worker has no pages to log in to.

    Seen to fail with a password required of every role.
    """
    given(monkeypatch, RAILWAY_SERVICE_NAME="worker", ROLE="worker")
    assert "ROLE=worker needs DATABASE_URL" in refused()
    given(monkeypatch, DATABASE_URL="postgres://u:p@h/d", SECRET_KEY="0123456789abcdef")
    assert config.load().role == "worker"
    given(monkeypatch, ROLE="web")
    assert "DASHBOARD_PASSWORD is required on railway" in refused()


def ignored(file: str, *names: str) -> list[str]:
    """Which of these paths the ignore file covers, by the few forms that ours use."""
    lines = [line.strip("/") for line in (ROOT / file).read_text().splitlines()]
    plain = [line.removeprefix("**/") for line in lines]
    return [name for name in names if any(fnmatch(name, one) or name.startswith(f"{one}/") for one in plain)]


def test_secrets_and_data_are_neither_committed_nor_copied_into_the_image() -> None:
    """config.yaml may hold every secret, a data folder holds the journal, and a log what was said of them.

    Seen to fail with config.yaml in neither file, and data-demo/ and logs in the image.
    """
    private = (".env", "config.yaml", "data/desk.db", "data-demo/desk.db", "desk.log", "broadcaster/build/x")
    for file in (".gitignore", ".dockerignore"):
        assert ignored(file, *private) == list(private), file
        assert ignored(file, "config.py", "web_server.py", "broadcaster/client.py", "requirements.txt") == []


def test_railway_restarts_a_desk_and_lets_it_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Always, however often; and SIGTERM is given the time that a stop may take (a number: text is refused there)."""
    deploy = json.loads((ROOT / "railway.json").read_text())["deploy"]
    assert deploy["restartPolicyType"] == "ALWAYS"
    assert "restartPolicyMaxRetries" not in deploy
    given(monkeypatch, **of_the_image())
    assert isinstance(deploy["drainingSeconds"], int)
    assert deploy["drainingSeconds"] > config.load().shutdown_seconds + 1
