"""What can go wrong with an alert, and the words in which its sender is told.

SignalError
└── Unusable      the body cannot be acted on; its code stands in docs/reasons.md
"""

from __future__ import annotations


class SignalError(Exception):
    """Base of every error of this package: a reason code, a message and a hint for people."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint


class Unusable(SignalError):
    """An alert that must be refused; `redacted` is its body without secrets, fit to be stored."""

    def __init__(self, code: str, message: str, hint: str, status: int, redacted: str = "") -> None:
        super().__init__(code, message, hint)
        self.status = status
        self.redacted = redacted


#: code -> (HTTP status, message, hint). A 4xx is never resent by TradingView, so the hint is what the user can mend.
REFUSALS: dict[str, tuple[int, str, str]] = {
    "body_too_large": (
        413,
        "The body is larger than 64 KiB.",
        "Shorten the alert message; TradingView itself sends about 4 KB at most.",
    ),
    "bad_encoding": (400, "The body is not UTF-8 text.", "Send the alert message as UTF-8 text or JSON."),
    "nul_character": (400, "The body contains a NUL character.", "Remove the character U+0000 from the message."),
    "lone_surrogate": (
        400,
        "The body contains half of a UTF-16 pair, which is not a character.",
        "Remove the broken \\ud8xx escape from the message.",
    ),
    "empty_body": (
        400,
        "The body and the query are empty.",
        'Put a message into the alert, for example {"symbol": "{{ticker}}", "side": "buy"}.',
    ),
    "empty_object": (422, "The JSON holds no field.", "Add at least a symbol and a side to the message."),
    "scalar_without_meaning": (
        422,
        "The body is a single JSON value, not an alert.",
        "Send an object, or a line such as BUY NQ1! @ 21450.25.",
    ),
    "truncated": (
        400,
        "The JSON ends before it is complete.",
        "The message was cut off; shorten it or close every quote and bracket.",
    ),
    "malformed": (
        400,
        "The JSON is broken in a way that leaves its meaning uncertain.",
        "Paste the message into the dry run to see where it breaks.",
    ),
    "too_deep": (422, "The JSON is nested deeper than 8 levels.", "Flatten the message."),
    "too_many_keys": (422, "One alert holds more than 200 fields.", "Send only the fields that matter."),
    "string_too_long": (422, "A text in the body is longer than 4 KB.", "Shorten the text."),
    "integer_too_large": (
        422,
        "A whole number in the body does not fit in 64 bits.",
        "Send such an id in quotes, as a text.",
    ),
    "number_out_of_range": (
        422,
        "A number in the body is too large to be represented.",
        "Check the expression behind the number.",
    ),
    "duplicate_keys_disagree": (422, "The same field stands twice with different values.", "Send each field once."),
    "ambiguous_number": (
        422,
        "A price could be read in two ways, such as 1,234.",
        "Send plain numbers with a dot: 1234 or 1.234.",
    ),
    "placeholders_unsubstituted": (
        422,
        "The message holds only placeholders that were never filled in.",
        "alert() text does not fill {{placeholders}}; build the message in Pine with str.tostring().",
    ),
    "sides_disagree": (
        422,
        "Two fields of the message name opposite sides.",
        "Send one side, or add the position fields that explain it.",
    ),
    "unreadable": (422, "The body could not be read.", "Paste the message into the dry run and report it."),
}


def refuse(code: str, detail: str = "") -> Unusable:
    """The refusal for a code, with an optional detail (a field name, a place) that holds no secret."""
    status, message, hint = REFUSALS[code]
    return Unusable(code, f"{message} ({detail})" if detail else message, hint, status)
