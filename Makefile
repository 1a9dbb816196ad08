PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := runindex schema resolvers persistence
SOURCES := $(PACKAGES) $(wildcard tests examples bench web requirements client/runindex_client client/tests)
MODULES := web/node_modules/.package-lock.json
GRAPHIQL := resolvers/transports/static/graphiql/index.html
GRAPHIQL_SOURCES := web/compress.mjs $(wildcard web/graphiql/*.* web/graphiql/examples/*)
DASHBOARD := resolvers/transports/static/dashboard/index.html
DASHBOARD_SOURCES := frontend-schema.graphql web/compress.mjs $(wildcard web/dashboard/*.* web/dashboard/tools/*) \
	$(filter-out %.graphql.ts,$(wildcard web/dashboard/src/*.* web/dashboard/src/*/*.* web/dashboard/src/*/*/*.*))
# In front of PATH, it brings node and npm; it can be asked once $(STAMP) is there.
NODE_BIN = $(shell $(BIN)/python web/node.py)
WITH_NODE = PATH="$(NODE_BIN):$$PATH"
WORKERS ?= 2
PYTEST_ARGS ?=

CLIENTS := tests/node
ARIADNE := tests/ariadne
LINEAGE := tests/lineage
MLFLOW := tests/mlflow
AUDIT := .audit

.PHONY: install clients serve test test-compiled check check-style check-types check-imports check-schema audit format sdl errors demo demo-data bench bench-scale wheel lock clean

install: $(STAMP) $(GRAPHIQL) $(DASHBOARD)

# The stamp is written last, so an install that broke off is taken up again.
$(STAMP): pyproject.toml client/pyproject.toml requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable client
	touch $@

$(MODULES): web/package.json web/graphiql/package.json web/dashboard/package.json web/package-lock.json web/.npmrc | $(STAMP)
	cd web && $(WITH_NODE) npm ci --ignore-scripts --loglevel=error
	touch $@

# As the stamp, the pages are written last.
$(GRAPHIQL): $(GRAPHIQL_SOURCES) $(MODULES)
	cd web/graphiql && $(WITH_NODE) npm run --silent build

$(DASHBOARD): $(DASHBOARD_SOURCES) $(MODULES)
	cd web/dashboard && $(WITH_NODE) npm run --silent build
	touch $@

# What the tests use of other makers: clients of npm compiled, the one of ariadne-codegen generated and checked, dbt with
# its sender of events installed, stores that MLflow has written.
clients: $(CLIENTS)/build/.built $(ARIADNE)/build/.built $(LINEAGE)/.venv/.installed $(MLFLOW)/build/.built

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json $(CLIENTS)/.npmrc | $(STAMP)
	cd $(CLIENTS) && $(WITH_NODE) npm ci --ignore-scripts --silent
	touch $@

