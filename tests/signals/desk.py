"""A desk without its web floor: real journal, real parser, real pipeline, and a model that says what a test wants."""

import json
import time
from pathlib import Path
from typing import Any

from events.journal import CursorMove, Journal, Unit, open_journal
from ml.scorer import Score
from runtime import make
from signals.intake import Answer, Intake
from signals.pipeline import Pipeline
from signals.rows import get_signal
from signals.rules import SizingRules
from signals.sources import Sources

TOKEN = "test-webhook-token-7d793037a076"
SECRET_KEY = "test-secret-key-0cc175b9c0f1b6a831c399e269772661"


def told(probability: float | None = None, *, starter: bool = False, reason: str | None = None) -> Score:
    """A model's answer whose lower bound is the probability itself."""
    return Score(
        probability=probability,
        probability_low=probability,
        probability_high=probability,
        model_id=None if probability is None else "a-model",
        starter=starter,
        contributions=(),
        reason=reason,
        elapsed_ms=0.1,
    )


class Model:
    """Stands in for `ml.scorer.Scorer`: answers as told, counts the questions, and can be slow."""

    def __init__(self) -> None:
        self.answer = told(reason="model_missing")
        self.asked = 0
        self.seconds = 0.0

    def score(self, features: dict[str, float]) -> Score:
        self.asked += 1
        time.sleep(self.seconds)
        return self.answer


class Desk:
    """`post` as TradingView would, `work` as the follower would (one commit a batch), then look."""

    def __init__(self, url: str, rules: SizingRules | None = None) -> None:
        self.journal: Journal = open_journal(url, make("threads"))
        self.model = Model()
        self.sources = Sources(self.journal, SECRET_KEY, TOKEN)
        self.intake = Intake(self.journal, self.sources)
        self.rules = rules or SizingRules()
        self.pipeline = Pipeline(self.journal, self.model, self.rules, self.intake.stopwatch)  # type: ignore[arg-type]
        self.position = 0

    def post(self, body: str | bytes | dict[str, Any], *, token: str | None = TOKEN, **query: str) -> Answer:
        if isinstance(body, dict):
            body = json.dumps(body)
        raw = body.encode() if isinstance(body, str) else body
        return self.intake.accept(
            path_token=token, body=raw, content_type="application/json", query=query, received_ns=time.time_ns()
        )

    def send(self, body: str | dict[str, Any], **query: str) -> str:
        """Posts an alert that must be accepted; its id."""
        answer = self.post(body, **query)
        assert answer.status == 200, answer
        assert answer.body["status"] == "accepted", answer
        return str(answer.body["signal_id"])

    def work(self, batch: int = 64) -> None:
        """Handles all that waits, a batch a commit."""
        while facts := self.journal.after(self.position, batch):
            outputs = self.pipeline.handle(facts)
            move = CursorMove("pipeline", self.position, facts[-1].seq or 0)
            self.journal.append(Unit(entries=[entry for brought in outputs for entry in brought], cursor=move))
            self.position = facts[-1].seq or 0

    def signal(self, id: str) -> dict[str, Any]:
        found = get_signal(self.journal, id)
        assert found is not None
        return found

    def decide(self, body: str | dict[str, Any], **query: str) -> dict[str, Any]:
        """Posts one alert and works until it is decided; the signal."""
        id = self.send(body, **query)
        self.work()
        return self.signal(id)

    def facts(self, type: str | None = None) -> list[Any]:
        found: list[Any] = []
        while page := self.journal.after(found[-1].seq if found else 0):
            found += page
        return [fact for fact in found if type in (None, fact.type)]


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'desk.db'}"


def codes(signal: dict[str, Any]) -> list[str]:
    return [why["code"] for why in signal["reasons"]]


def entry(**fields: Any) -> dict[str, Any]:
    """A complete long entry: MNQ with a stop 90 points away."""
    return {"symbol": "MNQ1!", "side": "buy", "price": 21450.25, "stop": 21360.25, "target": 21630.25} | fields
