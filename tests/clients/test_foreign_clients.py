"""Clients that others wrote, across reconnects: each sees every fact exactly once, on both engines."""

import json
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import PATIENCE
from tests.support.server import ROOT
from tests.web.gateway.following import Plain, assert_contiguous

pytestmark = pytest.mark.socket
TOTAL = 400


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node on this machine")
@pytest.mark.skipif(
    not (ROOT / "node_modules" / "socket.io-client").exists(), reason="no node_modules: run `make setup` first"
)
def test_nodes_socketio_client_follows_across_reconnects(shared: Any) -> None:
    """Node's socket.io-client hangs up at random and resumes by its position: no gap, no repeat, one snapshot."""
    script = Path(__file__).with_name("follow.mjs")
    last = shared.append(1) + TOTAL - 1
    command = ["node", str(script), shared.url, "admin-token", str(last), str(ROOT / "package.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as node:
        shared.append(TOTAL - 1, at_once=2, pause=0.01)
        out, err = node.communicate(timeout=2 * PATIENCE)
    assert node.returncode == 0, err.decode()
    seen = json.loads(out)
    assert_contiguous(seen["seqs"])
    assert seen["snapshots"] == 1
    assert all(welcome["first"] for welcome in seen["welcomes"])
    assert all(welcome["resumed"] for welcome in seen["welcomes"][1:])


def test_a_plain_websocket_follows_across_reconnects(shared: Any) -> None:
    """The websocket-client package hangs up every 40 messages and resumes by its position: no gap, no repeat."""
    writer = threading.Thread(target=lambda: shared.append(TOTAL, at_once=2, pause=0.01))
    client = Plain(shared.ws)
    state = client.until("snapshot")[0]["data"]
    writer.start()
    position = {"epoch": state["epoch"], "seq": state["seq"]}
    seqs: list[int] = []
    last = state["seq"] + TOTAL
    while not seqs or seqs[-1] < last:
        for _ in range(40):
            found = client.next()
            if found.get("seq") is not None:
                seqs.append(found["seq"])
                position = {"epoch": found["epoch"], "seq": found["seq"]}
            if seqs and seqs[-1] == last:
                break
        client.close()
        client = Plain(shared.ws, **position)
    client.close()
    writer.join()
    assert_contiguous(seqs)
    assert seqs[0] == state["seq"] + 1
