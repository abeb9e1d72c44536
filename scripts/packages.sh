#!/usr/bin/env bash
# Installs a pinned, hash-checked requirements file into the virtual environment.
set -euo pipefail
venv=$1 file=$2
echo "Installing the packages of $file"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$file"; then
  echo "The packages of $file could not be installed; see the lines above. A package index must be reachable (directly, or by pip's own settings)." >&2
  exit 1
fi
