# Three words: `make run` shows Wuye, `make test` proves it, `make bench` times it. Both make what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DISTS  := . clients/python $(patsubst %/,%,$(sort $(wildcard plugins/*/)))
STAMP  := $(VENV)/.ready
PORT   ?= 8000

.PHONY: setup tablet run test lint bench lock clean

setup: $(STAMP)  ## create .venv and install from the lock file

$(STAMP): requirements.lock pyproject.toml $(wildcard clients/python/pyproject.toml plugins/*/pyproject.toml)
	@sh tools/venv.sh $(PYTHON) $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(addprefix -e ,$(DISTS))
	@touch $@

tablet:  ## build the tablet app, where Node is there and something changed
	@sh tools/tablet.sh

run: $(STAMP) tablet  ## a demo organisation on http://127.0.0.1:$(PORT)
	@$(BIN)/wuye demo --dir .demo --keep
	@$(BIN)/wuye serve --dir .demo --port $(PORT)

test: $(STAMP) lint  ## everything CI proves
	@sh tools/test_needs.sh
	@sh tools/tablet.sh
	@cd clients/tablet && npm run --silent check && npm run --silent test && npm run --silent e2e
	@$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP) tablet  ## the workloads W1 to W5 and W8, as tables
	@$(BIN)/python -m tests.bench
	@cd clients/tablet && npm run --silent bench

lock:  ## write requirements.lock anew (needs the tool `uv`)
	uv pip compile pyproject.toml clients/python/pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet -o requirements.lock

clean:
	rm -rf $(VENV) .demo core/wuye/tablet clients/tablet/node_modules
