"""What can go wrong between a script and its desk. A publisher logs these; only a follower raises them.

BroadcasterError
├── NoToken             there is no token, so nothing can be sent or followed
├── Refused             the desk said no for good: a wrong token, a missing scope, an unknown type
└── LineLost            the connection ended or fell silent; the library comes back by itself
"""

from __future__ import annotations


class BroadcasterError(Exception):
    """`code` is for programs, the text for people, `hint` says what to do."""

    code = "broadcaster_error"
    hint = ""

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class NoToken(BroadcasterError):
    code = "no_token"
    hint = (
        "Set SIGNAL_DESK_TOKEN or pass token=…; `python web_server.py token --scopes publish --name NAME` "
        "on the desk makes one."
    )

    def __init__(self) -> None:
        super().__init__("There is no token for the desk.")


class Refused(BroadcasterError):
    code = "refused"


class LineLost(BroadcasterError):
    code = "line_lost"
