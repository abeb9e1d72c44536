"""What one scored row promises: parts that add up, an honest interval, exactness, and a small fast process."""

import math
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ml.bundle import open_model, sha256
from ml.compiled import Compiled, Evidence, expit, from_plain, interval, logit, wilson
from ml.features import NAMES, History, compute
from ml.foreign import inner
from ml.serving import LoadedModel
from ml.training import Trained
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model(starter: Trained) -> LoadedModel:
    return open_model(starter.content, sha256(starter.content), starter.card)


def rows(seed: int = 5, count: int = 300) -> np.ndarray:
    """Rows around and far beyond what training saw, a third of the values absent."""
    chance = np.random.default_rng(seed)
    x = chance.standard_normal((count, len(NAMES))) * chance.choice([0.1, 1.0, 30.0], (count, 1))
    x[chance.random(x.shape) < 0.3] = np.nan
    return x


def test_compiled_is_scikit_learn(starter: Trained, model: LoadedModel) -> None:
    """The compiled form and scikit-learn's own agree to 1e-9 on every row, absent and extreme values included."""
    x = rows()
    theirs = inner(pickle.loads(starter.content)).predict_proba(x)[:, 1]
    ours = [model.predict(dict(zip(NAMES, row, strict=True))).probability for row in x.tolist()]
    assert float(np.max(np.abs(theirs - ours))) <= 1e-9


def test_contributions_add_up(model: LoadedModel) -> None:
    """Their log-odds sum to the probability's; absent features are not listed, and no value is NaN."""
    for row in rows().tolist():
        told = model.predict(dict(zip(NAMES, row, strict=True)))
        assert expit(sum(odds for _, _, odds in told.contributions)) == pytest.approx(told.probability, abs=1e-12)
        present = {name for name, value in zip(NAMES, row, strict=True) if value == value}
        assert {name for name, _, _ in told.contributions} == present | {"baseline"}
        assert all(math.isfinite(value) for _, value, _ in told.contributions)


def test_contributions_add_up_through_isotonic_steps() -> None:
    """Also where the calibration is a curve: what it adds stands in the baseline."""
    one = (0.0,), (0.0,), (1.0,), (2.0,)
    curve = ("isotonic", (-1.0, 0.0, 1.0), (0.2, 0.3, 0.9))
    steps = from_plain(Compiled(("long",), *one, 0.1, curve, 0.4).plain())
    for value in (-5.0, -0.3, 0.0, 0.2, 5.0, math.nan):
        told = steps.predict({"long": value})
        assert sum(odds for _, _, odds in told.contributions) == pytest.approx(logit(told.probability), abs=1e-12)


def test_the_interval_holds_the_probability(model: LoadedModel) -> None:
    """Low ≤ probability ≤ high, within 0 to 1, always."""
    for row in rows().tolist():
        told = model.predict(dict(zip(NAMES, row, strict=True)))
        assert told.probability_low is not None
        assert told.probability_high is not None
        assert 0.0 <= told.probability_low <= told.probability <= told.probability_high <= 1.0


def test_less_evidence_is_a_lower_bound() -> None:
    """Fewer outcomes, or outcomes worse than promised, lower the bound; no outcomes give none."""
    many, few = interval(0.6, [Evidence(1.0, 0.6, 1000)]), interval(0.6, [Evidence(1.0, 0.6, 20)])
    worse = interval(0.6, [Evidence(1.0, 0.4, 1000)])
    assert (many[0] or 0) > (few[0] or 0)
    assert (many[0] or 0) > (worse[0] or 0)
    assert interval(0.6, []) == (None, None)


def test_wilson_matches_the_literature() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81 of 263 gives 0.2553 to 0.3662 at 95 %."""
    low, high = wilson(81 / 263, 263, 1.959964)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize("most", [0.005, pytest.param(0.0005, marks=pytest.mark.chaos)])
def test_one_row_takes_well_under_a_millisecond(model: LoadedModel, most: float) -> None:
    """Features and prediction together, the median of 500; printed. Half a millisecond is the long form's: on any
    machine a row takes no five, which would be a library's doing.
    """
    signal = {"side": "buy", "price": 21450.25, "stop": 21400.0, "targets": [21550.0], "interval": "5", "atr": 20.0}
    took = []
    for _ in range(500):
        began = time.perf_counter()
        model.predict(compute(signal, History()))
        took.append(time.perf_counter() - began)
    print(f"median {sorted(took)[250] * 1e6:.0f} µs")
    assert sorted(took)[250] < most


def test_serving_imports_no_library(starter: Trained, tmp_path: Path) -> None:
    """A server that opens and asks the starter has neither numpy nor scikit-learn in it."""
    (tmp_path / "model.joblib").write_bytes(starter.content)
    script = (
        "import sys; from pathlib import Path; from ml.registry import load_path; import ml.scorer, ml.provision\n"
        "from ml.features import compute, History\n"
        "load_path(Path(sys.argv[1]), sys.argv[2]).predict(compute({}, History()))\n"
        "print([name for name in ('numpy', 'scipy', 'sklearn', 'joblib') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script, str(tmp_path), sha256(starter.content)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=PATIENCE)
    assert done.stdout.strip() == "[]"
