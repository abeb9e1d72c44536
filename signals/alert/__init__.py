"""Turns the bytes of a webhook into alerts, or into a reason why not.

Pure: no I/O, no clock of its own. May import nothing of the house but `signals.errors`.
Entry points: `parse`, `find_secrets`, `freshness`, `fields_of`.
"""

from signals.alert.model import Alert, Freshness, Intent, Kind, Parsed, Side, SourceRules
from signals.alert.moment import freshness
from signals.alert.parser import find_secrets, parse
from signals.alert.teaching import fields_of
from signals.errors import Unusable

__all__ = [
    "Alert",
    "Freshness",
    "Intent",
    "Kind",
    "Parsed",
    "Side",
    "SourceRules",
    "Unusable",
    "fields_of",
    "find_secrets",
    "freshness",
    "parse",
]
