"""Wake-ups by Redis: publish and subscribe, never a queue, so that a Redis that stands still fills nothing."""

import time
from collections.abc import Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from events.wakeups.contract import Away

WAIT_SECONDS = 1.0
# A Redis that was frozen answers late or never: nobody waits for it but the one task that sends.
ANSWER_SECONDS = 1.0
IDLE_SECONDS = 5.0


class PubSub:
    """Implements events.wakeups.contract.Carrier, over the engine's own sockets.

    It uses the library's connections without its clients: those wait for each answer, and take the loop three times as
    long for a message.
    """

    name = "redis"
    most_bytes = 64 * 1024
    in_commit: None = None

    def __init__(self, url: str, channel: str, *, verify_tls: bool) -> None:
        self._channel = channel
        tls = {} if verify_tls else {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
        self._pool = redis.ConnectionPool.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            **(tls if url.startswith("rediss://") else {}),
        )
        self._sender: Any = None
        self._unanswered, self._used = 0, 0.0
        self._receiver: Any = None

    def send(self, texts: Sequence[str]) -> None:
        try:
            if not self._stands():
                self._sender = self._connected()
            if texts:
                self._publish(texts)
            while self._unanswered:
                self._sender.read_response()
                self._unanswered -= 1
        except (redis.RedisError, OSError) as error:
            self.close_sending()
            raise Away(type(error).__name__) from None

    def send_at_once(self, text: str) -> bool:
        try:
            if self._unanswered or not self._stands():
                return False
            # Nothing lies in the socket, so it takes this without waiting, whatever Redis does.
            self._publish([text])
        except (redis.RedisError, OSError) as error:
            self.close_sending()
            raise Away(type(error).__name__) from None
        return True

    def _stands(self) -> bool:
        """Whether the connection may be used: Redis closes what was idle for some minutes."""
        if self._sender is not None and not self._unanswered and time.monotonic() - self._used > IDLE_SECONDS:
            try:
                unusable = bool(self._sender.can_read(timeout=0))
            except (redis.RedisError, OSError):
                unusable = True
            if unusable:
                self.close_sending()
        return self._sender is not None

    def _publish(self, texts: Sequence[str]) -> None:
        pack = self._sender.pack_command
        parts = [part for text in texts for part in pack("PUBLISH", self._channel, text)]
        self._sender.send_packed_command([b"".join(parts)])
        self._unanswered += len(texts)
        self._used = time.monotonic()

    def receive(self) -> list[str]:
        try:
            if self._receiver is None:
                self._receiver = self._connected()
                self._receiver.send_command("SUBSCRIBE", self._channel)
                self._receiver.read_response()
                return []
            return self._heard()
        except (redis.RedisError, OSError) as error:
            self.close_receiving()
            raise Away(type(error).__name__) from None

    def _heard(self) -> list[str]:
        try:
            kind, _, said = self._receiver.read_response(disconnect_on_error=False, timeout=WAIT_SECONDS)
        except redis.TimeoutError:
            return []
        return [said.decode("utf-8", "replace")] if kind == b"message" else []

    def _connected(self) -> Any:
        connection: Any = self._pool.make_connection()
        connection.connect()
        return connection

    def close_sending(self) -> None:
        dropped, self._sender, self._unanswered = self._sender, None, 0
        if dropped is not None:
            dropped.disconnect()

    def close_receiving(self) -> None:
        dropped, self._receiver = self._receiver, None
        if dropped is not None:
            dropped.disconnect()
