#!/usr/bin/env bash
# Runs every benchmark, one after the other: they measure, so nothing else should run.
set -euo pipefail
for file in benchmarks/*.py; do
  [ "$(basename "$file")" = __init__.py ] && continue
  echo "== ${file%.py}"
  .venv/bin/python -m "$(echo "${file%.py}" | tr / .)"
done
