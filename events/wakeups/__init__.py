"""Tells the other processes of a desk that something was committed, and the newest passing updates, at once.

A small commit travels with its facts, of a larger one only how far it reaches. The database has them all, and each
process also looks there by itself, so a lost wake-up costs a poll and never a fact. May import events and runtime's
contract. Entry points: `carrier_for` and `Wakeups`.
"""

from events.wakeups.carriers import carrier_for
from events.wakeups.contract import Away, Carrier
from events.wakeups.wakeups import Wakeups

__all__ = ["Away", "Carrier", "Wakeups", "carrier_for"]
