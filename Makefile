# make site   builds both editions into _build/site      make serve      shows them at http://localhost:8000
# make test   runs the tests; slow ones with CI=1 too    make notebooks  writes notebooks/ from book/
# make pdf    prints each edition into _build/pdf, and links to it from the site
# make agree  records what the pages state and what vouches for it, as far as that needs no judgement
#
# Each command first makes the environment in .venv, if it is not there or if what it is made from has changed.

.PHONY: help site serve pdf test notebooks agree clean
.DEFAULT_GOAL := help

ENV := .venv
PY := $(ENV)/bin/python
READY := $(ENV)/ready
PORT ?= 8000

# The newest Python from 3.11 on that is installed under one of these names; PYTHON=... chooses another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done)

# One thread for linear algebra: faster for matrices as small as ours, and the same on every machine.
export OPENBLAS_NUM_THREADS ?= 1

help:
	@sed -n '1,4p' Makefile | sed 's/^# \{0,1\}//'

$(READY): pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed and was not found (python3 is $$(python3 --version 2>&1))."; \
		echo "Install it (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python"; \
		exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make environments: its venv module is missing."; \
		echo "Install it (Debian, Ubuntu: apt install python3-venv) and try again."; exit 1; }
	@echo "making the environment in $(ENV) ..."
	@test -x $(PY) || $(PYTHON) -m venv $(ENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[book,test]' || \
		{ echo "The environment could not be made: pip's message stands above."; \
		echo "It needs the network once, and about 1 GB of space. make clean-env removes what is half done."; exit 1; }
	@touch $(READY)

site: $(READY)
	@$(PY) book/_tools/site.py

serve: site
	@echo "http://localhost:$(PORT)/  (Ctrl+C stops)"
	@$(PY) -m http.server --directory _build/site $(PORT)

# Whether there is a browser and Korean type to print with is asked before the site is built.
pdf: $(READY)
	@$(PY) book/_tools/pdf.py --check
	@$(MAKE) --no-print-directory site
	@$(PY) book/_tools/pdf.py

# From what answers soonest to what takes longest. With CI=1 the slow tests run too. nbval runs every page, in one
# edition: the other's notebook holds the same code and outputs, which a test in tests/book/test_nbval.py compares.
test: site
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest tests backprop --doctest-modules -n 2 --dist worksteal
	$(PY) -m pytest notebooks/ko --nbval --nbval-current-env -n 2 --dist loadfile

notebooks: $(READY)
	$(PY) book/_tools/notebooks.py

agree: $(READY)
	@$(PY) book/_tools/agree.py

clean:
	rm -rf _build *.egg-info

.PHONY: clean-env
clean-env:
	rm -rf $(ENV)
