"""What wake-ups ask of whatever carries them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from events.databases.contract import Statement


class Away(Exception):
    """The carrier can't be reached or does not answer; the text names the cause without any address or password."""


class Carrier(Protocol):
    """Two connections, one for each direction, made when first needed and again after `Away`.

    One task sends, another receives; both yield while they wait. `most_bytes` is the longest text that fits.
    """

    name: str
    most_bytes: int

    @property
    def in_commit(self) -> Callable[[str], Statement] | None:
        """What makes a text part of a commit, so that it is sent by its end; None where that can't be."""

    def send_at_once(self, text: str) -> bool:
        """Send a short text without yielding, while no other `send` runs; the next one learns what became of it.

        False where that can't be just now. Raises Away.
        """

    def send(self, texts: Sequence[str]) -> None:
        """To every process that listens. Raises Away within a few seconds."""

    def receive(self) -> list[str]:
        """What came, after a second at the latest; nothing, as soon as it listens, when it had to connect first.

        Raises Away.
        """

    def close_sending(self) -> None:
        """Let go of the connection; the next `send` makes another."""

    def close_receiving(self) -> None: ...
