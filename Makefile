# The front door of dlcourse.  `make help` lists what it offers.
# Everything is installed into .venv and _build; nothing outside this folder changes, except that
# `make test`, run as root on Debian or Ubuntu, installs the browser and the sandbox that it tests with.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed.txt
UV_VERSION := 0.13.8
PORT ?= 8000

# Where this is set, every kernel of every chapter would compile TensorFlow's Python anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help book test fast serve grade bench lint links measure format exercises pins clean env browser

help:  ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

book: env  ## install what is needed, run the chapters, build the HTML book
	@$(BIN)/python tools/book.py build

serve: env  ## serve the built book on this machine (PORT=8000)
	@$(BIN)/python tools/book.py serve --port $(PORT)

test: env browser  ## install what is needed and run every check there is (what CI runs)
	@$(BIN)/python tools/check.py all

fast: env  ## the checks that take seconds: lint, types, the package without Keras
	@$(BIN)/python tools/check.py fast

lint: env  ## style, types, spelling and prose
	@$(BIN)/python tools/check.py lint

links: env  ## ask for every page that the book links to (needs the network)
	@$(BIN)/python tools/book.py links

measure: env browser  ## print what each page of the built book weighs, and what a slider's step costs
	@$(BIN)/python tools/measure.py

format: env  ## bring the code into the style of the house
	@$(BIN)/ruff check --fix-only -q . && $(BIN)/ruff format -q .

grade: env  ## grade notebooks: make grade WHAT="my_notebook.ipynb" (or a folder of them)
	@$(BIN)/dlcourse grade $(WHAT)

exercises: env  ## write the student and solution notebooks anew from exercises/sources
	@$(BIN)/dlcourse exercises build

bench: env  ## run the benchmarks, side by side with Keras, and print their tables
	@for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

pins: env  ## compile requirements/course.txt anew from pyproject.toml
	@$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --all-extras --no-annotate \
	  --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements/course.txt

clean:  ## remove everything that was built or installed in this folder
	rm -rf _build $(VENV) node_modules dlcourse.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

env: $(STAMP)

$(STAMP): requirements/course.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "dlcourse needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing into $(VENV) (TensorFlow is large; the first time takes a few minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install -q --python $(BIN)/python -r requirements/course.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

browser: env
	@$(BIN)/python tools/system.py
