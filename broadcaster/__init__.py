"""What a trading script imports to report to a Signal Desk and to follow it; it never makes the script wait.

Depends on nothing of the house: only the standard library and websocket-client. Entry points: `get_broadcaster`,
`DataPublisher`, `follow`.
"""

from broadcaster.asynchronous import AsyncBroadcaster, follow_async, get_async_broadcaster
from broadcaster.client import ACTIVITIES, Broadcaster, Stats, get_broadcaster
from broadcaster.errors import BroadcasterError, NoToken, Refused
from broadcaster.following import Follower, follow
from broadcaster.log_handler import BroadcastHandler
from broadcaster.publisher import DataPublisher

__all__ = [
    "ACTIVITIES",
    "AsyncBroadcaster",
    "BroadcastHandler",
    "Broadcaster",
    "BroadcasterError",
    "DataPublisher",
    "Follower",
    "NoToken",
    "Refused",
    "Stats",
    "follow",
    "follow_async",
    "get_async_broadcaster",
    "get_broadcaster",
]
