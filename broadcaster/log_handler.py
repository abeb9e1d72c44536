"""Lets a script that logs already be seen on the desk without a changed line."""

from __future__ import annotations

import logging

from broadcaster.client import Broadcaster

# Our own words and those of the socket below us would go round in circles.
OWN = ("broadcaster", "websocket")


class BroadcastHandler(logging.Handler):
    """`logging.getLogger().addHandler(BroadcastHandler(get_broadcaster("My Script")))`."""

    def __init__(self, broadcaster: Broadcaster, level: int | str = logging.INFO) -> None:
        super().__init__(level)
        self._broadcaster = broadcaster

    def emit(self, record: logging.LogRecord) -> None:
        """One event a record; an exception's text goes along."""
        if record.name.split(".")[0] in OWN:
            return
        try:
            message = record.getMessage()
            fields = {"logger": record.name}
            if record.exc_info:
                fields["traceback"] = (self.formatter or logging.Formatter()).formatException(record.exc_info)[-8000:]
            kind = "error" if record.levelno >= logging.ERROR else "info"
            kind = "warning" if record.levelno == logging.WARNING else kind
            self._broadcaster.broadcast_event(kind, message, record.levelno, **fields)
        except Exception:  # noqa: BLE001 - logging's own rule: a handler never raises into the program
            self.handleError(record)
