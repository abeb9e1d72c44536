#!/usr/bin/env bash
# Runs a Node command with the machine's Node.js 20 or newer, or else with the one from the pinned wheel.
set -euo pipefail
venv=$1
shift
major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
if [ "${major:-0}" -lt 20 ] || ! command -v npm >/dev/null; then
  if [ ! -x "$venv/bin/node" ]; then
    echo "No Node.js 20+ on this machine: bringing it into $venv as a wheel"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
  fi
  PATH="$PWD/$venv/bin:$PATH"
fi
exec "$@"
