PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := runindex schema resolvers persistence
SOURCES := $(PACKAGES) $(wildcard tests examples bench web)
WEB := $(wildcard web/*.* web/examples/*)
MODULES := web/node_modules/.package-lock.json
GRAPHIQL := resolvers/static/index.html
# In front of PATH, it brings node and npm; it can be asked once $(STAMP) is there.
NODE_BIN = $(shell $(BIN)/python web/node.py)
WORKERS ?= 2
PYTEST_ARGS ?=

.PHONY: install serve test check check-style check-types check-imports check-schema format sdl demo bench wheel lock clean

install: $(STAMP) $(GRAPHIQL)

# The stamp is written last, so an install that broke off is taken up again.
$(STAMP): pyproject.toml requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(MODULES): web/package.json web/package-lock.json web/.npmrc | $(STAMP)
	cd web && PATH="$(NODE_BIN):$$PATH" npm ci --ignore-scripts --loglevel=error
	touch $@

# As the stamp, the page is written last.
$(GRAPHIQL): $(WEB) $(MODULES)
	cd web && PATH="$(NODE_BIN):$$PATH" node build.mjs ../$(@D)

serve: install
	$(BIN)/runindex serve

test: install
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

check: check-style check-types check-imports check-schema

check-style: install
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)

check-types: install
	$(BIN)/mypy $(SOURCES)

check-imports: install
	$(BIN)/lint-imports

check-schema: install
	$(BIN)/runindex print-schema | diff -u frontend-schema.graphql -

format: install
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Written to the side first: a schema that does not import must not empty the contract.
sdl: install
	$(BIN)/runindex print-schema > $(VENV)/schema.graphql
	mv $(VENV)/schema.graphql frontend-schema.graphql

demo: install
	$(BIN)/python examples/demo.py

bench: install
	$(BIN)/python -m bench

wheel: install
	$(BIN)/python -m hatchling build --target wheel

# Reads the public index alone, so that no address of this machine's settings gets into the pins.
UV_COMPILE = env -u PIP_FIND_LINKS -u UV_FIND_LINKS -u UV_INDEX_URL -u UV_DEFAULT_INDEX $(BIN)/uv --no-config pip compile --quiet \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade) pyproject.toml

lock:
	test -x $(BIN)/uv || $(MAKE) install
	$(UV_COMPILE) --output-file requirements/runtime.txt
	$(UV_COMPILE) --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) $(dir $(GRAPHIQL)) web/node_modules build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
