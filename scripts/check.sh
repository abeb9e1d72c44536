#!/usr/bin/env bash
# Lint, format and types of the server and the dashboard.
set -euo pipefail
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
scripts/node.sh .venv npm run --silent check
