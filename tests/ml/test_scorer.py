"""The scorer always answers: with a probability, or with the reason why there is none."""

import math
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from ml.errors import Refused
from ml.scorer import Scorer
from ml.serving import LoadedModel, Prediction
from tests.support.patience import PATIENCE

FEATURES = {"long": 1.0}


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def direct(fn: Callable[..., Any], *args: Any, timeout: float | None = None) -> Any:
    """A lane that is always free."""
    return fn(*args)


def model(predict: Callable[[Mapping[str, float]], Any]) -> LoadedModel:
    return LoadedModel("m1", False, predict, {"n": 3})


class PoolLane:
    """A lane of one plain thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)

    def call(self, fn: Callable[..., Any], *args: Any, timeout: float | None = None) -> Any:
        return self._pool.submit(fn, *args).result(timeout)

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def lane() -> Iterator[PoolLane]:
    lane = PoolLane()
    yield lane
    lane.close()


def raising(features: Mapping[str, float]) -> Prediction:
    raise ZeroDivisionError


def exiting(features: Mapping[str, float]) -> Prediction:
    sys.exit(3)


@pytest.mark.parametrize(
    ("predict", "reason"),
    [
        (raising, "model_error"),
        (exiting, "model_error"),
        (lambda f: Prediction(math.nan), "model_not_a_number"),
        (lambda f: Prediction(math.inf), "model_not_a_number"),
        (lambda f: Prediction(1.2), "model_not_a_number"),
        (lambda f: Prediction(0.5, math.nan, 0.6), "model_not_a_number"),
        (lambda f: Prediction(0.5, contributions=(("long", 1.0, math.inf),)), "model_not_a_number"),
        (lambda f: [0.5, 0.5], "model_wrong_shape"),
        (lambda f: None, "model_wrong_shape"),
    ],
)
def test_a_misbehaving_model_gives_a_reason(predict: Callable[..., Any], reason: str) -> None:
    """A model that raises, exits, or returns nonsense yields no probability, says why, and never raises."""
    scorer = Scorer(direct)
    scorer.use(model(predict))
    score = scorer.score(FEATURES)
    assert (score.probability, score.reason, score.model_id) == (None, reason, "m1")


def test_a_good_model_is_passed_through() -> None:
    """What the model says arrives whole, with the model's id."""
    told = Prediction(0.6, 0.5, 0.7, (("baseline", 0.5, 0.1), ("long", 1.0, 0.3)))
    scorer = Scorer(direct)
    scorer.use(model(lambda f: told))
    score = scorer.score(FEATURES)
    assert (score.probability, score.probability_low, score.probability_high) == (0.6, 0.5, 0.7)
    assert (score.contributions, score.reason, score.model_id) == (told.contributions, None, "m1")


def test_a_slow_model_meets_its_deadline(lane: PoolLane) -> None:
    """A model that does not answer is left behind at the deadline, in a native lane, and the score says so."""
    scorer, answers = Scorer(lane.call, timeout=0.05), threading.Event()
    scorer.use(model(lambda f: answers.wait(PATIENCE) and Prediction(0.5)))
    assert scorer.score(FEATURES).reason == "model_timeout"
    assert not answers.is_set()
    answers.set()


def test_the_breaker_opens_and_half_opens() -> None:
    """After three failures nothing is asked for 30 s; then one attempt decides whether it opens again or closes."""
    clock, asked, healthy = Clock(), [], []

    def predict(features: Mapping[str, float]) -> Prediction:
        asked.append(clock.now)
        if not healthy:
            raise RuntimeError
        return Prediction(0.5)

    scorer = Scorer(direct, clock=clock)
    scorer.use(model(predict))
    assert [scorer.score(FEATURES).reason for _ in range(5)] == ["model_error"] * 3 + ["breaker_open"] * 2
    clock.now = 29.9
    assert scorer.score(FEATURES).reason == "breaker_open"
    clock.now = 30.0
    assert scorer.score(FEATURES).reason == "model_error"
    assert scorer.score(FEATURES).reason == "breaker_open"
    clock.now = 60.0
    healthy.append(True)
    assert [scorer.score(FEATURES).reason for _ in range(3)] == [None] * 3
    assert asked == [0.0, 0.0, 0.0, 30.0, 60.0, 60.0, 60.0]


def test_failures_must_be_in_a_row() -> None:
    """A success between failures keeps the breaker closed."""
    answers = iter([math.nan, math.nan, 0.5, math.nan, math.nan, 0.5])
    scorer = Scorer(direct)
    scorer.use(model(lambda f: Prediction(next(answers))))
    assert "breaker_open" not in [scorer.score(FEATURES).reason for _ in range(6)]


def test_a_new_model_starts_with_a_closed_breaker() -> None:
    """Replacing a failing model does not make the new one wait."""
    scorer = Scorer(direct)
    scorer.use(model(raising))
    for _ in range(4):
        scorer.score(FEATURES)
    scorer.use(model(lambda f: Prediction(0.4)))
    assert scorer.score(FEATURES).probability == 0.4


def test_without_a_model_the_reason_is_told() -> None:
    """Missing, refused and training are told apart in the description; the score carries the code."""
    scorer = Scorer(direct)
    assert scorer.score(FEATURES).reason == "model_missing"
    assert scorer.describe()["status"] == "missing"
    scorer.use(None, training=True)
    assert (scorer.score(FEATURES).reason, scorer.describe()["status"]) == ("model_missing", "training")
    scorer.use(None, Refused("model_refused_hash", "not the bytes that were promised"))
    assert scorer.score(FEATURES).reason == "model_refused_hash"
    assert (scorer.describe()["status"], scorer.describe()["reason"]) == ("refused", "model_refused_hash")


def test_a_closed_lane_is_one_more_reason(lane: PoolLane) -> None:
    """A lane that takes no jobs any more does not make the scorer raise."""
    lane.close()
    scorer = Scorer(lane.call)
    scorer.use(model(lambda f: Prediction(0.5)))
    assert scorer.score(FEATURES).reason == "model_error"


def test_only_our_own_arithmetic_is_asked_on_the_spot() -> None:
    """A quick model costs no thread, and is held to the same: nonsense is a reason. Any other goes through the lane."""
    asked: list[str] = []

    def lane(fn: Callable[..., Any], *args: Any, timeout: float | None = None) -> Any:
        asked.append("lane")
        return fn(*args)

    scorer = Scorer(lane)
    scorer.use(replace(model(lambda f: Prediction(0.6)), quick=True))
    assert scorer.score(FEATURES).probability == pytest.approx(0.6)
    scorer.use(replace(model(lambda f: Prediction(math.nan)), quick=True))
    assert scorer.score(FEATURES).reason == "model_not_a_number"
    assert asked == []
    scorer.use(model(lambda f: Prediction(0.6)))
    scorer.score(FEATURES)
    assert asked == ["lane"]
