# make ask [QUESTION="…"]   installs Pincite in .venv and asks
# make demo [PORT=8000]     installs the web application, too, and starts its demonstration
# make test                 installs what the tests need, too, and runs them
QUESTION ?= What is the treatment for Baastrup's disease?
PORT ?= 8000
PYTHON ?= python3
VENV ?= .venv
export QUESTION

.PHONY: ask demo test clean

ask: $(VENV)/.installed
	@$(VENV)/bin/pincite ask -- "$$QUESTION"

demo: $(VENV)/.installed-with-web
	@exec $(VENV)/bin/pincite serve --demo --port "$(PORT)"

test: $(VENV)/.installed-for-tests
	$(VENV)/bin/python -m pytest

# A half-made environment has no pip and is made anew.
$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pincite needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "The module venv is missing. On Debian: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.installed: pyproject.toml $(VENV)/bin/pip
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-with-web: pyproject.toml $(VENV)/bin/pip
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[web]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-for-tests: pyproject.toml $(VENV)/bin/pip
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $(VENV)/.installed $(VENV)/.installed-with-web $@

clean:
	rm -rf $(VENV)
