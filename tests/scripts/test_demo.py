"""`make demo`: a desk with a simulated market whose alerts, prices and events come by the doors that real ones use."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, ROOT, free_port

ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}
SECONDS = 2 * PATIENCE


def test_a_demo_shows_a_desk_at_work_says_so_and_ends_with_ctrl_c(tmp_path: Path, template_data_dir: Path) -> None:
    """Entries, exits, a refusal, a silence, prices and activity in seconds; DEMO everywhere; the server ends too."""
    shutil.copytree(template_data_dir, tmp_path / "data")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = ["--port", str(port), "--folder", str(tmp_path / "data"), "--bar-seconds", "0.05", "--seed", "1"]
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "API_TOKEN": API_TOKEN,
        "GAP_CHECK_SECONDS": "0.2",
    }
    command = [sys.executable, "-m", "scripts.demo", *options]
    demo = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        seen: Counter[str] = Counter()
        deadline = time.monotonic() + SECONDS
        wanted = {"signal_received", "signal_rejected", "signal_gap_alert", "event", "source_update"}
        after = 0
        while time.monotonic() < deadline and not (wanted <= set(seen) and seen["exit"]):
            page = asked(url, f"/api/events?after={after}&limit=1000")
            after = page.get("next", after)
            for fact in page.get("items", ()):
                seen[fact["type"]] += 1
                if fact["type"] == "signal_received":
                    seen[fact["data"]["kind"]] += 1
                    assert fact["source"].startswith("demo-"), fact
                if fact["type"] == "event":
                    assert fact["source"].startswith("DEMO "), fact
            time.sleep(0.1)
        assert wanted <= set(seen), seen
        assert seen["entry"], seen
        assert seen["exit"], seen
        state = asked(url, "/api/state")
        assert state["settings"]["demo"] is True
        assert 'data-demo="yes"' in requests.get(f"{url}/login", timeout=PATIENCE).text
        passing = asked(url, "/api/events?types=price_update&wait=0")["passing"]
        assert {one["data"]["symbol"] for one in passing.values()} >= {"MNQ1!", "BTCUSD"}, passing
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=PATIENCE)
        assert demo.returncode == 0, said
        assert b"everything acknowledged is stored" in said
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/healthz", timeout=PATIENCE)
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(PATIENCE)


def asked(url: str, path: str) -> Any:
    try:
        answer = requests.get(url + path, headers=ADMIN, timeout=PATIENCE)
    except requests.ConnectionError:
        return {}  # not up yet
    answer.raise_for_status()
    return answer.json()
