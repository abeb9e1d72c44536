# The dashboard, built; then the packages, installed; then what is C, compiled; then only what runs.
FROM node:22-slim AS dashboard
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM python:3.12-slim AS packages
COPY requirements.txt .
# Tests and headers inside the packages are never imported here; without them the image stays under 450 MB.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --no-compile --require-hashes -r requirements.txt \
 && /opt/venv/bin/pip uninstall -y pip \
 && find /opt/venv -type d \( -name tests -o -name include \) -prune -exec rm -rf {} +

FROM python:3.12-slim AS compiled
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /app
COPY runtime runtime
COPY scripts/compile.py scripts/
RUN python -m scripts.compile

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 desk && mkdir --parents /data/archive && chown --recursive desk /data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=compiled /app/build build
COPY --from=dashboard /app/static/dashboard static/dashboard
# Not DATA_DIR in the environment: that would win over where Railway says that it mounted its volume.
RUN ln --symbolic /data data
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=5000
USER desk
EXPOSE 5000
CMD ["python", "web_server.py"]
