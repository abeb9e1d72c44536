#!/usr/bin/env bash
# Stops the desk that scripts/start.sh started; what it has taken in is stored first.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/background.py stop
