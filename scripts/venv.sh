#!/usr/bin/env bash
# Makes the virtual environment with the newest suitable Python on this machine.
set -euo pipefail
venv=$1
suitable='import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c "$suitable" 2>/dev/null; then
    echo "Setting up with $("$candidate" --version)"
    "$candidate" -m venv "$venv" && exit 0
    echo "The virtual environment could not be made. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
  fi
done
echo "Signal Desk needs Python 3.11, 3.12 or 3.13, and none was found. Install one, or name it: make run PYTHON=/path/to/python3.12" >&2
exit 1
