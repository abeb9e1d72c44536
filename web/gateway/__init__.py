"""Live clients: who is connected, what each has seen, and how a fact reaches all of them in order, once.

May import events, runtime's contract and web's auth, errors and state. Entry point: `Gateway`. A message is encoded
once (`messages`), every client has a bounded queue (`outbox`) and a position (`client`), stands in one room (`rooms`)
and gets there by replay, then join (`joining`); Socket.IO, plain WebSocket and long poll are thin adapters.
"""

from web.gateway.gateway import Gateway

__all__ = ["Gateway"]
