"""`python -m web.doctor URL`: posts a marked test alert to a server and follows it by both roads, as clients do.

Each step prints ok or failed; a failed one says what is wrong and how to mend it. Exit code: 0 all well, 1 something
failed, 2 the call itself was wrong. It knows nothing of the server but its outside; of the one that holds the data
folder at hand it finds its own token.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
import simple_websocket

from web import folder
from web.auth.tokens import local_token

TIMEOUT = 10.0
SLOW_SECONDS = 2.0
HOW_TO_GET_ONE = "`python web_server.py token --scopes admin --name doctor` makes one; or give API_TOKEN's value."


class LeftOut(Exception):
    """A step that makes no sense, because of what was said already."""


class Failed(Exception):
    """A step that did not work: what is wrong, and how to mend it."""

    def __init__(self, wrong: str, mend: str) -> None:
        super().__init__(wrong)
        self.wrong, self.mend = wrong, mend


@dataclass
class Patient:
    """The server and what was learnt about it so far."""

    url: str
    token: str
    webhook_token: str
    epoch: str = ""
    head: int = 0
    signal_id: str = ""
    socket: Any = None

    def get(self, path: str, timeout: float = TIMEOUT, **params: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return reach(lambda: requests.get(self.url + path, params=params, headers=headers, timeout=timeout))

    def page(self, **params: Any) -> dict[str, Any]:
        answer = self.get("/api/events", TIMEOUT + 20, **params)
        if answer.status_code in (401, 403):
            raise Failed("The token is not accepted for reading.", f"Give --token. {HOW_TO_GET_ONE}")
        return body(answer)


def reach(ask: Callable[[], requests.Response]) -> requests.Response:
    """Ask, and turn what the network says into words. Raises Failed."""
    try:
        return ask()
    except requests.exceptions.SSLError as error:
        raise Failed(
            f"TLS failed: {first_line(error)}", "Mend the certificate, or use http:// for a server without TLS."
        ) from None
    except requests.Timeout:
        raise Failed(
            "No answer in time: the server is overloaded or hangs.", "Look at its log and at GET /readyz."
        ) from None
    except requests.ConnectionError:
        raise Failed(
            "Nothing answers at that address.", "Start it with `make run`, and check host, port and firewall."
        ) from None
    except requests.exceptions.RequestException as error:
        raise Failed(f"The address can't be used: {first_line(error)}", "Such as http://127.0.0.1:5000.") from None


def body(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of a good answer. Raises Failed with the server's own words otherwise."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Failed(
            f"Status {answer.status_code}, and not what Signal Desk answers.", "Is that its address, or a proxy's page?"
        )
    if answer.ok:
        return found
    error = found.get("error", found)
    said = error.get("message", answer.status_code) if isinstance(error, dict) else answer.status_code
    raise Failed(f"Refused ({answer.status_code}): {said}", error.get("hint", "") if isinstance(error, dict) else "")


def first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:160]


# The steps, in order. Each returns a line for people.
def alive(p: Patient) -> str:
    return f"version {body(p.get('/healthz')).get('version', 'unknown')}"


def ready(p: Patient) -> str:
    answer = p.get("/readyz")
    if answer.status_code == 503:
        raise Failed("It is not ready: the database does not answer.", "Check DATABASE_URL, the disk, and the log.")
    model = body(answer).get("model") or {}
    return f"database ok, model {model.get('status', 'unknown')}"


def signed_in(p: Patient) -> str:
    if not p.token:
        raise Failed(
            "No token was given, and without one nothing can be followed.",
            "Make one where the desk runs (on Heroku after `heroku run`), then come again with it:\n"
            "            python web_server.py token --scopes admin --name doctor\n"
            f"            python -m web.doctor {p.url} --token desk_…",
        )
    page = p.page(limit=1)
    p.epoch, p.head = str(page["epoch"]), int(page["head"])
    return f"the journal stands at {p.head}"


def webhook_known(p: Patient) -> str:
    if p.webhook_token:
        return "given"
    if not p.token:
        raise LeftOut
    setup = body(p.get("/api/webhook/health")).get("setup")
    if not setup:
        raise Failed("The webhook's token is not known.", "Give --webhook-token, or a --token with the scope admin.")
    p.webhook_token = str(setup["url"]).rstrip("/").rsplit("/", 1)[-1]
    return "learnt from the server"


def connected(p: Patient) -> str:
    address = p.url.replace("http", "ws", 1) + "/ws"
    try:
        p.socket = simple_websocket.Client.connect(address)
    except simple_websocket.ConnectionError as error:
        if error.status_code == 403:
            raise Failed("The origin is refused.", "Name it in ALLOWED_ORIGINS, or set PUBLIC_URL.") from None
        raise Failed(
            f"The WebSocket upgrade was refused (status {error.status_code}): a proxy in front strips it.",
            "Let it pass the Upgrade and Connection headers (nginx: proxy_http_version 1.1).",
        ) from None
    except OSError as error:
        raise Failed(f"No WebSocket: {first_line(error)}", "A proxy or firewall may block it.") from None
    p.socket.send(json.dumps({"op": "auth", "token": p.token, "epoch": p.epoch, "seq": p.head}))
    status = heard(p, lambda one: one.get("type") == "connection_status", "its first message")
    return f"session {str(status['data'].get('session'))[:8]}, resumed at {p.head}"


def posted(p: Patient) -> str:
    text = {
        "symbol": "MNQ1!",
        "side": "buy",
        "price": 25118.25,
        "stop": 25098.25,
        "target": 25158.25,
        "interval": "5",
        "test": True,
        "note": f"web.doctor {uuid4()}",  # so that a second run is no duplicate
    }
    began = time.monotonic()
    answer = reach(lambda: requests.post(f"{p.url}/webhook/{p.webhook_token}", json=text, timeout=TIMEOUT))
    took = time.monotonic() - began
    if answer.status_code in (401, 403, 404):
        raise Failed("The webhook's token is not accepted.", "Copy the URL from the Live signals page, or the log.")
    p.signal_id = str(body(answer).get("signal_id", ""))
    if took > SLOW_SECONDS:
        raise Failed(f"It took {took:.1f} s; TradingView gives up at 3.", "Is the disk or the database overloaded?")
    return f"accepted in {took * 1000:.0f} ms"


def seen_by_socket(p: Patient) -> str:
    began = time.monotonic()
    found = heard(p, lambda one: one.get("type") == "signal_update" and about(one, p.signal_id), "the scored signal")
    took = time.monotonic() - began
    p.socket.close()
    if took > SLOW_SECONDS:
        raise Failed(f"It came after {took:.1f} s.", "See GET /readyz: a follower lags, or the model is slow.")
    return f"{found.get('message', '')} ({took * 1000:.0f} ms)"


def seen_by_poll(p: Patient) -> str:
    after, deadline = p.head, time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        page = p.page(epoch=p.epoch, after=after, types="signal_update", wait=5)
        for one in page["items"]:
            if about(one, p.signal_id):
                return f"at {one['seq']}"
        after = int(page["next"])
    raise Failed("The signal was stored but not scored in time.", "See GET /readyz: the pipeline lags or stands still.")


def about(envelope: dict[str, Any], signal_id: str) -> bool:
    data = envelope.get("data") or {}
    return signal_id in (data.get("id"), data.get("signal_id"))


def heard(p: Patient, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
    """The next message that is wanted. Raises Failed."""
    deadline = time.monotonic() + TIMEOUT
    try:
        while (left := deadline - time.monotonic()) > 0:
            text = p.socket.receive(timeout=left)
            found = json.loads(text) if text is not None else {}
            if isinstance(found, dict) and wanted(found):
                return found
    except simple_websocket.ConnectionClosed as closed:
        if closed.reason == 4401:
            raise Failed("The WebSocket refused the token.", f"Give --token. {HOW_TO_GET_ONE}") from None
        raise Failed(f"The WebSocket was closed ({closed.reason}).", "Does a proxy in front cut it?") from None
    except ValueError:
        raise Failed("Something else than Signal Desk speaks on /ws.", "Check the proxy's routes.") from None
    raise Failed(
        f"{what} did not arrive in {TIMEOUT:.0f} s.", "A proxy may swallow frames, or the pipeline stands still."
    )


# Name, step, and the steps without which it makes no sense.
STEPS: tuple[tuple[str, Callable[[Patient], str], tuple[str, ...]], ...] = (
    ("the server answers", alive, ()),
    ("it is ready", ready, ("the server answers",)),
    ("the token is accepted", signed_in, ("the server answers",)),
    ("the webhook's token", webhook_known, ("the server answers",)),
    ("WebSocket connects", connected, ("the token is accepted",)),
    ("a test alert is accepted", posted, ("the webhook's token",)),
    ("it arrives by WebSocket", seen_by_socket, ("WebSocket connects", "a test alert is accepted")),
    ("it arrives by long poll", seen_by_poll, ("the token is accepted", "a test alert is accepted")),
)


def examine(patient: Patient, say: Callable[[str], None]) -> bool:
    """Take every step that makes sense; whether all went well."""
    bad: set[str] = set()
    for name, step, needs in STEPS:
        if bad.intersection(needs):
            bad.add(name)
            say(f"left out  {name}")
            continue
        try:
            say(f"ok        {name}: {step(patient)}")
        except LeftOut:
            bad.add(name)
            say(f"left out  {name}")
        except Failed as failed:
            bad.add(name)
            say(f"failed    {name}: {failed.wrong}")
            if failed.mend:
                say(f"          {failed.mend}")
    return not bad


def own_token(url: str, data_dir: Path) -> str:
    """The token of this machine's own commands for the desk at `url`; empty unless that desk holds `data_dir`.

    It opens everything, so it goes to the very address that the desk wrote into its folder and to no other.
    """
    holder = folder.owner(data_dir)
    if holder is None or holder["url"] != url.replace("//localhost", "//127.0.0.1"):
        return ""
    try:
        kept = (data_dir / folder.SECRET).read_text().strip()
    except OSError:
        return ""
    return local_token(kept) if kept else ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m web.doctor", description="Follow a test alert through a server.")
    parser.add_argument("url", help="such as http://127.0.0.1:5000")
    parser.add_argument("--token", default="", help="an API token that may read (scope admin shows the webhook's too)")
    parser.add_argument("--webhook-token", default="", help="the token at the end of the webhook's URL")
    parser.add_argument(
        "--data-dir", type=Path, default=Path("data"), help="the data folder of a desk on this machine (data)"
    )
    given = parser.parse_args(arguments)
    try:
        parts = urlsplit(given.url)
        _ = parts.port  # read here, because it is where a port that is no port shows
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        parser.error("the URL starts with http:// or https://, such as http://127.0.0.1:5000")

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    url = f"{parts.scheme}://{parts.netloc}"
    patient = Patient(url, given.token or own_token(url, given.data_dir), given.webhook_token)
    try:
        well = examine(patient, say)
    finally:
        if patient.socket is not None and patient.socket.connected:
            patient.socket.close()  # its thread would keep the interpreter from ending
    say("All well." if well else "Something is wrong; see above.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
