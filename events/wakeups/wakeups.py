"""Joins one process's journal and bus to those of the others: a few tasks, a bounded memory, and nothing that waits."""

import logging
import time
from typing import Any

from events.bus import Bus
from events.commit import Tell
from events.envelope import Passing
from events.errors import EventsError
from events.journal import Journal
from events.wakeups.contract import Away, Carrier
from events.wakeups.messages import Speech
from runtime import Runtime

log = logging.getLogger("events.wakeups")
MOST_KEYS = 1_000
MOST_AT_ONCE = 100
# Commits that are told one by one; of more only how far they reach.
MOST_WORDS = 16
# Postgres refuses commits that notify when its queue is full, which a listener that stands still keeps from being cut:
# above this share commits are told without their facts, which fill it fifty times as slowly.
CROWDED = 0.1
QUEUE_USED = "SELECT pg_notification_queue_usage() AS used"
WATCH_SECONDS = 10.0
# However often somebody says hello: a sealed text can be said again by whoever has heard it.
HELLO_SECONDS = 1.0
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 2.0


class Wakeups:
    """`own` names the passing types that every process makes by itself, and so need not be told.

    Passing updates wait by key, the newest only, so a carrier that stands still costs no memory; nobody but the task
    that sends ever waits for it. By a database that carries it every commit is told before the own clients hear of it.
    Else the first in each gap is, by one send that waits for nothing, unless the task that sends is at it; the others
    are told together at the gap's end. Who begins to listen says hello and is told the newest of each key. A text that
    is said again tells nothing new: facts have their place in the journal, and an update that is not the newest of its
    key is left. Without a carrier nothing is sent, and the journal's poll finds everything.

    `key` is the desk's secret, the same in all of its processes.
    """

    def __init__(
        self,
        journal: Journal,
        bus: Bus,
        runtime: Runtime,
        carrier: Carrier | None,
        process: str,
        *,
        key: str,
        own: frozenset[str],
        gap_seconds: float,
    ) -> None:
        self._journal, self._bus, self._runtime, self._carrier = journal, bus, runtime, carrier
        self._process, self._own, self._gap = process, own, gap_seconds
        self._speech = Speech(process, journal.epoch, key)
        self._due = runtime.waiter()  # renewed after each wait; cheaper than an Event, once a commit
        self._head = 0  # committed and not told yet
        self._words: list[str] = []  # what is to be told of it
        self._unsure = 0  # told by a send whose outcome is not known yet
        self._hello = self._greeted = False  # to be said; heard and to be answered
        self._answered = -HELLO_SECONDS
        # A commit may be told without the task that sends: no other waits, and the last send did not fail.
        self._at_hand = False
        self._mine: dict[str, str] = {}  # the newest of what was published here
        self._untold: dict[str, None] = {}
        self._theirs: dict[str, str] = {}  # the newest of what came from others, by its id
        self._away: dict[str, bool] = {}
        self._stopping = False
        self._sent = self._received = self._dropped = self._refused = 0

    def start(self) -> None:
        if self._carrier is None:
            return
        in_commit = self._carrier.in_commit
        self._journal.tell_commits(Tell(self._speech.commit, in_commit))
        self._journal.on_own_commit(self._committed if in_commit is None else self._told_by_itself)
        self._bus.listen(self._told)
        self._runtime.spawn(self._send_on, self._carrier)
        self._runtime.spawn(self._receive_on, self._carrier)
        if in_commit is not None:
            self._runtime.spawn(self._watch_queue)

    def stop(self) -> None:
        """Returns at once; both connections are let go within a second or two."""
        self._stopping = True
        self._due.set()

    def stats(self) -> dict[str, Any]:
        """`carrier` is `redis`, `notify` or null; `dropped` are updates that did not fit, `refused` foreign texts."""
        connected = bool(self._away) and not any(self._away.values())
        return {
            "carrier": None if self._carrier is None else self._carrier.name,
            "connected": connected,
            "sent": self._sent,
            "received": self._received,
            "dropped": self._dropped,
            "refused": self._refused,
        }

    # On the loop, never yielding
    def _committed(self, head: int, word: str) -> None:
        if self._at_hand and self._said_at_once(word):
            self._unsure = head
        else:
            self._head = head
            if len(self._words) <= MOST_WORDS:  # one too many says so
                self._words.append(word)
        self._at_hand = False
        self._due.set()

    def _said_at_once(self, word: str) -> bool:
        try:
            return self._carrier is not None and self._carrier.send_at_once(word)
        except Away as error:
            log.debug("a commit could not be told at once: %s", error)  # the task that sends says more
            return False

    def _told_by_itself(self, head: int, word: str) -> None:
        del head, word
        self._sent += 1

    def _told(self, update: Passing) -> None:
        key = f"{update.type}:{update.key}"
        if update.type in self._own or self._theirs.get(key) == update.id:
            return
        text = self._speech.passing(update)
        if self._carrier is None or len(text.encode()) > self._carrier.most_bytes:
            self._dropped += 1
            return
        if key not in self._mine and len(self._mine) >= MOST_KEYS:
            oldest = next(iter(self._mine))
            del self._mine[oldest]
            self._untold.pop(oldest, None)
            self._dropped += 1
        self._mine[key] = text
        self._untold[key] = None
        self._due.set()

    # Sending
    def _send_on(self, carrier: Carrier) -> None:
        failures = 0
        self._at_hand = True
        while not self._stopping:
            self._due.wait()
            self._at_hand = False
            self._due = self._runtime.waiter()
            if self._stopping:
                break
            failures = 0 if self._send(carrier) else failures + 1
            # Of the commits in the gap the first is told at once, the others are one wake-up at its end.
            self._at_hand = failures == 0 and not self._words
            self._runtime.sleep(self._gap if failures == 0 else backoff(failures))
        self._let_go(carrier.close_sending)

    def _send(self, carrier: Carrier) -> bool:
        head, self._head = self._head, 0
        words, self._words = self._words, []
        unsure, self._unsure = self._unsure, 0
        hello, self._hello = self._hello, False
        keys = list(self._untold)[:MOST_AT_ONCE]
        for key in keys:
            del self._untold[key]
        texts = [self._mine[key] for key in keys]
        if head:
            texts += words if 0 < len(words) <= MOST_WORDS else [self._speech.head(head)]
        if hello:
            texts.append(self._speech.hello())
        if self._untold:
            self._due.set()
        if not texts and not unsure:
            return True
        try:
            carrier.send(texts)
        except Away as error:
            self._note("send", error)
            self._head, self._hello = max(head, unsure, self._head), hello or self._hello
            self._untold |= {key: None for key in keys if key in self._mine}
            self._due.set()
            return False
        self._note("send", None)
        self._sent += len(texts) + (unsure > 0)
        return True

    # Receiving
    def _receive_on(self, carrier: Carrier) -> None:
        failures = 0
        while not self._stopping:
            try:
                texts = carrier.receive()
            except Away as error:
                self._note("receive", error)
                failures += 1
                self._runtime.sleep(backoff(failures))
                continue
            failures = 0
            if self._away.get("receive") is not False:
                # Both ways: another's hello may have come while nobody listened here.
                self._hello = True
                self._untold |= dict.fromkeys(self._mine)
                self._due.set()
            self._note("receive", None)
            for text in texts:
                self._take(text)
            self._answer_hello()
            self._runtime.sleep(0)  # who always has something to read never yields
        self._let_go(carrier.close_receiving)

    def _take(self, text: str) -> None:
        told = self._speech.understand(text)
        if told is None:
            self._refused += 1
        elif told.by != self._process:
            self._received += told.head is not None or told.passing is not None
            if told.facts:
                self._journal.bring(told.facts)
            elif told.head is not None:
                self._journal.nudge(told.head)
            elif told.passing is not None:
                self._pass_on(told.passing)
            else:
                self._greeted = True

    def _answer_hello(self) -> None:
        """At once or, soon after the last time, with what comes next or a second later."""
        now = time.monotonic()
        if self._greeted and now - self._answered >= HELLO_SECONDS:
            self._greeted, self._answered = False, now
            self._untold |= dict.fromkeys(self._mine)
            self._due.set()

    # Postgres' own queue
    def _watch_queue(self) -> None:
        due = time.monotonic() + WATCH_SECONDS
        while not self._stopping:
            self._runtime.sleep(min(1.0, WATCH_SECONDS))
            if time.monotonic() >= due and not self._stopping:
                self._look_at_queue()
                due = time.monotonic() + WATCH_SECONDS

    def _look_at_queue(self) -> None:
        try:
            used = float(self._journal.query(QUEUE_USED)[0]["used"])
        except EventsError as error:
            log.debug("how full the queue of notifications is can't be read: %s", error.message)
            return
        brief = used > CROWDED
        if brief and not self._speech.brief:
            words = "a connection that listens stands still, and commits are refused when it is full: end it"
            log.warning("Postgres' queue of notifications is %.0f %% full; %s", used * 100, words)
        self._speech.brief = brief

    def _pass_on(self, update: Passing) -> None:
        """To this process's clients, and not back to where it came from."""
        key = f"{update.type}:{update.key}"
        known = self._bus.newest(update.type, update.key)
        if known is not None and (update.timestamp, update.id) <= (known.timestamp, known.id):
            return  # told twice, overtaken, or an old text that somebody says again
        self._mine.pop(key, None)  # it is theirs now: whoever published it last tells it
        self._untold.pop(key, None)
        if key not in self._theirs and len(self._theirs) >= MOST_KEYS:
            del self._theirs[next(iter(self._theirs))]
        self._theirs[key] = update.id
        self._bus.publish(update)

    def _note(self, way: str, error: Away | None) -> None:
        before, self._away[way] = self._away.get(way, False), error is not None
        name = "" if self._carrier is None else self._carrier.name
        if error is not None and not before:
            log.warning("wake-ups by %s: can't %s (%s); the poll finds what others commit", name, way, error)
        elif error is None and before:
            log.info("wake-ups by %s: can %s again", name, way)

    def _let_go(self, close: Any) -> None:
        try:
            close()
        except Away as error:
            log.debug("the carrier was gone already: %s", error)


def backoff(failures: int) -> float:
    return min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 10))
