"""The commands: train from bars, list, show and verify; clear words where something is wrong."""

import gzip
from pathlib import Path

import pytest

from ml import models
from ml import train as training
from ml.bars import Bars, read_csv, simulate
from ml.bundle import sha256
from ml.errors import TrainingError
from ml.training import Trained, write
from tests.support.real_data import found


def export(bars: Bars, file: Path) -> Path:
    """Bars as TradingView's chart export writes them, packed."""
    columns = zip(bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True)
    lines = ["time,open,high,low,close,Volume", *(",".join(str(float(v)) for v in row) for row in columns)]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def test_train_from_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A challenger is written with its card and the hash to trust; nothing promotes it."""
    file = export(simulate(4, 40_000), tmp_path / "bars.csv.gz")
    assert training.main(["--bars", str(file), "--out", str(tmp_path / "m")]) == 0
    said = capsys.readouterr().out
    trusted = sha256((tmp_path / "m" / "model.joblib").read_bytes())
    assert f"MODEL_SHA256={trusted}" in said
    assert "challenger" in said
    assert models.main(["verify", str(tmp_path / "m"), "--sha256", trusted]) == 0
    assert models.main(["verify", str(tmp_path / "m"), "--sha256", "0" * 64]) == 2
    assert "model_refused_hash" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n1,2\n", "time,open,high,low,close\n1,1,1,1,x\n", "time,open,high,low,close\n2,1,1,1,1\n1,1,1,1,1\n"],
)
def test_unreadable_bars(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no chart export is named with a hint, without a traceback."""
    file = tmp_path / "bars.csv"
    file.write_text(text)
    with pytest.raises(TrainingError):
        read_csv(file)
    assert training.main(["--bars", str(file), "--out", str(tmp_path / "m")]) == 2
    assert "bars.csv" in capsys.readouterr().err


def test_list_and_card(tmp_path: Path, starter: Trained, capsys: pytest.CaptureFixture[str]) -> None:
    """Every model of a data folder with its figures; a changed file is told."""
    folder = tmp_path / "models" / starter.card["id"]
    write(starter, folder)
    assert models.main(["list", "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "starter: not for trading" in said
    assert "changed" not in said
    (folder / "model.joblib").write_bytes(b"other")
    assert models.main(["list", "--data", str(tmp_path)]) == 0
    assert "changed" in capsys.readouterr().out
    assert models.main(["card", starter.card["id"], "--data", str(tmp_path)]) == 0
    assert '"label_rule"' in capsys.readouterr().out
    assert models.main(["card", "nobody", "--data", str(tmp_path)]) == 1


@pytest.mark.parametrize("name", ["QQQ_5m_2022_2023", "NQ_5m_2019"])
def test_real_bars_train(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Real bars give a model whose figures claim no miracle: an AUC of 0.6 from a moving average would be a leak."""
    assert training.main(["--bars", str(found(f"{name}.csv.gz")), "--out", str(tmp_path)]) == 0
    auc = next(line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("auc"))
    assert float(auc.split()[1]) < 0.6
