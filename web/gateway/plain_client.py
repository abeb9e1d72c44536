"""One client of `/ws`: what its messages mean, how it is answered, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from events import wire
from events.clock import new_id
from web.gateway.client import Client
from web.gateway.errors import BadMessage
from web.gateway.greeting import Greeting
from web.gateway.joining import POLICY, TRY_AGAIN, Position
from web.gateway.messages import Message
from web.gateway.packets import Packet
from web.gateway.stats import refusal_envelope

if TYPE_CHECKING:
    from web.auth import Principal
    from web.gateway.gateway import Gateway
    from web.gateway.websocket import WebSocket

# How long one that is let go for what it said has to hear why.
HEAR_SECONDS = 1.0
# What is asked by these is told in the answer; other messages are answered where they bring an `id`.
ANSWERED = frozenset({"history", "playback", "playback_control"})


class PlainClient:
    """Implements web.gateway.websocket.Reader and web.gateway.pings.Pinged. `begin` it, then let it follow."""

    __slots__ = ("_asked", "_client", "_gateway", "_greeted", "_socket")

    def __init__(self, gateway: Gateway, socket: WebSocket, principal: Principal, about: dict[str, Any]) -> None:
        self._gateway, self._socket = gateway, socket
        self._asked = 0.0
        self._greeted = False
        outbox = gateway.new_outbox()
        self._client = Client(new_id(), "ws", principal, outbox, self._close, about, gateway.new_allowance())
        outbox.on_over = self._over
        outbox.line = socket.line
        outbox.write_with(self._deliver, self._hung_up)

    def begin(self, asked: Mapping[str, Any]) -> None:
        """Count it, bring it what it asked for, and listen to it."""
        client, gateway = self._client, self._gateway
        gateway.remember(client)
        gateway.pings.add(self)
        self._socket.follow(self, client.outbox)
        try:
            greeting = Greeting.read(asked)
        except BadMessage as error:
            # Whoever mistypes what it wants must not be sent everything instead.
            self._tell(gateway.commands.refuse(client, error)["error"])
            client.outbox.wait_drained(HEAR_SECONDS)
            client.close(POLICY, error.code)
            return
        self._greeted = True
        client.subscription = greeting.wanted
        if client.principal.may("read"):
            gateway.runtime.spawn(gateway.joining.welcome, client, greeting.position, greeting.history)

    # Sending
    def _deliver(self, packet: Packet) -> None:
        self._socket.line.send_packet(packet)

    def _over(self) -> None:
        self._gateway.overrun(self._client)

    def _hung_up(self) -> None:
        if not self._client.gone:
            self._client.close(TRY_AGAIN, "it hung up")

    def _close(self, code: int, reason: str) -> None:
        self._gateway.forget(self._client)
        self._socket.close(code, reason)
        self._client.outbox.clear()

    # Pings
    def ping(self, at: float) -> bool:
        if self._client.gone:
            return False
        self._asked = at
        self._socket.ping()
        return True

    def pong(self) -> None:
        if self._asked:  # an answer that nobody asked for must not make another ping
            self._asked = 0.0
            self._gateway.pings.add(self)

    def late(self, at: float) -> None:
        if self._asked == at:
            self._client.close(POLICY, "Ping/Pong timeout")

    # Listening
    def at_once(self, message: str | bytes) -> bool:
        del message
        return False

    def ended(self) -> None:
        self._client.ended()
        self._gateway.forget(self._client)
        self._client.outbox.join_writer()

    def take(self, message: str | bytes) -> None:
        client = self._client
        if client.gone or not self._greeted:
            return
        try:
            said = read(message)
        except BadMessage as error:
            self._tell(self._gateway.commands.refuse(client, error)["error"])
            return
        name = said.get("op")
        if name == "auth":  # it is known already: what is left of it is what it wants, and its position
            if "types" in said or "symbols" in said:
                self._answer("subscribe", said)
            if Position.read(said.get("epoch"), said.get("seq")) is None:
                return
            name = "resume"
        self._answer(str(name), said)

    def _answer(self, name: str, message: Mapping[str, Any]) -> None:
        client = self._client
        found = self._gateway.commands.take(client, name, message)
        if found is None or client.gone:
            return
        if name == "publish":
            client.outbox.put(Packet.text(wire.encode({"op": "ack", **found})))
        elif "id" in message or (name in ANSWERED and "error" not in found):
            told = {"op": "answer", "to": name, "id": message.get("id"), **found}
            client.outbox.put(Packet.text(wire.encode(told)))
        elif "error" in found:
            self._tell(found["error"])

    def _tell(self, error: dict[str, Any]) -> None:
        if not self._client.gone:
            self._client.send(Message(refusal_envelope(self._client.id, error)))


def read(received: str | bytes) -> Mapping[str, Any]:
    """One message. Raises BadMessage."""
    try:
        message = wire.decode(received.encode() if isinstance(received, str) else received)
    except ValueError as error:
        raise BadMessage(
            "bad_message", f"The message can't be read: {error}.", 'Such as {"op": "subscribe"}.'
        ) from None
    if not isinstance(message, Mapping):
        raise BadMessage("bad_message", "The message is not an object.", 'Such as {"op": "subscribe"}.')
    return message
