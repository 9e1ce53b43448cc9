# `make demo` shows it, `make test` tests it; everything is made in .venv beside this file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := models tasks flows templates deployments tests

.PHONY: install demo test check coverage e2e crash storm bench format migration lock clean

install: $(VENV)/.installed

# --no-deps: the lock file is whole, so nothing else is looked up.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "natverkslots needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: install
	@$(BIN)/lots demo $(ARGS)

# A file stays with one process: the demo's story is told once, first (it is the longest and mostly waits), and its
# tests read it. Three processes on two cores, for the same reason.
test: install
	$(BIN)/python -m pytest -m "not e2e" -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

# Which branches of the rules the tests went through; the figure is for who reads it, no goal.
coverage: install
	$(BIN)/python -m pytest -m "not e2e" -n 3 --dist loadfile --no-loadscope-reorder \
		--cov --cov-report=term-missing:skip-covered $(ARGS)

e2e: install
	@command -v chromium >/dev/null || { echo "make e2e needs Debian's chromium: apt-get install chromium"; exit 1; }
	$(BIN)/python -m pytest -m e2e tests/e2e $(ARGS)

check: install
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture

format: install
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

# Two senders, killed 200 times at random moments: each mail goes once or is in doubt.
crash: install
	LOTS_TEST_KILLS=200 $(BIN)/python -m pytest tests/crash -n 0 -s $(ARGS)

# Two offices on one machine, and a fault every few seconds, while members ask. Prints what became of them.
storm: install
	$(BIN)/python -m tests.storm $(ARGS)

bench: install
	$(BIN)/python -m tests.bench

# The next migration, drafted from the tables: make migration NAME="a network has a motto"
migration: install
	$(BIN)/python -m models.migrations $(NAME)

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
