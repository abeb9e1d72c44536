"""Which carrier a desk has: Redis where there is one, else Postgres, else none, and the poll does it alone."""

from events.wakeups.contract import Carrier
from runtime import Runtime


def carrier_for(
    runtime: Runtime, desk: str, *, database_url: str, redis_url: str, verify_tls: bool = True
) -> Carrier | None:
    """`desk` keeps two desks on one Redis apart: the journal's epoch. None with SQLite, which has one process."""
    channel = f"signal_desk:{desk}"
    if not database_url:
        return None
    if redis_url:
        from events.wakeups.pubsub import PubSub

        return PubSub(redis_url, channel, verify_tls=verify_tls)
    from events.wakeups.notify import Notify

    return Notify(database_url, channel, runtime)
