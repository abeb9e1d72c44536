#!/usr/bin/env bash
# Lint, format and types of the server and the dashboard; the slow ones two at a time, as most machines have two cores.
set -euo pipefail
node() { scripts/node.sh .venv npm run --silent "$@"; }
types() { .venv/bin/mypy && node types; }
lint() { node events -- --check && node lint; }

.venv/bin/ruff check .
.venv/bin/ruff format --check .
types &
lint
wait $!
