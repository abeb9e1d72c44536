#!/usr/bin/env bash
# Makes sure that a Chromium for the browser tests is there, and says plainly when there is none.
set -uo pipefail
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
if command -v apt-get >/dev/null; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  echo "Installing Chromium for the browser tests"
  if $as_root apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium >/dev/null; then
    exit 0
  fi
fi
if .venv/bin/python -m playwright install chromium >/dev/null 2>&1; then
  exit 0
fi
echo "No Chromium: neither on this machine, nor by apt, nor from Playwright. Install one (Debian: apt-get install chromium), then run again." >&2
exit 1
