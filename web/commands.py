"""Commands that change the desk from a shell: through the running server, or in the folder when none runs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from web.auth.sessions import Sessions
from web.auth.tokens import Tokens, local_token
from web.errors import WebError
from web.folder import owner

if TYPE_CHECKING:
    from runtime import Runtime
    from web.desk import Values


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


def do_it_here(values: Values, runtime: Runtime, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The same while no server runs: straight in the database. Raises CommandError."""
    from web.database import CannotStart, opened_journal, with_secret_key

    try:
        journal = opened_journal(values, runtime)
    except CannotStart as error:
        raise CommandError(str(error)) from None
    try:
        values = with_secret_key(values, journal)
        if path == "/api/tokens":
            return Tokens(journal, values.api_token, values.secret_key).make(body["name"], body["scopes"])
        link = Sessions(journal, values.session_seconds, values.login_link_seconds).make_link()
        return {"url": f"{values.base_url}/login/{link}", "seconds": values.login_link_seconds}
    except WebError as error:
        raise CommandError(f"{error.message} {error.hint}") from None
    finally:
        journal.close(5.0)
