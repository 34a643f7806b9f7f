# Two commands matter: `make demo` and `make test`. Each sets up all it needs: Python 3.11 or newer and make suffice.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO_HOME ?= demo-home
WORKERS ?= 2
SECONDS ?= 600

export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

.PHONY: help install demo app test check fuzz format lock clean

help:
	@echo "make demo    build the demo practice, run the whole path, open the app on 127.0.0.1"
	@echo "make app     open the app on the demo practice again"
	@echo "make test    checks and the whole test suite"
	@echo "make check   format, lint, types, layers"
	@echo "make fuzz    feed the X12 readers damaged files for SECONDS (default 600)"
	@echo "make format  put the code in shape"
	@echo "make lock    resolve requirements.lock anew (needs uv)"
	@echo "make clean   remove what make made"

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("denialml needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@$(PYTHON) -c 'import ensurepip, venv' || (echo "Python comes without venv here: apt-get install python3-venv"; exit 1)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(INSTALLED)
	$(BIN)/denialml demo --home $(DEMO_HOME) --fresh

app: $(INSTALLED)
	$(BIN)/denialml app --home $(DEMO_HOME)

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(INSTALLED) check
	tools/system-packages
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --durations=15

fuzz: $(INSTALLED)
	$(BIN)/python tests/fuzz/fuzz_x12.py --seconds $(SECONDS)

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev --no-header --no-annotate \
		--quiet --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
