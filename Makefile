# Chengguan. `make help` lists what there is. The work is done by the scripts in deploy/bootstrap/.
.DEFAULT_GOAL := help
.PHONY: help run setup test check fmt bench trust bundle pictures lock clean
.SILENT:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
ARGS ?=
DO := deploy/bootstrap
PY := .venv/bin/python

help: ## This list
	awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing, load the demo bureau if the database is empty, serve on 127.0.0.1:8000 (PORT=8001)
	exec $(DO)/run.sh $(PORT)

setup: ## What developers need: tests' packages, Chromium, tools, front-end files, fonts
	$(DO)/developer.sh

test: setup ## All tests, browser tests included (ARGS="tests/staff -k workday" for some)
	exec $(DO)/test.sh $(ARGS)

check: setup ## Format, lint, templates, types, import floors, migrations, production settings
	exec $(DO)/check.sh

fmt: setup ## Format and tidy the code
	$(PY) -m ruff check --fix --quiet . || true
	$(PY) -m ruff format .

bench: setup ## Measure speed against plain alternatives; JSON to var/bench/
	exec $(PY) -m bench $(ARGS)

trust: setup ## The long tests and drills of docs/trust.md: many runs, kills, full disks, load (ARGS="kill --short" for one drill)
	exec $(DO)/trust.sh $(ARGS)

bundle: ## One archive for a Debian 12 without a network: source, packages, wheels, fonts, bills of material (ARGS=COMMIT for another)
	exec $(DO)/bundle.sh $(ARGS)

pictures: setup ## Take the handbook's pictures anew from the demo that `make run` serves (PORT=8001)
	$(PY) docs/handbook/pictures.py --address http://127.0.0.1:$(PORT) $(ARGS)

lock: setup ## Resolve the newest allowed versions into requirements*.txt and package-lock.json
	$(DO)/lock.sh

clean: ## Remove what can be made again (not the database, not the files people brought)
	rm -rf .venv node_modules static/vendor var/static var/static.stamp var/node .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
