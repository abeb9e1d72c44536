#!/usr/bin/env bash
# Every test: lint and types, the dashboard's own, then Python with real Postgres, Redis and a real browser.
set -euo pipefail
scripts/chromium.sh
scripts/check.sh
scripts/node.sh .venv npm test --silent
# Three at a time: two leave nearly half of two cores idle, because most tests wait for a server.
.venv/bin/python -m pytest -n 3 --dist worksteal -m "not chaos" "$@"
