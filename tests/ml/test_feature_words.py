"""The pages name every feature in the trader's words: a new one without words would show as a variable's name."""

import re
from pathlib import Path

from ml.features import NAMES

WORDS = Path(__file__).parents[2] / "dashboard/src/components/signal/features.ts"


def test_every_feature_has_words() -> None:
    """Seen to fail with a line of the words taken out."""
    told = set(re.findall(r'^  (\w+): "', WORDS.read_text(), re.MULTILINE))
    assert set(NAMES) - told == set()
    assert told - set(NAMES) == set(), "words of features that no longer are"
