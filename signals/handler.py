"""What follows what: the whole behaviour of the desk on one screen.

A fact is looked up by its type and origin; each function turns it into facts, which are stored together with the
follower's position. What is not in the table triggers nothing, so nothing from outside can pose as the desk's own.
"""

from collections.abc import Callable, Mapping, Sequence

from events.envelope import Fact
from signals import entries, followers
from signals.deciding import Deciding

Handler = Callable[[Fact, Deciding], list[Fact]]

ALERT: tuple[Handler, ...] = (
    entries.score,  # entry: ask the model                       -> ml_prediction_update
    entries.decide,  # entry: size it, give the verdict          -> signal_update
    entries.close_reversed,  # reversing entry: end the opposite -> signal_update of each
    followers.record,  # update, exit, info: link and record     -> signal_update
    followers.tell_entry,  # update, exit: what it does to its entry -> signal_update of the entry
)

TABLE: Mapping[tuple[str, str], tuple[Handler, ...]] = {
    ("signal_received", "desk"): ALERT,
    ("signal_received", "external"): ALERT,
}


def handle(fact: Fact, deciding: Deciding) -> Sequence[Fact]:
    """All facts that one fact brings, in the table's order."""
    brought: list[Fact] = []
    steps = TABLE.get((fact.type, fact.origin), ())
    if steps:
        deciding.begin(fact)
    for step in steps:
        brought += step(fact, deciding)
    return brought
