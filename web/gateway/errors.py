"""What can be wrong with a client's message: told to the client and counted, never raised further.

BadMessage          it can't be used: `code`, `message`, `hint` as everywhere
├── NotPermitted    the client's token lacks a scope
├── TooFast         more messages than a person or a script needs
│   └── OverQuota   more than its token may publish: nothing of it was taken, and it is no sign of harm
└── TooMany         more connections than one login or address may have
"""

from __future__ import annotations

from typing import Any


class BadMessage(Exception):
    """`code` is a reason code of docs/reasons.md."""

    status = 400

    def __init__(self, code: str, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.retry_after = code, message, hint, retry_after

    def error(self) -> dict[str, Any]:
        """The one shape of a refusal, without its wrapper; `retry_after` in seconds where waiting helps."""
        said = {"code": self.code, "message": self.message, "hint": self.hint}
        return said if self.retry_after is None else said | {"retry_after": self.retry_after}


class NotPermitted(BadMessage):
    status = 403


class TooFast(BadMessage):
    status = 429


class OverQuota(TooFast):
    pass


class TooMany(BadMessage):
    status = 429
