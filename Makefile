# `make` alone lists what there is.

PYTHON ?= python3
TESTS ?= tests
BIN := .venv/bin
# Node.js comes from the machine or, where it has none, from .venv (see tools/setup.py).
NPM := cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadscope

.DEFAULT_GOAL := help
.PHONY: help run setup test test-fast test-all test-web lint format check migration api bench lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## install what is missing, build, and serve the demo organisation
	@$(PYTHON) tools/setup.py run
	@SLUICE_DEMO=$${SLUICE_DEMO:-on} $(BIN)/sluice serve

setup: ## install what the tests and checks need, and build the web
	@$(PYTHON) tools/setup.py dev

test: setup ## the tests, on SQLite and on PostgreSQL, and those of the web
	$(PYTEST) -m "not slow" $(TESTS)
	@$(MAKE) --no-print-directory test-web

test-fast: setup ## the tests on SQLite, without a browser
	$(PYTEST) -m "not slow" -k "not postgresql and not browser" $(TESTS)

test-all: ## all tests, the long suites too, with coverage
	@$(PYTHON) tools/setup.py all
	SLUICE_TEST_DBT_OL="$(CURDIR)/.venv/producers/bin/dbt-ol" $(PYTEST) --cov $(TESTS)
	@$(MAKE) --no-print-directory test-web

test-web: setup ## the tests and the types of the web
	@if [ -f web/package.json ]; then ($(NPM) typecheck) && ($(NPM) test); fi

lint: setup ## formatting, ruff, mypy, the import contracts, the web's lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if [ -f web/package.json ]; then $(BIN)/python tools/check_web_lock.py && ($(NPM) lint); fi

format: setup ## format the Python code and mend what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

check: setup ## what CI runs
	@bash .ci/run

migration: setup ## write the migration that is missing: make migration m="what it changes"
	@$(BIN)/python tools/migration.py new "$(m)"
	@$(BIN)/ruff check --quiet --fix-only migrations
	@$(BIN)/ruff format --quiet migrations

api: setup ## write web/openapi.json and the web's types from the API
	$(BIN)/sluice export-openapi > web/openapi.json.new
	mv web/openapi.json.new web/openapi.json
	@$(NPM) api

bench: setup ## measure, as ratios to a limit taken in the same run
	@set -e; for file in bench/*.py; do if [ -f "$$file" ]; then $(BIN)/python "$$file"; fi; done

lock: ## resolve the Python packages again: make lock [upgrade=1]
	@$(PYTHON) tools/lock.py $(if $(upgrade),--upgrade)

clean: ## remove what set-up and tests made; databases stay
	rm -rf .venv web/node_modules catalog/static dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* htmlcov
