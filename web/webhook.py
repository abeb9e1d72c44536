"""The webhook: bytes in, an answer out, within TradingView's three seconds; never a redirect, a 429 or a 500.

Alerts are answered before Flask sees them. The routes stand in Flask too, for the API's page and for other methods, and
take an alert alike.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Request

from signals.alert.limits import MAX_BODY_BYTES
from signals.intake import Answer
from web.answers import answer
from web.docs import documented
from web.errors import refusal
from web.tallies import Seconds, Tally

if TYPE_CHECKING:
    from web.before_flask import Door
    from web.desk import Desk

log = logging.getLogger("web.webhook")
METHODS_REFUSED = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
PATH = "/webhook"
BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
ROUTES = (PATH, f"{PATH}/", f"{PATH}/<path:token>")
Take = Callable[[dict[str, Any], str | None], Answer]


def taker(desk: Desk) -> Take:
    """`take(environ, token)`: one alert in, its answer out. Never raises."""
    answers = Tally("desk_webhook_answers_total", "Alerts answered, by status", ["status"], desk.metrics)
    says = "From the alert's first byte read to its answer"
    seconds = Seconds("desk_webhook_answer_seconds", says, BOUNDS, desk.metrics)
    allowed = allow_list(desk.values.webhook_allowed_ips)

    def take(environ: dict[str, Any], token: str | None) -> Answer:
        began, received_ns = time.perf_counter(), time.time_ns()
        got = accepted(environ, token, received_ns)
        answers.count(str(got.status))
        seconds.observe(time.perf_counter() - began)
        return got

    def accepted(environ: dict[str, Any], token: str | None, received_ns: int) -> Answer:
        if not allowed(environ.get("REMOTE_ADDR") or ""):
            hint = "WEBHOOK_ALLOWED_IPS names who may post; behind a proxy, TRUSTED_PROXIES must count it."
            return Answer(403, refusal("address_not_allowed", "This address may not post alerts.", hint))
        try:
            body = body_of(environ, MAX_BODY_BYTES)
        except Exception as error:  # noqa: BLE001 - each engine has its own for a stranger's broken chunk
            log.info("a body could not be read: %s", type(error).__name__)
            return Answer(400, refusal("body_cut", "The body did not arrive whole.", "Send the alert again."))
        try:
            return desk.intake.accept(
                path_token=token.rstrip("/") if token else None,
                body=body,
                content_type=environ.get("CONTENT_TYPE"),
                query=Request(environ).args.to_dict() if environ.get("QUERY_STRING") else {},
                received_ns=received_ns,
            )
        except Exception:
            # Whatever broke, nothing was acknowledged: a 503 makes TradingView send the alert again.
            log.exception("an alert could not be taken")
            again = refusal(
                "not_stored", "The alert could not be stored.", "Send it again; TradingView does so itself."
            )
            return Answer(503, again, {"Retry-After": "5"})

    return take


def door(take: Take) -> Door:
    """Posted alerts, before Flask."""

    def answered(environ: dict[str, Any], path: str) -> tuple[str, Answer] | None:
        if path != PATH and not path.startswith(f"{PATH}/"):
            return None
        route = path if path in ROUTES else ROUTES[-1]
        return route, take(environ, path[len(PATH) + 1 :] or None)

    return answered


def blueprint(take: Take) -> Blueprint:
    """`/webhook` and `/webhook/<token>`, with and without a slash at the end."""
    door = Blueprint("webhook", __name__)

    @documented(
        "Take an alert, as TradingView posts it",
        body={"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
        answers={200: "accepted or duplicate", 401: "unknown token", 422: "unusable", 503: "not stored: send it again"},
        open_to_all=True,
    )
    def alert(token: str | None = None) -> Response:
        got = take(request.environ, token)
        return answer(got.body, got.status, got.headers)

    def wrong_method(token: str | None = None) -> Response:
        del token
        hint = "TradingView posts alerts here by itself. To try it: curl -X POST with the alert's text as the body."
        return answer(refusal("wrong_method", "Alerts are posted.", hint), 405, {"Allow": "POST"})

    for rule in ROUTES:
        name = rule.strip("/").replace("/", "_").replace("<path:token>", "token") + ("_slash" * rule.endswith("/"))
        options: dict[str, Any] = {"strict_slashes": True, "provide_automatic_options": False}
        door.add_url_rule(rule, name, alert, methods=["POST"], **options)
        door.add_url_rule(rule, f"{name}_refused", wrong_method, methods=METHODS_REFUSED, **options)
    return door


def body_of(environ: dict[str, Any], most: int) -> bytes:
    """The body's bytes, at most one more than `most`, so that the intake sees that it is too long.

    Read from the server's own stream: a chunked body has no length, and Flask would take it for empty. EOFError when
    less came than was announced: half an alert may still read as one, with half a price.
    """
    stream = environ["wsgi.input"]
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    wanted = most + 1 if chunked else min(int(environ.get("CONTENT_LENGTH") or 0), most + 1)
    parts: list[bytes] = []
    while wanted > 0:
        part = stream.read(wanted)
        if not part and chunked:
            break
        if not part:
            raise EOFError
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def allow_list(entries: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether an address may post; everyone may when there are no entries."""
    networks = [ipaddress.ip_network(entry, strict=False) for entry in entries]

    def allowed(address: str) -> bool:
        if not networks:
            return True
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in network for network in networks)

    return allowed
