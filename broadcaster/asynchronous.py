"""The same for asyncio: nothing blocks the event loop, because all waiting is done in threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

from broadcaster.client import Broadcaster, Stats, get_broadcaster
from broadcaster.following import Event, Follower


class AsyncBroadcaster:
    """A Broadcaster whose waits are awaited; `broadcast_event` needs no await, it returns at once."""

    def __init__(self, broadcaster: Broadcaster) -> None:
        self.broadcaster = broadcaster

    def broadcast_event(self, event_type: str, message: str, level: str | int = "INFO", **fields: Any) -> None:
        """As Broadcaster.broadcast_event."""
        self.broadcaster.broadcast_event(event_type, message, level, **fields)

    @property
    def stats(self) -> Stats:
        return self.broadcaster.stats

    async def flush(self, timeout: float | None = 5.0) -> bool:
        """As Broadcaster.flush."""
        return await asyncio.to_thread(self.broadcaster.flush, timeout)

    async def close(self, timeout: float = 5.0) -> bool:
        """As Broadcaster.close."""
        return await asyncio.to_thread(self.broadcaster.close, timeout)

    async def __aenter__(self) -> AsyncBroadcaster:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()


def get_async_broadcaster(source: str | None = None, **options: Any) -> AsyncBroadcaster:
    """As get_broadcaster, for asyncio."""
    return AsyncBroadcaster(get_broadcaster(source, **options))


async def follow_async(
    types: Iterable[str] | None = None, since: int | Mapping[str, Any] | None = None, **options: Any
) -> AsyncIterator[Event]:
    """`async for event in follow_async(types=[…]): …`; arguments as Follower's."""
    follower = Follower(types, since, **options)
    loop = asyncio.get_running_loop()
    # A thread of its own: one that waits for hours must not take a place in the loop's shared pool.
    thread = ThreadPoolExecutor(1, thread_name_prefix="broadcaster follow")
    try:
        while (event := await loop.run_in_executor(thread, next, follower, None)) is not None:
            yield event
    finally:
        follower.close()
        thread.shutdown(wait=False)
