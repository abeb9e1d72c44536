"""The bounds within which a body is read, so that no sender can make the parser work for long."""

from __future__ import annotations

MAX_BODY_BYTES = 64 * 1024
MAX_ALERTS = 200  # in one body
MAX_DEPTH = 8
MAX_KEYS = 200
MAX_STRING_BYTES = 4096
MAX_INTEGER_DIGITS = 20  # 2**64 has 20 digits; longer literals are refused before they are converted
INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**64 - 1
MAX_FEATURES = 64
MAX_SECRETS = 50  # each is looked for in the whole body
MAX_SENTENCE = 4096  # characters; longer prose is kept, not interpreted
MAX_LIST_WORDS = 50
