"""Commands that change the desk from a shell: through the running server, or in the folder when none runs."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from events.errors import EventsError
from signals.backfilling import Backfill, BadBackfill
from signals.intake import Intake
from signals.progress import Progress
from signals.sources import Sources
from web import address, rebuilding
from web.auth.sessions import Sessions
from web.auth.tokens import Tokens, local_token
from web.database import CannotStart, opened_journal, with_secret_key
from web.errors import WebError
from web.folder import owner

if TYPE_CHECKING:
    from events.journal import Journal
    from runtime import Runtime
    from web.desk import Values

# An address of the API and what to post there (None: it is read); gives the answer. Raises CommandError.
Ask = Callable[[str, Mapping[str, Any] | None], dict[str, Any]]
ANSWER_SECONDS = 60.0
LOOK_SECONDS = 0.3


class CommandError(Exception):
    """The command could not be done; the text says why and what to do."""


def through_server(data_dir: Path, secret_key: str) -> Ask:
    """Asks the server that holds the folder. Raises CommandError when it does not say where it listens."""
    found = owner(data_dir)
    if found is None:
        raise CommandError("A server holds the data folder but does not say where it listens: try again in a second.")

    def ask(path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is the one our own server wrote
            f"{found['url']}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {local_token(secret_key)}"},
            method="GET" if body is None else "POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - as above
                made: dict[str, Any] = json.loads(response.read())
        except urllib.error.HTTPError as error:
            said = json.loads(error.read() or b"{}").get("error", {})
            raise CommandError(f"{said.get('message', error.reason)} {said.get('hint', '')}".strip()) from None
        except OSError as error:
            raise CommandError(f"The server at {found['url']} does not answer ({error}): is it starting?") from None
        return made

    return ask


@contextmanager
def in_folder(values: Values, runtime: Runtime) -> Iterator[Ask]:
    """Does the same straight in the database, while no server runs. Raises CommandError."""
    try:
        journal = opened_journal(values, runtime)
    except CannotStart as error:
        raise CommandError(str(error)) from None
    values = with_secret_key(values, journal)
    answers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "/api/tokens": lambda body: _token(journal, values, body),
        "/api/login-links": lambda body: _link(journal, values),
        "/api/backfill": _backfill(journal, values),
        "/api/rebuild": lambda body: _rebuild(journal, values, bool(body.get("alone"))),
    }

    def ask(path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        try:
            return answers[path](body or {})
        except (WebError, BadBackfill, EventsError) as error:
            raise CommandError(f"{error.message} {error.hint}") from None

    try:
        yield ask
    finally:
        journal.close(5.0)


def _token(journal: Journal, values: Values, body: Mapping[str, Any]) -> dict[str, Any]:
    return Tokens(journal, values.api_token, values.secret_key).make(body["name"], body["scopes"])


def _link(journal: Journal, values: Values) -> dict[str, Any]:
    link = Sessions(journal, values.session_seconds, values.login_link_seconds).make_link()
    return {"url": f"{address.shown(values)}/login/{link}", "seconds": values.login_link_seconds}


def _rebuild(journal: Journal, values: Values, surely: bool) -> dict[str, Any]:
    """As a job that has ended, with its progress drawn on the way."""
    progress: list[Progress] = []

    def tell(done: int, total: int) -> None:
        if not progress:
            progress.append(Progress(total))
        progress[0].tell(done)

    result = rebuilding.alone(journal, values, tell, surely=surely)
    for drawn in progress:
        drawn.end()
    return {"state": "done", "result": result}


def follow(ask: Ask, job: dict[str, Any]) -> dict[str, Any]:
    """The job when it has ended, with its result; its progress is drawn meanwhile. Raises CommandError."""
    progress: Progress | None = None
    while job["state"] == "running":
        if job["total"]:
            progress = progress or Progress(job["total"])
            progress.tell(job["done"])
        time.sleep(LOOK_SECONDS)
        job = ask(f"/api/jobs/{job['job']}", None)
    if progress is not None:
        progress.end()
    if job["state"] != "done":
        why = job.get("error") or {"message": f"The job was {job['state']}.", "hint": ""}
        raise CommandError(f"{why['message']} {why['hint']}".strip())
    if "result" not in job:
        job = ask(f"/api/jobs/{job['job']}", None)
    return job


def _backfill(journal: Journal, values: Values) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    sources = Sources(journal, values.secret_key, values.webhook_token)
    return Backfill(journal, Intake(journal, sources), sources).handle
