"""Wake-ups by Redis: publish and subscribe, never a queue, so that a Redis that stands still fills nothing."""

from collections.abc import Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from events.wakeups.contract import Away

WAIT_SECONDS = 1.0
# A Redis that was frozen answers late or never: nobody waits for it but the one task that sends.
ANSWER_SECONDS = 1.0
MOST_AT_ONCE = 500


class PubSub:
    """Implements events.wakeups.contract.Carrier, over the engine's own sockets."""

    name = "redis"
    most_bytes = 64 * 1024
    in_commit: None = None

    def __init__(self, url: str, channel: str, *, verify_tls: bool) -> None:
        self._url, self._channel = url, channel
        tls = {} if verify_tls else {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
        self._options: dict[str, Any] = {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
            **(tls if url.startswith("rediss://") else {}),
        }
        self._sender: redis.Redis | None = None
        self._receiving: redis.Redis | None = None  # its end closes the connection of its subscription
        self._receiver: Any = None

    def send(self, texts: Sequence[str]) -> None:
        try:
            if self._sender is None:
                self._sender = redis.Redis.from_url(self._url, **self._options)
            if len(texts) == 1:  # as nearly always; a pipeline takes the loop twice as long
                self._sender.publish(self._channel, texts[0])
                return
            batch = self._sender.pipeline(transaction=False)
            for text in texts:
                batch.publish(self._channel, text)
            batch.execute()
        except (redis.RedisError, OSError) as error:
            self.close_sending()
            raise Away(type(error).__name__) from None

    def receive(self) -> list[str]:
        try:
            if self._receiver is None:
                self._receiving = redis.Redis.from_url(self._url, **self._options)
                self._receiver = self._receiving.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                self._receiver.subscribe(self._channel)
            found: list[str] = []
            wait = WAIT_SECONDS
            while len(found) < MOST_AT_ONCE:
                told = self._receiver.get_message(timeout=wait)
                if told is None:
                    break
                found.append(told["data"].decode("utf-8", "replace"))
                wait = 0.0
            return found
        except (redis.RedisError, OSError) as error:
            self.close_receiving()
            raise Away(type(error).__name__) from None

    def close_sending(self) -> None:
        dropped, self._sender = self._sender, None
        if dropped is not None:
            dropped.close()

    def close_receiving(self) -> None:
        for dropped in (self._receiver, self._receiving):
            if dropped is not None:
                dropped.close()
        self._receiver = self._receiving = None
