#!/usr/bin/env bash
# Looks for known vulnerabilities in what the desk installs; AUDIT_REQUIRED=1 fails when that could not be done.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/audit.py
