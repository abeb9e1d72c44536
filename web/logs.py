"""Logging for people or machines, with every secret removed from the finished line, whoever wrote it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Literal

from runtime.unneeded import without

with without("rich"):  # coloured tracebacks, where a development's tool brought it: a log looks the same everywhere
    import structlog

REMOVED = "[removed]"
# What looks like a secret though the settings don't hold it: tokens in paths, headers, cookies and connection URLs.
PATTERNS = (
    (re.compile(r"(/webhook/)[^\s\"'?]+"), rf"\1{REMOVED}"),
    (re.compile(r"(/login/)[^\s\"'?]+"), rf"\1{REMOVED}"),
    (re.compile(r"(?i)(bearer\s+)[\w.~-]+"), rf"\1{REMOVED}"),
    (re.compile(r"(signaldesk_\d+(?:_device)?=)[^\s;\"']+"), rf"\1{REMOVED}"),
    (
        re.compile(
            r"(?i)((?:secret|passphrase|password|token|api_?key|signal_?token)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&}]+"
        ),
        rf"\1{REMOVED}",
    ),
    (re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+@"), rf"\1{REMOVED}@"),
)


class Redacting(logging.Formatter):
    """Formats as `inner` does, then removes secrets: known ones by value, others by where they stand."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._inner.format(record), self._secrets)


def redact(line: str, secrets: Iterable[str] = ()) -> str:
    """`line` without secrets."""
    for secret in secrets:
        line = line.replace(secret, REMOVED)
    for pattern, kept in PATTERNS:
        line = pattern.sub(kept, line)
    return line


def install(level: str, style: Literal["text", "json"], secrets: Iterable[str]) -> None:
    """Send every log record of the process, ours and the libraries', to stdout. Called on the loop, once."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor]
    if style == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    inner = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Redacting(inner, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries that tell each request or step: their info is our debug.
    for name in ("alembic", "werkzeug", "engineio", "socketio", "geventwebsocket", "urllib3"):
        logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "WARNING")
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
