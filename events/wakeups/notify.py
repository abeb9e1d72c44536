"""Wake-ups by Postgres itself: NOTIFY on a connection that waits for no disk, LISTEN on one that waits natively."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from events.databases.contract import Statement
from events.databases.postgres import NETWORK
from events.wakeups.contract import Away
from runtime import Runtime

T = TypeVar("T")
WAIT_SECONDS = 1.0
# Connecting may take two seconds, a statement one and a half.
CALL_SECONDS = 5.0
# Without values of its own a statement is one message and needs no plan. Nothing is stored, so nothing need be synced.
SEND = sql.SQL("NOTIFY {}, {}")
TELL = "SELECT pg_notify(:channel, :text)"
OPTIONS = "-c statement_timeout=1500 -c synchronous_commit=off"


class Notify:
    """Implements events.wakeups.contract.Carrier."""

    name = "notify"
    most_bytes = 7_900  # Postgres refuses 8,000

    def __init__(self, url: str, channel: str, runtime: Runtime) -> None:
        self._url = f"postgresql://{url.partition('://')[2]}"
        self._channel = channel
        self._sender: psycopg.Connection[Any] | None = None
        self._receiver: psycopg.Connection[Any] | None = None
        self._sending = runtime.lane("wakeups-send", 1)
        self._receiving = runtime.lane("wakeups-receive", 1)

    @property
    def in_commit(self) -> Callable[[str], Statement]:
        return lambda text: (TELL, {"channel": self._channel, "text": text})

    def send_at_once(self, text: str) -> bool:
        del text
        return False  # only a native thread may wait for Postgres; a commit brings its own text along

    def send(self, texts: Sequence[str]) -> None:
        _within(self._sending.call, self._send, tuple(texts))

    def receive(self) -> list[str]:
        return _within(self._receiving.call, self._receive)

    def close_sending(self) -> None:
        _within(self._sending.call, self._drop_sender)

    def close_receiving(self) -> None:
        _within(self._receiving.call, self._drop_receiver)

    # In the native threads
    def _send(self, texts: Sequence[str]) -> None:
        try:
            if self._sender is None:
                self._sender = self._connect()
            channel = sql.Identifier(self._channel)
            self._sender.execute(sql.SQL(";").join(SEND.format(channel, sql.Literal(text)) for text in texts))
        except BaseException:
            self._drop_sender()
            raise

    def _receive(self) -> list[str]:
        try:
            if self._receiver is None:
                self._receiver = self._connect()
                self._receiver.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                return []
            return [told.payload for told in self._receiver.notifies(timeout=WAIT_SECONDS, stop_after=1)]
        except BaseException:
            self._drop_receiver()
            raise

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, autocommit=True, options=OPTIONS, **NETWORK)

    def _drop_sender(self) -> None:
        dropped, self._sender = self._sender, None
        if dropped is not None:
            dropped.close()

    def _drop_receiver(self) -> None:
        dropped, self._receiver = self._receiver, None
        if dropped is not None:
            dropped.close()


def _within(call: Callable[..., T], job: Callable[..., T], *args: Any) -> T:
    try:
        return call(job, *args, timeout=CALL_SECONDS)
    except (psycopg.Error, OSError, TimeoutError, RuntimeError) as error:
        raise Away(type(error).__name__) from None
