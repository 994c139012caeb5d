# The commands that people and CI run. `make demo` and `make test` install what is missing into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLES ?= examples/articles
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint bench serve clean

demo: $(VENV)/.core
	$(BIN)/dateline demo "$(SAMPLES)"

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

serve: $(VENV)/.service
	$(BIN)/dateline serve

# A virtual environment counts as made once pip is in it; one left half-made is made anew.
$(VENV)/.made:
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP) --editable '.[corroborate]'
	@touch $@

$(VENV)/.service: $(VENV)/.core
	$(PIP) --editable '.[service]'
	@touch $@

# torch comes first, at the version that is pinned. Where the package index gives the build for CUDA on
# Linux, PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu takes the small one for processors.
$(VENV)/.dev: $(VENV)/.core
	$(PIP) torch
	$(PIP) --editable '.[service,batch,notebook,train,dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist
