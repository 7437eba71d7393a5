# Two commands for a newcomer: `make demo` and `make test`. Each does all of its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes
# One more than there are cores: many of the dear tests mostly wait.
WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")
FOOTAGE ?=
SEED ?=
KINOLOOP_HOME ?= data
export KINOLOOP_HOME

.DEFAULT_GOAL := help
.PHONY: help demo dashboard serve test check lint types floors bench clean lock doctor fast browser

help: ## what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.base ## the whole loop on a simulated account, with a report (FOOTAGE=dir, SEED=n)
	@$(BIN)/kinoloop demo $(if $(FOOTAGE),--footage "$(FOOTAGE)") $(if $(SEED),--seed $(SEED))

dashboard: $(VENV)/.base ## what the last demo left, in a browser
	@$(BIN)/kinoloop serve --sample

serve: $(VENV)/.base ## the same in a browser, behind a one-time link
	@$(BIN)/kinoloop serve

doctor: $(VENV)/.base ## what works here, what does not, and how to mend it
	@$(BIN)/kinoloop doctor

test: $(VENV)/.dev ## the tests (SQLite and PostgreSQL; browser tests where Chromium is)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

fast: $(VENV)/.dev ## the quick tests only
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not browser"

check: lint types floors ## exactly what CI runs
	@rm -f .coverage .coverage.*
	@KINOLOOP_COVERAGE=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=
	@$(BIN)/python -m coverage report --fail-under=90 --skip-covered | tail -n 40
	@$(BIN)/python -m coverage report --fail-under=100 --include='*/rules.py,*/rules/*'

lint: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types: $(VENV)/.dev
	@$(BIN)/mypy

floors: $(VENV)/.dev
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev $(VENV)/.oracles ## the measured figures, as ratios from one run
	@$(BIN)/python -m bench

lock: ## write the hash-locked requirements anew (needs uv)
	@requirements/compile.sh

clean: ## remove what was built; your data stays
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kinoloop needs Python 3.11 or newer: set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(VENV)/bin/python requirements/base.txt requirements/vad.txt pyproject.toml
	@echo "Setting up: installing locked packages into $(VENV) (about a minute the first time)"
	@$(PIP) -r requirements/base.txt -r requirements/vad.txt
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "Setting up: installing the test tools"
	@$(PIP) -r requirements/dev.txt
	@touch $@

$(VENV)/.oracles: $(VENV)/.dev requirements/oracles.txt
	@$(PIP) -r requirements/oracles.txt
	@touch $@
