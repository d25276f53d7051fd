# Two commands for everyone: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
ARGS ?=
export HANDLOOM_SKIP_UI := 1

.PHONY: help demo test check check-style check-types check-pages bench docs lock wheel clean

help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo:            ## handwritten digits, a simulated team, the browser (ARGS=--simulate lets the team finish)
	@$(PYTHON) tools/setup.py env ui
	@$(BIN)/handloom demo --workspace .demo $(ARGS)

test:            ## every test: unit, contract, stateful, acceptance, browser
	@$(PYTHON) tools/setup.py env ui browser
	@$(BIN)/python tools/web.py test
	@# Apart, because a browser keeps an event loop running in the process that drives it.
	@$(BIN)/python -m pytest -n $(JOBS) tests/browser $(ARGS)
	@$(BIN)/python -m pytest -n $(JOBS) --ignore=tests/browser $(ARGS)

check:           ## style, types, layers, the user interface's types and import rules
	@$(PYTHON) tools/setup.py env ui
	@$(MAKE) --no-print-directory -j $(JOBS) check-types check-pages check-style

check-style:
	@$(BIN)/ruff check src tests bench tools
	@$(BIN)/ruff format --check src tests bench tools
	@$(BIN)/python -m pytest -q tests/unit/test_layers.py

check-types:
	@$(BIN)/pyright

check-pages:
	@$(BIN)/python tools/web.py check

bench:           ## the numbers of the README, as a table
	@$(PYTHON) tools/setup.py env ui browser
	@$(BIN)/python -m bench $(ARGS)

docs:            ## write the generated pages of docs/reference
	@$(PYTHON) tools/setup.py env
	@$(BIN)/python tools/reference.py

lock:            ## pin the newest dependencies that pyproject.toml allows
	@$(PYTHON) tools/setup.py env
	@$(BIN)/python tools/lock.py

wheel:           ## the package with the user interface inside
	@$(PYTHON) tools/setup.py env ui
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:           ## remove everything that was built
	rm -rf .venv .tools .demo dist web/node_modules src/handloom/web
