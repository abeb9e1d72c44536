#!/usr/bin/env bash
# Every test: lint and types, the dashboard's own, then Python with real Postgres, Redis and a real browser.
set -euo pipefail
scripts/chromium.sh
# Beside the others, which wait for servers and browsers half of their time; what they said comes at the end.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
(scripts/check.sh && scripts/node.sh .venv npm test --silent) >"$said" 2>&1 &
checks=$!
failed=0
# Each of some three hundred processes would compile the same sources anew.
unset PYTHONDONTWRITEBYTECODE
# Four at a time: two leave nearly half of two cores idle, more stand in each other's way.
.venv/bin/python -m pytest -n 4 --dist worksteal -m "not chaos" "$@" || failed=$?
wait "$checks" || failed=$?
cat "$said"
exit "$failed"
