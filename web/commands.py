"""Commands that change the desk from a shell: through the running server, or in the folder when none runs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from web.auth.tokens import local_token
from web.folder import owner


class CommandError(Exception):
    """The command could not be done; the text says why and what to do."""


def ask_running_server(data_dir: Path, secret_key: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Post to the server that holds the folder. Raises CommandError."""
    found = owner(data_dir)
    if found is None:
        raise CommandError("A server holds the data folder but does not say where it listens: try again in a second.")
    request = urllib.request.Request(  # noqa: S310 - the address is the one our own server wrote
        f"{found['url']}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {local_token(secret_key)}"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
            made: dict[str, Any] = json.loads(response.read())
    except urllib.error.HTTPError as error:
        said = json.loads(error.read() or b"{}").get("error", {})
        raise CommandError(f"{said.get('message', error.reason)} {said.get('hint', '')}".strip()) from None
    except OSError as error:
        raise CommandError(f"The server at {found['url']} does not answer ({error}): is it starting?") from None
    return made
