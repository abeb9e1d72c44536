"""Compiles what of the server is C, where there is a compiler: python -m scripts.compile

$CC or the first of cc, gcc and clang. Without one the server does the same by Python: that is told, and no failure.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from runtime.fanout import FOLDER, SOURCE, library

COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-O2", "-Wall", "-Wextra", "-shared", "-fPIC")
WITHOUT = "Broadcasts go out by Python, a tenth slower"
REMEDY = "For the compiled ones install a C compiler (Debian: apt-get install gcc libc6-dev) and run set-up again."


def compiler() -> str | None:
    """$CC, or the first that the PATH has."""
    return os.environ.get("CC") or next(filter(None, map(shutil.which, COMPILERS)), None)


def compile_fan_out(folder: Path = FOLDER) -> str | None:
    """Into the folder; None, or what came between."""
    found = compiler()
    if found is None:
        return "no C compiler was found"
    made = library(folder)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = made.with_suffix(f".{os.getpid()}")  # never half a library under the name that is looked for
    command = [*found.split(), *OPTIONS, "-o", str(fresh), str(SOURCE)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{found}: {error.strerror}"
    if done.returncode:
        fresh.unlink(missing_ok=True)
        return f"{found} failed: {done.stderr.strip()}"
    fresh.replace(made)
    for old in set(folder.glob("fanout-*.so")) - {made}:  # a server that runs keeps its own
        old.unlink()
    return None


if __name__ == "__main__":
    if (why := compile_fan_out()) is not None:
        sys.exit(f"{WITHOUT}: {why}. {REMEDY}")