$(CLIENTS)/build/.built: $(CLIENTS)/node_modules/.installed frontend-schema.graphql examples/reader.ts \
		$(wildcard $(CLIENTS)/*.json $(CLIENTS)/*.ts $(CLIENTS)/typed/*.ts $(CLIENTS)/relay/*.ts)
	rm -rf $(@D)
	cd $(CLIENTS) && $(WITH_NODE) npm run --silent build
	touch $@

$(ARIADNE)/.venv/.installed: requirements/ariadne.txt
	test -x $(ARIADNE)/.venv/bin/python || $(PYTHON) -m venv $(ARIADNE)/.venv
	$(ARIADNE)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/ariadne.txt
	touch $@

$(ARIADNE)/build/.built: $(ARIADNE)/.venv/.installed frontend-schema.graphql $(wildcard $(ARIADNE)/*.*)
	rm -rf $(@D)
	mkdir $(@D)
	cd $(ARIADNE) && .venv/bin/ariadne-codegen --config ariadne.toml > build/log
	cd $(ARIADNE) && .venv/bin/mypy --config-file mypy.ini --cache-dir build/.mypy_cache main.py
	touch $@

$(LINEAGE)/.venv/.installed: requirements/lineage.txt
	test -x $(LINEAGE)/.venv/bin/python || $(PYTHON) -m venv $(LINEAGE)/.venv
	$(LINEAGE)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lineage.txt
	touch $@

$(MLFLOW)/.venv/.installed: requirements/mlflow.txt
	test -x $(MLFLOW)/.venv/bin/python || $(PYTHON) -m venv $(MLFLOW)/.venv
	$(MLFLOW)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mlflow.txt
	touch $@

# Stores that MLflow itself writes, for the tests that import them.
$(MLFLOW)/build/.built: $(MLFLOW)/.venv/.installed $(MLFLOW)/stores.py
	rm -rf $(@D)
	mkdir $(@D)
	cd $(MLFLOW) && .venv/bin/python stores.py build 2> build/log
	touch $@

serve: install
	$(BIN)/runindex serve

test: install clients
	cd web/dashboard && $(WITH_NODE) npm test --silent
	$(WITH_NODE) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

# Where operations are sent, twice: each compiled when it is first seen, and none compiled.
COMPILED := tests/api tests/contract tests/fuzz tests/system tests/unit/resolvers tests/unit/support

test-compiled: install clients
	for mode in forced off; do \
		RUNINDEX_COMPILATION=$$mode $(WITH_NODE) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal \
			--ignore tests/system/browser $(PYTEST_ARGS) $(COMPILED) || exit 1; \
	done

check: check-style check-types check-imports check-schema

check-style: install
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)

check-types: install
	$(BIN)/mypy $(SOURCES)
	cd web/dashboard && $(WITH_NODE) npm run --silent check

check-imports: install
	$(BIN)/lint-imports

# The exported schema is the code's, breaks neither the contract nor the last release, and is in good style.
check-schema: install $(CLIENTS)/node_modules/.installed
	$(BIN)/runindex print-schema | diff -u frontend-schema.graphql -
	$(WITH_NODE) node $(CLIENTS)/inspect.js tests/contract.graphql frontend-schema.graphql
	@if tag=$$(git describe --tags --abbrev=0 2>/dev/null); then \
		echo "since $$tag:"; git show "$$tag:frontend-schema.graphql" | $(WITH_NODE) node $(CLIENTS)/inspect.js /dev/stdin frontend-schema.graphql; \
	fi
	$(WITH_NODE) $(CLIENTS)/node_modules/.bin/eslint --config $(CLIENTS)/eslint.config.js frontend-schema.graphql

# It asks the registries, and fails where they do not answer: so it is no part of `check` and `test`.
audit: $(AUDIT)/.installed | $(STAMP)
	$(WITH_NODE) $(BIN)/python requirements/audit.py $(abspath $(AUDIT))/bin/pip-audit

$(AUDIT)/.installed: requirements/audit.txt
	test -x $(AUDIT)/bin/python || $(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	touch $@

format: install
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Written to the side first: a schema that does not import must not empty the contract.
sdl: install
	$(BIN)/runindex print-schema > $(VENV)/schema.graphql
	mv $(VENV)/schema.graphql frontend-schema.graphql

# The page is what a server answers; the test that compares both writes it here.
errors: install
	RUNINDEX_WRITE_PAGES=1 $(BIN)/python -m pytest -q -n 0 tests/project/errors/test_page.py

demo: install
	$(BIN)/python examples/demo.py

# Into the storage that `make serve` uses; while a server runs, its mutations wait for it.
demo-data: install
	$(BIN)/python examples/demo_data.py $(RUNS) | $(BIN)/runindex import -

bench: install
	$(BIN)/python -m bench

# What costs how much at 10,000, 100,000 and 1,000,000 runs; BENCH_SIZES chooses others.
bench-scale: install
	$(BIN)/python -m bench scale

wheel: install
	$(BIN)/python -m hatchling build --target wheel
	cd client && $(abspath $(BIN))/python -m hatchling build --target wheel --directory ../dist

# Reads the public index alone, so that no address of this machine's settings gets into the pins. The client is installed
# from its folder.
UV_COMPILE = env -u PIP_FIND_LINKS -u UV_FIND_LINKS -u UV_INDEX_URL -u UV_DEFAULT_INDEX $(BIN)/uv --no-config pip compile --quiet \
	--universal --python-version 3.11 --generate-hashes --no-emit-package runindex-client --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)

lock:
	test -x $(BIN)/uv || $(MAKE) install
	$(UV_COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(UV_COMPILE) pyproject.toml --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	$(UV_COMPILE) --group ariadne --output-file requirements/ariadne.txt
	$(UV_COMPILE) --no-strip-extras --group lineage --output-file requirements/lineage.txt
	$(UV_COMPILE) --group mlflow --output-file requirements/mlflow.txt
	$(UV_COMPILE) --group audit --output-file requirements/audit.txt
	cd $(CLIENTS) && $(WITH_NODE) npm install --package-lock-only --ignore-scripts --silent

clean:
	rm -rf $(CLIENTS)/node_modules $(CLIENTS)/build $(CLIENTS)/typed/gql $(CLIENTS)/relay/__generated__ $(ARIADNE)/.venv $(ARIADNE)/build
	rm -rf $(LINEAGE)/.venv $(MLFLOW)/.venv $(MLFLOW)/build
	rm -rf $(VENV) $(AUDIT) resolvers/transports/static web/node_modules web/dashboard/src/__generated__ build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
