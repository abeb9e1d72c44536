"""What the desk never uses is not loaded, and what is hidden meanwhile is there again afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.unneeded import without
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def test_a_start_loads_no_client_and_no_broker() -> None:
    """Seen to fail with Socket.IO and structlog imported as usual: all of them are there."""
    told = "import sys, web.assembly, web.logs; print([m for m in ('redis', 'requests', 'rich') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_what_was_hidden_can_be_imported_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk with a Redis, and whoever asks by HTTP, find their libraries; one that is loaded is never hidden."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys", "json"):
        import json

        assert json.loads("1") == 1
        with pytest.raises(ImportError):
            import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
