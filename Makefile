# What people and CI call. Everything is made inside this folder; `make doctor` lists the caches outside it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate
OURS := --extra callbacks --extra charts --group build
PATHS := components gme_recording policy providers tests tools __main__.py

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: .venv/ready ## Deploy the local stack: environment, engine, local cloud, smoke test.
	@$(BIN)/gme-recording up --stack local

down: .venv/ready ## Destroy the local stack and stop the local cloud.
	@$(BIN)/gme-recording destroy --stack local
	@$(BIN)/gme-recording cloud stop

doctor: .venv/ready ## What is installed, found and reachable, and what to do.
	@$(BIN)/gme-recording doctor

test: test-fast test-engine ## Run all tests; those that need the engine run last.

test-fast: .venv/ready-for-tests ## Run the tests that need no engine.
	$(BIN)/pytest -n auto

test-engine: .venv/ready-for-tests
	$(BIN)/python -m gme_recording.deploy.toolchain
	$(BIN)/pytest -n auto -m engine --timeout 300

check: .venv/ready-for-tests ## Lint, format, types, imports.
	$(BIN)/ruff check $(PATHS)
	$(BIN)/ruff format --check $(PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/ready-for-tests ## Let the linter and the formatter repair what they can.
	$(BIN)/ruff check --fix $(PATHS)
	$(BIN)/ruff format $(PATHS)

bench: .venv/ready-for-tests .tools/bench/ready ## Measure verbs beside an empty program, the local cloud beside moto.
	$(BIN)/python -m tests.support.bench
	$(BIN)/python -m tests.support.bench_cloud

lock: .venv/ready-for-tests ## Renew both lock files: the newest of everything that pyproject.toml allows.
	$(LOCK) $(OURS) --output-file requirements.txt pyproject.toml
	$(LOCK) $(OURS) --constraint requirements.txt --group test --output-file requirements-test.txt pyproject.toml
	$(LOCK) --group bench --output-file requirements-bench.txt

clean: ## Remove environment and caches; engine (.tools) and the local stack (.local) stay.
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made from lock files with hashes. The stamps make a second run cost nothing.
.venv/ready: requirements.txt pyproject.toml
	@echo "environment: making .venv from requirements.txt (about half a minute)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q components gme_recording policy providers
	@touch $@

.venv/ready-for-tests: .venv/ready requirements-test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-test.txt
	@touch $@

# What the local cloud is measured beside, in an environment of its own; without it our figures stand alone.
.tools/bench/ready: requirements-bench.txt
	@$(PYTHON) -m venv .tools/bench
	-@.tools/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-bench.txt
	@touch $@

.PHONY: help up down doctor test test-fast test-engine check fix bench lock clean
