"""What training promises: no leak, the same model twice, and figures that know what chance can do."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ml import estimator
from ml.bars import Floats, Ints, simulate
from ml.dataset import Dataset, from_bars, joined, known_at
from ml.entries import Record, Rule, barriers, indicators, signal
from ml.errors import TrainingError
from ml.features import FEATURES_HASH, NAMES, compute
from ml.figures import auc, brier, ece, log_loss, null_band, reliability
from ml.labels import label
from ml.training import Trained, out_of_sample, train
from ml.validation import walk_forward
from tests.support.patience import PATIENCE

SEEDS = range(100, 108)


@pytest.fixture(scope="module")
def walks() -> Dataset:
    """Random walks: nothing in them can be known beforehand."""
    return joined([from_bars(simulate(seed, 12_000), Rule()) for seed in SEEDS])


def test_random_walks_can_not_be_predicted(walks: Dataset) -> None:
    """Time-ordered AUC on random-walk bars is 0.5 within 0.05; a leak would show as more."""
    p, y, _ = out_of_sample(walks)
    print(f"n={len(y)} auc={auc(p, y):.3f} seeds={list(SEEDS)}")
    assert len(y) > 2000
    assert abs(auc(p, y) - 0.5) <= 0.05


def test_a_leak_would_show(walks: Dataset) -> None:
    """The check can fail: with a faint copy of the outcome among the features the AUC leaves the band."""
    x = walks.x.copy()
    x[:, NAMES.index("strength")] = 0.6 * walks.y + np.random.default_rng(1).standard_normal(len(walks))
    p, y, _ = out_of_sample(Dataset(x, walks.y, walks.start, walks.end, 0))
    assert auc(p, y) > 0.55


def test_nothing_tested_was_known_while_learning() -> None:
    """Purged and embargoed: every learning outcome was known an hour before the next window's first decision."""
    data = joined([from_bars(simulate(seed, 6_000), Rule(limit=96)) for seed in (1, 2, 3)])
    splits = list(walk_forward(data.start, data.end, folds=5, embargo=3600.0))
    assert len(splits) == 5
    for split in splits:
        assert data.end[split.fit].max() <= data.start[split.calibrate].min() - 3600
        assert data.end[split.calibrate].max() <= data.start[split.test].min() - 3600
        assert data.start[split.fit].max() <= data.start[split.calibrate].min()


def test_training_twice_gives_the_same_bytes(starter: Trained, tmp_path: Path) -> None:
    """The starter, trained again in a process of its own, is the same file; its line on stdout tells its hash."""
    command = [sys.executable, "-m", "ml.starter", "--out", str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=2 * PATIENCE, cwd=Path(__file__).parents[2]
    )
    assert json.loads(done.stdout) == {"id": starter.card["id"], "sha256": starter.card["sha256"]}
    assert (tmp_path / "model.joblib").read_bytes() == starter.content


def test_the_starters_card(starter: Trained) -> None:
    """It says that it is not for trading, what it was trained on, and every rate with its n and interval."""
    card = json.loads(json.dumps(starter.card, allow_nan=False))
    assert (card["starter"], card["note"], card["status"]) == (True, "starter: not for trading", "starter")
    assert (card["features"], card["features_hash"]) == (list(NAMES), FEATURES_HASH)
    assert card["origin"]["kind"] == "simulated bars"
    assert set(card["libraries"]) == {"scikit-learn", "numpy", "scipy", "joblib"}
    assert card["n"] > 1000
    for name in ("brier", "skill", "log_loss", "auc"):
        figure = card["figures"][name]
        assert figure["low"] <= figure["value"] <= figure["high"], name
    assert sum(bin["n"] for bin in card["figures"]["reliability"]) == card["figures"]["n"]


