# Everything a developer or a trader types. `make run` and `make test` need nothing done before them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# The dashboard is built while Python's packages come.
MAKEFLAGS += --jobs=2
VENV := .venv
PY := $(VENV)/bin/python
DASHBOARD := static/dashboard/.vite/manifest.json
DASHBOARD_SOURCES := $(shell find dashboard package.json vite.config.ts tsconfig*.json -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help setup compiled run demo test check chaos bench audit lock clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.packages $(DASHBOARD) compiled ## the virtual environment, the pinned packages, the dashboard, and what is C

run: setup ## set-up, then the server on http://127.0.0.1:5000
	@exec $(PY) web_server.py

demo: setup ## a desk with a simulated market on http://127.0.0.1:5001; every page says DEMO
	@exec $(PY) -m scripts.demo

test: setup $(VENV)/.packages-dev ## set-up, then every test
	@scripts/test.sh

check: setup $(VENV)/.packages-dev ## lint and types only (seconds)
	@scripts/check.sh

chaos: setup $(VENV)/.packages-dev ## the long forms of the fault tests
	@$(PY) -m pytest -m chaos -n 2 --timeout 1800 tests

bench: setup $(VENV)/.packages-dev ## the measured claims
	@scripts/bench.sh

audit: setup $(VENV)/.packages-dev ## known vulnerabilities in the pinned packages; says so when it could not look
	@scripts/audit.sh

lock: $(VENV)/.packages-dev ## recompile the pinned requirements from the .in files
	@scripts/lock.sh

clean: ## remove what set-up made (data/ stays)
	rm -rf $(VENV) node_modules static/dashboard build .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@scripts/venv.sh $(VENV)

$(VENV)/.packages: requirements.txt | $(VENV)/bin/python
	@scripts/packages.sh $(VENV) requirements.txt && touch $@

$(VENV)/.packages-dev: requirements-dev.txt $(VENV)/.packages
	@scripts/packages.sh $(VENV) requirements-dev.txt && touch $@

# At once where it is there. Where it can't be it says so, each time, and the server does the same by Python.
compiled: | $(VENV)/bin/python
	@$(PY) -m scripts.compile || true

node_modules/.package-lock.json: package-lock.json | $(VENV)/bin/python
	@scripts/node.sh $(VENV) npm ci --no-audit --no-fund && touch $@

$(DASHBOARD): node_modules/.package-lock.json $(DASHBOARD_SOURCES)
	@scripts/node.sh $(VENV) npm run --silent build && touch $@
