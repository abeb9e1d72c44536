"""compose.yaml as tests read it: its services, and its environments tried as processes without Docker."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.support.topology import Topology

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DESKS = {name: service for name, service in SERVICES.items() if service.get("image") == "signal-desk"}
SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "DASHBOARD_PASSWORD")
GIVEN = {name: f"given-{name.lower()}-5d41402abc4b2a76" for name in SECRETS}


def filled(text: str) -> str:
    """As compose fills a value: `${NAME:?what to do}` from the environment, `${NAME:-default}` its default."""
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: GIVEN[found[1]], text)
    return re.sub(r"\$\{\w+:-([^}]*)\}", lambda found: found[1], text)


def environment(name: str) -> dict[str, str]:
    return {key: filled(str(value)) for key, value in DESKS[name]["environment"].items()}


def start_as_composed(topology: Topology, redis_url: str) -> Topology:
    """Each web and worker of the file with its own environment, on loopback and on the test's Postgres and Redis.

    The second of each runs under the other engine.
    """
    for name in DESKS:
        own = environment(name)
        for place in ("HOST", "PORT", "DATA_DIR", "PUBLIC_URL"):
            del own[place]
        own["ASYNC_MODE"] = "gevent" if name.endswith("-2") else "eventlet"
        topology.add(own.pop("ROLE"), **own | {"DATABASE_URL": topology.database_url, "REDIS_URL": redis_url})
    for server in (*topology.workers, *topology.webs):
        server.wait_ready()
    return topology
