#!/usr/bin/env bash
# Every test: lint and types, the dashboard's own, then Python with real Postgres, Redis and a real browser.
set -euo pipefail
scripts/chromium.sh
scripts/check.sh
scripts/node.sh .venv npm test --silent
.venv/bin/python -m pytest -n 2 --dist worksteal -m "not chaos" "$@"
