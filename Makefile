# CI, hooks and people call these targets and nothing else. Each makes what it needs first.
.SUFFIXES:
.PHONY: help demo serve test check format docs bench lock clean

PY = .venv/bin/python
# A test file stays on one worker, so that what a module fixture starts is started once.
PYTEST_FLAGS = -n 2 --dist loadfile
DATABASE = sqlite:///auscult.db

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: .venv/base ## load, score and serve the example conversations (DEMO=once: do not stay)
	@.venv/bin/auscult demo $(if $(filter once,$(DEMO)),--once)

serve: .venv/base ## serve DATABASE (sqlite:///auscult.db unless said)
	@.venv/bin/auscult serve --database $(DATABASE)

test: .venv/dev ## run every test
	@$(PY) -m pytest $(PYTEST_FLAGS) $(T)

check: .venv/dev ## lint, format, types, layers, sizes, docs drift
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/pyright
	@.venv/bin/lint-imports --no-cache --no-logo
	@$(PY) -m tools.sizes
	@$(PY) -m tools.cli_reference --check

format: .venv/dev ## mend what ruff can mend
	@.venv/bin/ruff check --fix-only --quiet
	@.venv/bin/ruff format

docs: .venv/dev ## write the generated pages of docs/reference
	@$(PY) -m tools.cli_reference

bench: .venv/dev ## measure, and print the figures with the machine's cores
	@$(PY) -m bench

# `--universal`: one file for every platform and every Python from 3.11 on.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE)

lock: .venv/lock ## compile the pins again (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) pyproject.toml requirements/build.in -o requirements/base.txt
	@$(COMPILE) pyproject.toml requirements/build.in --group dev -c requirements/base.txt -o requirements/dev.txt
	@$(COMPILE) requirements/lock.in -o requirements/lock.txt

clean: ## remove everything that make made
	@rm -rf .venv .auscult .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# Python 3.12 and later need SQLite 3.42 or later for the durable jobs: an interpreter without is passed over.
.venv/bin/python:
	@for python in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14; do \
	    if "$$python" -c 'import sqlite3, sys; v = sys.version_info; sys.exit(v < (3, 11) or (v >= (3, 12) and sqlite3.sqlite_version_info < (3, 42)))' 2>/dev/null; then \
	        "$$python" -m venv .venv && exit 0; \
	        rm -rf .venv; \
	        echo "auscult: $$python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	    fi; \
	done; \
	echo "auscult needs Python 3.11 or newer (3.12 and newer with SQLite 3.42 or newer), and found none." >&2; \
	echo "Name one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1

PIP = $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-compile --no-deps
SELF = $(PIP) --no-build-isolation --editable .

.venv/base: requirements/base.txt pyproject.toml | .venv/bin/python
	@echo "auscult: setting up .venv (once; under a minute)" >&2
	@$(PIP) --require-hashes --requirement requirements/base.txt
	@$(SELF)
	@touch $@

.venv/dev: requirements/dev.txt requirements/base.txt pyproject.toml | .venv/bin/python
	@echo "auscult: setting up .venv with what tests and checks need (once; under two minutes)" >&2
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(SELF)
	@touch .venv/base $@

.venv/lock: requirements/lock.txt | .venv/bin/python
	@$(PIP) --require-hashes --requirement requirements/lock.txt
	@touch $@
