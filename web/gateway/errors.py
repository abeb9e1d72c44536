"""What can be wrong with a client's message: told to the client and counted, never raised further.

BadMessage          it can't be used: `code`, `message`, `hint` as everywhere
├── NotPermitted    the client's token lacks a scope
└── TooFast         more messages than a person or a script needs
"""

from __future__ import annotations

from typing import Any


class BadMessage(Exception):
    """`code` is a reason code of docs/reasons.md."""

    status = 400

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint

    def error(self) -> dict[str, Any]:
        """The one shape of a refusal, without its wrapper."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class NotPermitted(BadMessage):
    status = 403


class TooFast(BadMessage):
    status = 429
