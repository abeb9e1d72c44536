"""The benchmark's hold on its clients: started, asked and ended here."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Literal

Kind = Literal["socketio", "ws"]
ROOT = Path(__file__).parents[2]


class Fleet:
    """`count` clients of one kind. `at_last[signal]` is the monotonic time (ns) at which the last client had it."""

    def __init__(self, port: int, token: str, count: int, kind: Kind) -> None:
        self.count = count
        self.at_last: dict[str, int] = {}
        self.ended: dict[str, Any] = {}
        self._joined = threading.Event()
        self._told = threading.Condition()
        command = [sys.executable, "-m", "benchmarks.fleet", "--port", str(port), "--count", str(count), "--kind", kind]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._process.stdin is not None
        self._process.stdin.write(token + "\n")
        self._process.stdin.flush()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        if not self._joined.wait(60):
            self.end()
            raise AssertionError(f"the {count} clients did not join within 60 s")

    def wait_for(self, signal: str, seconds: float = 10.0) -> int:
        """When the last client had the signal's verdict; raises AssertionError when it never came."""
        deadline = time.monotonic() + seconds
        with self._told:
            while signal not in self.at_last:
                left = deadline - time.monotonic()
                if left <= 0 or not self._told.wait(left):
                    raise AssertionError(f"the verdict of {signal} did not reach all {self.count} clients")
            return self.at_last[signal]

    def end(self) -> dict[str, Any]:
        """Ends the clients; what each counted: `{frames, incomplete, dropped, cpu_s}`."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(20)
        self._thread.join(10)
        return self.ended

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "joined" in told:
                self._joined.set()
            elif "frames" in told:
                self.ended = told
            else:
                with self._told:
                    self.at_last[told["signal"]] = told["at"]
                    self._told.notify_all()
