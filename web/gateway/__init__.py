"""Live clients: who is connected, what each has seen, and how a fact reaches all of them in order, once.

May import events, runtime's contract and web's auth, errors and state. Entry point: `Gateway`. A message is encoded
once (`messages`), every client has a bounded queue (`outbox`) and a position (`client`), stands in one room (`rooms`)
and gets there by replay, then join (`joining`); Socket.IO, plain WebSocket and long poll are thin adapters.
"""

from runtime.unneeded import without

with without("redis", "valkey", "requests"):
    # For clients and for brokers of its own, of which the desk has neither: a sixth of the start.
    import engineio  # noqa: F401
    import socketio  # noqa: F401

from web.gateway.gateway import Gateway

__all__ = ["Gateway"]
