"""Compiles what of the server is C: python -m scripts.compile

By $CC or the first of cc, gcc and clang. Ends with 1 and says why where it could not be; the server then does the same
by Python.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from runtime.fanout import FOLDER, NAME, SOURCE, ByC, library

COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-O2", "-shared", "-fPIC")
WITHOUT = "Broadcasts go out by Python, which takes a little longer than C"
NO_COMPILER = "there is no C compiler (Debian: apt-get install gcc libc6-dev)"


def compiler() -> list[str]:
    """$CC with its options, or the first that the PATH has; empty without any. Raises ValueError for an odd $CC."""
    named = shlex.split(os.environ.get("CC", ""))
    return named or [found for one in COMPILERS if (found := shutil.which(one))][:1]


def compile_fan_out(folder: Path = FOLDER) -> str | None:
    """Into the folder; None, or what came between."""
    try:
        if not (command := compiler()):
            return NO_COMPILER
        made = library(folder)
        folder.mkdir(parents=True, exist_ok=True)
        # Never half a library under the name that is looked for.
        with TemporaryDirectory(dir=folder) as away:
            fresh = Path(away) / made.name
            done = subprocess.run(
                [*command, *OPTIONS, "-o", str(fresh), str(SOURCE)], capture_output=True, errors="replace", check=False
            )
            if done.returncode:
                return f"{command[0]} failed: {done.stderr.strip()}"
            ByC(fresh.parent)  # made for another machine, it would not load
            fresh.replace(made)
        for old in set(folder.glob(f"{NAME}-*.so")) - {made}:
            old.unlink(missing_ok=True)  # a server that runs keeps its own
    except (OSError, ValueError, AttributeError) as error:
        return str(error)
    return None


def main() -> str | None:
    """None, or what to say where it could not be compiled."""
    try:
        ByC()
    except (OSError, AttributeError):
        why = compile_fan_out()
        return why and f"{WITHOUT}: {why}"
    return None


if __name__ == "__main__":
    sys.exit(main())