@pytest.mark.parametrize(("samples", "method"), [(999, "sigmoid"), (1000, "isotonic")])
def test_calibration_follows_the_sample(samples: int, method: str) -> None:
    """Sigmoid under 1,000 samples, isotonic from there; both compile to within 1e-9 of scikit-learn on every row."""
    chance = np.random.default_rng(samples)
    x = chance.standard_normal((2 * samples, len(NAMES)))
    x[chance.random(x.shape) < 0.2] = np.nan
    y = (chance.random(len(x)) < 1 / (1 + np.exp(-np.nan_to_num(x[:, 0])))).astype(np.int64)
    when = np.arange(len(x))
    data = Dataset(x, y, when, when, 0)
    fitted = estimator.fit(data.take(when[:samples]), data.take(when[samples:]))
    assert estimator.method_of(fitted) == method
    rows = np.vstack([x * 5.0, np.full((1, len(NAMES)), np.nan)])
    assert estimator.compiled(fitted, 0.5, (), rows) is not None


def test_too_few_outcomes() -> None:
    """Bars that hold no lesson give an error with a hint, not a model."""
    with pytest.raises(TrainingError) as told:
        train(from_bars(simulate(1, 500), Rule()), kind="challenger", rule={}, origin={})
    assert told.value.code == "too_few_outcomes"


def test_served_features_are_the_trained_ones() -> None:
    """A day replayed bar by bar, with only what was there at each instant, gives the rows that training used."""
    rule, bars = Rule(), simulate(5, 60 + 288 * 2, memory=0.1)
    whole = from_bars(bars, rule)
    record, served = Record(), []
    for count in range(61, len(bars) + 1):
        seen = bars.first(count)
        known = indicators(seen, rule)
        if not len(known.crossings) or known.crossings[-1] != count - 1:
            continue
        alert = signal(seen, known, rule, count - 1)
        features = compute(alert, record.before(alert))
        outcome = label(bars, count - 1, barriers(alert, rule))
        record.add(alert, outcome, datetime.fromtimestamp(known_at(bars, outcome), UTC))
        if outcome.ending != "censored":
            served.append([features[name] for name in NAMES])
    assert len(served) > 10
    np.testing.assert_array_equal(np.array(served), whole.x)


def accused(p: Floats, y: Ints, seed: int = 0) -> bool:
    """As the ML hub's light decides it: the ECE is beyond what chance explains."""
    return ece(p, y) > null_band(p, seed)[1]


def test_the_null_band_keeps_its_promise() -> None:
    """A perfectly calibrated model is accused about as often as stated: 5 % of 400 times, within three errors."""
    chance = np.random.default_rng(11)
    alarms = 0
    for round in range(400):
        p = chance.beta(3, 5, 200)
        alarms += accused(p, (chance.random(200) < p).astype(np.int64), seed=round)
    print(f"alarms {alarms} of 400, seed 11")
    assert alarms <= 400 * 0.05 + 3 * np.sqrt(400 * 0.05 * 0.95)


def test_a_model_that_is_off_is_accused() -> None:
    """The alarm can ring: probabilities 15 points too high at n = 400 are found nearly always."""
    chance = np.random.default_rng(12)
    p = [chance.uniform(0.2, 0.6, 400) for _ in range(40)]
    found = sum(accused(q + 0.15, (chance.random(400) < q).astype(np.int64)) for q in p)
    assert found >= 38


def test_small_samples_look_miscalibrated() -> None:
    """A perfect model shows an ECE well above 0 at n = 100: the band says so instead of blaming it."""
    mean, upper = null_band(np.random.default_rng(1).uniform(0, 1, 100))
    assert 0.05 < mean < upper < 0.25


def test_figures_match_hand_reckoning() -> None:
    """Brier, log-loss, AUC with a tie, and ECE on a case that can be reckoned by hand."""
    p, y = np.array([0.2, 0.6, 0.6, 0.9]), np.array([0, 0, 1, 1])
    assert brier(p, y) == pytest.approx((0.04 + 0.36 + 0.16 + 0.01) / 4)
    assert log_loss(p, y) == pytest.approx(-np.log([0.8, 0.4, 0.6, 0.9]).mean())
    assert auc(p, y) == pytest.approx(3.5 / 4)
    assert ece(p, y) == pytest.approx((0.2 + 0.6 + 0.4 + 0.1) / 4)
    assert np.isnan(auc(p, np.ones(4, dtype=np.int64)))
    assert [bin["n"] for bin in reliability(p, y)] == [1, 1, 1, 1]
