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
def test_nodes_socketio_client_follows_across_reconnects(gateway: Any) -> None:
    """Node's socket.io-client hangs up at random and resumes by its position: no gap, no repeat, one snapshot."""
    script = Path(__file__).with_name("follow.mjs")
    command = ["node", str(script), gateway.url, "admin-token", str(TOTAL), str(ROOT / "package.json")]
    gateway.append(1)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as node:
        gateway.append(TOTAL - 1, at_once=2, pause=0.01)
        out, err = node.communicate(timeout=2 * PATIENCE)
    assert node.returncode == 0, err.decode()
    seen = json.loads(out)
    assert_contiguous(seen["seqs"])
    assert seen["snapshots"] == 1
    assert all(welcome["first"] for welcome in seen["welcomes"])
    assert all(welcome["resumed"] for welcome in seen["welcomes"][1:])


def test_a_plain_websocket_follows_across_reconnects(gateway: Any) -> None:
    """The websocket-client package hangs up every 40 messages and resumes by its position: no gap, no repeat."""
    writer = threading.Thread(target=lambda: gateway.append(TOTAL, at_once=2, pause=0.01))
    client = Plain(gateway.ws)
    state = client.until("snapshot")[0]["data"]
    writer.start()
    position = {"epoch": state["epoch"], "seq": state["seq"]}
    seqs: list[int] = []
    while not seqs or seqs[-1] < TOTAL:
        for _ in range(40):
            found = client.next()
            if found.get("seq") is not None:
                seqs.append(found["seq"])
                position = {"epoch": found["epoch"], "seq": found["seq"]}
            if seqs and seqs[-1] == TOTAL:
                break
        client.close()
        client = Plain(gateway.ws, **position)
    writer.join()
    assert_contiguous(seqs)
    assert seqs[0] == 1
