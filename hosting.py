"""What the hosting platform at hand (Heroku, Railway) tells about itself, and what a desk needs there to last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Wanted(Protocol):
    """The settings that a platform has a say in."""

    @property
    def role(self) -> str: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def database_url(self) -> str: ...
    @property
    def retention_days(self) -> float | None: ...
    @property
    def dashboard_password(self) -> str: ...


def platform(environ: Mapping[str, str]) -> str | None:
    """The hosting platform that the environment shows: `heroku`, `railway` or None."""
    if environ.get("DYNO"):
        return "heroku"
    return "railway" if any(name.startswith("RAILWAY_") for name in environ) else None


def volume(environ: Mapping[str, str]) -> str:
    """Where the platform mounts a disk that lasts; empty without one."""
    return environ.get("RAILWAY_VOLUME_MOUNT_PATH", "")


def passing_disk(environ: Mapping[str, str], data_dir: Path) -> bool:
    """Whether `data_dir` is gone at the machine's next start, so that only the database lasts."""
    if platform(environ) is None:
        return False
    lasting = volume(environ)
    return not lasting or not data_dir.resolve().is_relative_to(Path(lasting).resolve())


def told(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings that the platform tells: its one proxy, its domain, its volume."""
    if platform(environ) is None:
        return {}
    found: dict[str, Any] = {
        "host": "0.0.0.0",  # noqa: S104 - a platform's proxy is on another machine
        "trusted_proxies": 1,
        "metrics_open": False,
        "log_format": "json",
        "database_wait_seconds": 600.0,  # a process that ends is restarted there less and less often
    }
    domain = environ.get("RAILWAY_PUBLIC_DOMAIN") or environ.get("HEROKU_APP_DEFAULT_DOMAIN_NAME")
    if domain:
        found["public_url"] = f"https://{domain}"
    if volume(environ):
        found["data_dir"] = volume(environ)
    return found


def unfit(settings: Wanted, environ: Mapping[str, str]) -> list[str]:
    """Why these settings can't serve on the platform at hand, with the remedies."""
    where = platform(environ)
    if where is None:
        return []
    found = []
    passing, lasting = passing_disk(environ, settings.data_dir), volume(environ)
    needed = "DATABASE_URL is not set" if not settings.database_url else ""
    if settings.retention_days is not None:
        needed = needed or "RETENTION_DAYS archives under DATA_DIR"
    if passing and lasting and needed:
        found.append(
            f"DATA_DIR={settings.data_dir} is not on the volume, which is mounted at {lasting}, and {needed}: "
            f"leave DATA_DIR out (the volume is used then), or set it to a folder in {lasting}."
        )
    elif passing and not settings.database_url:
        remedy = (
            "`heroku addons:create heroku-postgresql:essential-0`"
            if where == "heroku"
            else "add Postgres to the project and reference its DATABASE_URL, or attach a volume"
        )
        found.append(f"DATABASE_URL is not set and this machine's disk passes with it: {remedy}.")
    if passing and not lasting and settings.retention_days is not None:
        remedy = "leave it out" if where == "heroku" else "leave it out, or attach a volume"
        found.append(f"RETENTION_DAYS archives on disk, and this machine's disk passes: {remedy}.")
    set_it = "heroku config:set" if where == "heroku" else "railway variables --set"
    # A worker lets nobody in: it has no pages.
    if not settings.dashboard_password and settings.role != "worker":
        found.append(f"DASHBOARD_PASSWORD is required on {where}: `{set_it} DASHBOARD_PASSWORD=…`.")
    found.extend(
        f"{name.upper()} is too short for a public machine: use 12 characters or more."
        for name in ("dashboard_password", "api_token", "webhook_token", "secret_key")
        if 0 < len(getattr(settings, name)) < 12
    )
    return found


def unwritable(environ: Mapping[str, str]) -> str:
    """What to do when the data folder can't be written; empty where the platform has nothing to do with it."""
    if not volume(environ):
        return ""
    return (
        f"Railway's volume at {volume(environ)} belongs to root and the image runs as another user: "
        "set the variable RAILWAY_RUN_UID=0 for this service."
    )
