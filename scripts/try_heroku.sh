#!/usr/bin/env bash
# Walks Heroku's own steps in an empty folder: what is committed, Node buildpack, Python buildpack, then the Procfile under
# a bare environment. Needs DATABASE_URL (a dyno's disk passes, so without one the desk must refuse to start).
set -euo pipefail
: "${DATABASE_URL:?name a Postgres database}"
folder=$(mktemp -d)
port=${PORT:-5099}
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
git archive HEAD | tar -x -C "$folder"
cd "$folder"

echo "-- Node buildpack: npm ci, npm run build, npm prune"
npm ci --no-audit --no-fund --silent
npm run --silent build
npm prune --omit=dev --silent

echo "-- Python buildpack: $(cat .python-version), pip install -r requirements.txt"
"${PYTHON:-python3}" -m venv .heroku
.heroku/bin/pip install --quiet --disable-pip-version-check -r requirements.txt

echo "-- Python buildpack: bin/post_compile"
PATH="$folder/.heroku/bin:$PATH" bin/post_compile
ls build/fanout-*.so

bare=(env -i PATH="$folder/.heroku/bin:/usr/bin:/bin" HOME="$folder" PORT="$port" DYNO=web.1 DASHBOARD_PASSWORD=one-long-password)
web=$(sed -n 's/^web: //p' Procfile)

echo "-- without a database the desk must refuse, naming the remedy"
if "${bare[@]}" $web >refused.txt 2>&1; then
  echo "it started on a passing disk" >&2
  exit 1
fi
grep -q DATABASE_URL refused.txt

echo "-- the Procfile's web process"
"${bare[@]}" DATABASE_URL="$DATABASE_URL" SECRET_KEY=0123456789abcdef0123456789abcdef WEBHOOK_TOKEN=try-heroku-token-0123456789 \
  $web >server.txt 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -fsS "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break
  sleep 0.3
done
curl -fsS "http://127.0.0.1:$port/healthz" && echo
curl -fsS "http://127.0.0.1:$port/webhook/try-heroku-token-0123456789" -d '{"symbol":"MNQ1!","side":"buy","price":25118.25,"stop":25098.25}' && echo
curl -fsS -o /dev/null -w 'login page %{http_code}\n' "http://127.0.0.1:$port/login"
kill -TERM "$server"
wait "$server" && echo "stopped with 0"
