#!/usr/bin/env bash
# Starts the desk in the background and waits until it answers; settings as for `python web_server.py`.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -x .venv/bin/python ]; then
  .venv/bin/python -m scripts.compile || true  # an upgrade may have brought another source
else
  make --silent setup
fi
exec .venv/bin/python scripts/background.py start
