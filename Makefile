# Every target sets up .venv by itself; nothing else on the machine is touched.
PYTHON  ?= python3
# More processes than two gain little: most of the time goes into compiling.
WORKERS ?= 2

VENV := .venv
# The libraries that Kerata is measured beside live in an environment of their own.
PEERS := .bench-venv
TABLES := .bench-tables-venv
SERVERS := .bench-serve-venv
RUN  := $(VENV)/bin
PIP  := $(RUN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test test-all mutants lint format docs docs-run docs-serve bench bench-start bench-search bench-tables bench-serve clean

help:  ## show this list
	@echo "make ...   (PYTHON=/path/to/python3.12 picks another Python, 3.11 or newer)"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/installed-demo  ## watch a network learn handwritten digits (first time: a minute of installation)
	@$(RUN)/kerata train digits
	@echo "Watch and compare runs in the browser: $(RUN)/kerata board"
	@echo "Watch networks learn in the browser, on your own table too: $(RUN)/kerata playground"

test: $(VENV)/installed-dev  ## run the tests
	@XLA_FLAGS= $(RUN)/python -m pytest -m "bits and not slow" tests/training
	@$(RUN)/python -m pytest -n $(WORKERS) --dist loadfile

test-all: $(VENV)/installed-dev  ## run the tests, the slow ones too
	@XLA_FLAGS= $(RUN)/python -m pytest -m bits tests/training
	@$(RUN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not bits"

mutants: $(VENV)/installed-dev  ## change the source in small ways and count what the tests notice (hours; goes on where it was)
	@nice -n 12 $(RUN)/python scripts/mutants.py

lint: $(VENV)/installed-dev  ## check style and types
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy
	@$(RUN)/python scripts/docstring_levels.py

format: $(VENV)/installed-dev  ## put the code into the project's format
	@$(RUN)/ruff check --fix .
	@$(RUN)/ruff format .

docs: $(VENV)/installed-dev  ## build the documentation in build/site, without a network
	@$(RUN)/python -m scripts.docsite.build

docs-run: $(VENV)/installed-dev  ## run the code on all its pages anew (some need data sets), then build it
	@$(RUN)/python -m scripts.docsite.build --run

docs-serve: $(VENV)/installed-dev  ## build the documentation and show it in the browser
	@$(RUN)/python -m scripts.docsite.build --serve

bench: $(VENV)/installed-dev $(PEERS)/installed  ## measure speed and memory beside the peers (half an hour), write docs/performance.md
	@$(RUN)/python benchmarks/run.py

bench-start: $(VENV)/installed-dev  ## measure where the first seconds go, with empty and full caches, write docs/start.md
	@$(RUN)/python benchmarks/start.py

bench-search: $(VENV)/installed-dev  ## measure grids and cross-validation beside Keras and scikit-learn
	@$(RUN)/python benchmarks/search.py

bench-tables: $(TABLES)/installed  ## measure `kerata train` on 30 tables beside tree ensembles (an hour), write docs/tables.md
	@$(TABLES)/bin/python benchmarks/tables/run.py

bench-serve: $(VENV)/installed-dev $(SERVERS)/installed  ## measure `kerata serve` beside FastAPI with a Keras network, write docs/serving.md
	@$(RUN)/python benchmarks/serving/run.py

clean:  ## remove .venv, caches and build outputs (runs/ stays)
	rm -rf $(VENV) $(PEERS) $(TABLES) $(SERVERS) .bench-tables build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Kerata needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	  echo "Name another one: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python has no venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# What the tests need contains what the demo needs, so it counts for both.
$(VENV)/installed-demo: pyproject.toml | $(VENV)/bin/python
	@if [ $(VENV)/installed-dev -nt pyproject.toml ]; then exit 0; fi; \
	  echo "Installing Kerata with JAX, pandas, scikit-learn, matplotlib and its pages into .venv: about a minute, once ..." && \
	  $(PIP) install --editable '.[board]'
	@touch $@

$(PEERS)/installed: benchmarks/requirements.txt
	@echo "Installing TensorFlow, PyTorch and Keras into $(PEERS): some minutes, once ..."
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --quiet --disable-pip-version-check install -r benchmarks/requirements.txt
	@touch $@

$(TABLES)/installed: benchmarks/tables/requirements.txt pyproject.toml
	@echo "Installing Kerata, CatBoost, LightGBM and XGBoost into $(TABLES): some minutes, once ..."
	@$(PYTHON) -m venv $(TABLES)
	@$(TABLES)/bin/python -m pip --quiet --disable-pip-version-check install -r benchmarks/tables/requirements.txt --editable '.[tables,sklearn,plots]'
	@touch $@

$(SERVERS)/installed: benchmarks/serving/requirements.txt
	@echo "Installing FastAPI, Keras and TensorFlow into $(SERVERS): some minutes, once ..."
	@$(PYTHON) -m venv $(SERVERS)
	@$(SERVERS)/bin/python -m pip --quiet --disable-pip-version-check install -r benchmarks/serving/requirements.txt
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "Installing Kerata with its development tools into .venv: one to two minutes, once ..."
	@$(PIP) install --editable '.[dev]'
	@touch $@
