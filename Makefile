# The commands that people and CI run. `make demo` and `make test` install what is missing into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLES ?= examples/articles
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint bench serve clean

demo: $(VENV)/.core
	$(BIN)/dateline demo $(SAMPLES)

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

serve: $(VENV)/.core
	$(PIP) --editable '.[service]'
	$(BIN)/dateline serve

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable '.[corroborate]'
	@touch $@

# torch comes first and pinned: an open range elsewhere would pull a CUDA build.
$(VENV)/.dev: $(VENV)/.core
	$(PIP) torch
	$(PIP) --editable '.[service,batch,notebook,train,dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist
