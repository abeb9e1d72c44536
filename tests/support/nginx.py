"""The machine's own nginx with deploy/nginx.conf, its names pointed to a test's webs."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from tests.support.server import ROOT, free_port

CONF = ROOT / "deploy" / "nginx.conf"
# Where a system keeps it that is not in everyone's PATH.
PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin", "/opt/homebrew/bin")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def binary() -> str | None:
    """NGINX_BINARY, or the one of this machine; None without one."""
    return os.environ.get("NGINX_BINARY") or shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], *PLACES]))


def pointed(text: str, folder: Path, port: int, webs: Sequence[int]) -> str:
    """The file with what differs here: the webs by their ports, as Docker's names are not known; port; folders."""
    for number, web in enumerate(webs, start=1):
        text, found = re.subn(rf"web-{number}:5000 resolve", f"127.0.0.1:{web}", text)
        assert found == 1, f"web-{number}"
    text = re.sub(r"^ *resolver .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    folders = "".join(f"    {name}_temp_path {folder / name};\n" for name in TEMPORARY)
    return text.replace("http {\n", f"http {{\n{folders}", 1)


class Nginx:
    """Runs until `stop`; `log` is all that it wrote."""

    def __init__(self, folder: Path, webs: Sequence[int]) -> None:
        folder.mkdir()
        self.port = free_port()
        self._log, self._conf = folder / "nginx.txt", folder / "nginx.conf"
        self._conf.write_text(pointed(CONF.read_text(), folder, self.port, webs))
        options = f"daemon off; pid {folder / 'nginx.pid'};" + (" user root;" if os.geteuid() == 0 else "")
        nginx = binary()
        assert nginx is not None
        self._command = [nginx, "-p", str(folder), "-e", "/dev/stderr", "-c", str(self._conf), "-g", options]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def checked(self) -> subprocess.CompletedProcess[str]:
        """What `nginx -t` says of the file."""
        return subprocess.run([*self._command, "-t"], capture_output=True, text=True, timeout=30, check=False)

    def start(self) -> "Nginx":
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while True:
            try:
                requests.get(f"{self.url}/healthz", timeout=5)
            except requests.RequestException:
                assert self.process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.05)
            else:
                return self

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
