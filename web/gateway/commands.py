"""What a live client may ask, whichever way it is connected: one funnel that answers, refuses, counts and cuts off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from web.gateway.client import REFUSED_MOST
from web.gateway.errors import BadMessage, NotPermitted, OverQuota, TooFast
from web.gateway.joining import POLICY, Position
from web.gateway.past import page
from web.gateway.publish import BATCH_MOST
from web.gateway.rooms import subscription

if TYPE_CHECKING:
    from web.gateway.client import Client
    from web.gateway.gateway import Gateway

HELD_MOST_MS = 3_600_000
STATE_COST, PAGE_COST = 20.0, 5.0  # a snapshot and a look into the past cost as much as so many messages
# What only those may ask who may read.
READING = frozenset({"subscribe", "resume", "request_state", "history", "playback", "playback_control"})
log = logging.getLogger("web.gateway")
Answer = dict[str, Any]


class Commands:
    """`take` never raises: a client's mistake is the client's."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._table: dict[str, Callable[[Client, Mapping[str, Any]], Answer | None]] = {
            "subscribe": self._subscribe,
            "resume": self._resume,
            "request_state": self._request_state,
            "ack": self._ack,
            "publish": self._publish,
            "history": self._history,
            "playback": self._playback,
            "playback_control": gateway.playbacks.control,
        }

    @property
    def names(self) -> list[str]:
        return list(self._table)

    def take(self, client: Client, name: str, data: Any) -> Answer | None:
        """The answer to one message: None, what was asked, or `{"error": {…}}`."""
        if client.gone:
            return None
        data = {} if data is None else data
        try:
            self._charge(client, 1.0, "Messages come too fast.")
            command = self._table.get(name)
            if command is None:
                raise BadMessage("unknown_op", "There is no such operation.", f"One of {', '.join(self._table)}.")
            if not isinstance(data, Mapping):
                raise BadMessage("bad_message", "The message is not an object.", "Send one JSON object.")
            if name in READING and not client.principal.may("read"):
                hint = "`python web_server.py token --scopes read,publish --name NAME` makes one that may."
                raise NotPermitted("missing_scope", f"`{name}` needs the scope `read`.", hint)
            return command(client, data)
        except OverQuota as error:  # raised by a command, so it is an object that was said
            return {"id": data.get("id"), "error": error.error()}
        except BadMessage as error:
            return self.refuse(client, error)
        except Exception as error:
            code = getattr(error, "code", None)
            if isinstance(code, str):  # an error of the floors below brings its own words
                words = {name: str(getattr(error, name, "")) for name in ("message", "hint")}
                return {"error": {"code": code, **words}}
            log.exception("a client's %s failed", name if name in self._table else "message")
            return {"error": {"code": "internal_error", "message": "The desk failed at this.", "hint": "Try again."}}

    def refuse(self, client: Client, error: BadMessage) -> Answer:
        """Count a refused message; too many end the connection."""
        client.refused += 1
        self._gateway.stats.refused += 1
        if client.refused >= REFUSED_MOST:
            client.close(POLICY, "too many refused messages")
        return {"error": error.error()}

    def _subscribe(self, client: Client, data: Mapping[str, Any]) -> Answer:
        wanted = subscription(data.get("types"), data.get("symbols"))
        self._gateway.rooms.move(client, wanted)
        # What follows this fact comes by the new subscription; up to it, the old one counted.
        return {"ok": True, "seq": client.position} | wanted.describe()

    def _history(self, client: Client, data: Mapping[str, Any]) -> Answer:
        self._charge(client, PAGE_COST, "The past is asked for too often.")
        return page(self._gateway.desk.journal, data, client.subscription)

    def _playback(self, client: Client, data: Mapping[str, Any]) -> Answer:
        self._charge(client, PAGE_COST, "Playbacks are begun too often.")
        return self._gateway.playbacks.start(client, data)

    def _resume(self, client: Client, data: Mapping[str, Any]) -> Answer:
        self._charge_state(client)
        position = Position.read(data.get("epoch"), data.get("seq"))
        self._gateway.joining.resume(client, position)
        return {"ok": True}

    def _request_state(self, client: Client, data: Mapping[str, Any]) -> Answer:
        del data
        self._charge_state(client)
        self._gateway.joining.refresh(client)
        return {"ok": True}

    def _charge_state(self, client: Client) -> None:
        if client.joining:
            raise TooFast("still_joining", "The last request is still being answered.", "Wait for what it brings.")
        self._charge(client, STATE_COST, "The state is asked for too often.")

    def _charge(self, client: Client, cost: float, words: str) -> None:
        seconds = client.ask(cost)
        if seconds > 0:
            most = self._gateway.desk.values.messages_per_second
            hint = f"At most {most / cost:g} of these a second for long."
            raise TooFast("too_fast", words, hint, retry_after=round(seconds, 2))

    def _ack(self, client: Client, data: Mapping[str, Any]) -> None:
        seq, held = data.get("seq"), data.get("held_ms", 0)
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= client.position:
            hint = 'The last fact that you got, such as {"seq": 42}.'
            raise BadMessage("bad_message", "`seq` is no fact that was sent to you.", hint)
        if isinstance(held, bool) or not isinstance(held, int | float) or not 0 <= held <= HELD_MOST_MS:
            hint = f"0 to {HELD_MOST_MS}: milliseconds from its arrival to this message."
            raise BadMessage("bad_message", "`held_ms` can't be used.", hint)
        took = client.delivery.ack(seq, self._gateway.encoder.made(seq), held)
        if took is not None:
            self._gateway.stats.latencies.add(took)

    def _publish(self, client: Client, data: Mapping[str, Any]) -> Answer:
        if "events" in data:
            return self._publish_batch(client, data["events"])
        answer = self._gateway.publisher.publish(client.principal, [data])[0]
        error = answer.get("error")
        if isinstance(error, dict):
            refusal = NotPermitted(
                str(error.get("code", "bad_event")), str(error.get("message", "")), str(error.get("hint", ""))
            )
            return {"id": answer.get("id"), **self.refuse(client, refusal)}
        return answer

    def _publish_batch(self, client: Client, events: Any) -> Answer:
        """Several events as one message and one commit: `{"answers": […]}`, one each, in order."""
        if not isinstance(events, list) or len(events) > BATCH_MOST:
            hint = f"A list of at most {BATCH_MOST} events."
            raise BadMessage("bad_event", "`events` is not a list that can be taken.", hint)
        answers = self._gateway.publisher.publish(client.principal, events)
        # Counted once a message: cut off at once, a client with the wrong scope would never hear the reason.
        error = next((answer["error"] for answer in answers if answer.get("error")), None)
        if error is not None:
            self.refuse(client, NotPermitted(str(error.get("code", "bad_event")), str(error.get("message", ""))))
        return {"answers": answers}
