#!/usr/bin/env bash
# Compiles each requirements*.in into its pinned, hashed .txt, for every Python that is supported.
set -euo pipefail
for name in requirements requirements-dev requirements-node; do
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$name.in" -o "$name.txt" "$@"
done
