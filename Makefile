# What is typed is what runs: every target sets up first, which takes no time when nothing changed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test check audit format docs all clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## .venv/ and the built workspace; skipped when nothing changed (PYTHON=… chooses the interpreter)
	@tools/setup

demo: setup ## learns to pour on the twin over the real ROS 2 graph, evaluates, draws (ARGS="steps:=1000 seed:=3" …)
	@.venv/bin/msaclag up pour_coffee_sim $(ARGS)

test: setup ## the whole test suite (ARGS="-k safety" …)
	@.venv/bin/with-ros pytest -n 2 --dist worksteal -m "not alone" $(ARGS) || [[ $$? == 5 ]] # 5: ARGS chose none of these
	@.venv/bin/with-ros pytest -m alone $(ARGS) || [[ $$? == 5 ]]

check: setup ## lint, format and types
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

audit: setup ## known vulnerabilities of what is installed; asks the database osv.dev, so it needs the Internet
	@[[ -e .venv/audit/bin/pip-audit ]] || { .venv/bin/python -m venv .venv/audit && \
	  .venv/audit/bin/pip --disable-pip-version-check install --quiet -r requirements/audit.txt; }
	@.venv/audit/bin/pip-audit --vulnerability-service osv --path .venv/lib/python3*/site-packages

format: setup ## formats and fixes what can be fixed
	@.venv/bin/ruff check --fix-only
	@.venv/bin/ruff format

docs: setup ## the documents as a site in site/, its links checked
	@NO_MKDOCS_2_WARNING=1 .venv/bin/with-ros mkdocs build --quiet --strict

all: format check test ## what to run before a commit: format, lint, types, tests (which build the site too)

clean: ## removes all that the set-up made; runs/ stays
	@rm -rf .venv ros2_ws/build ros2_ws/install ros2_ws/log site .pytest_cache .mypy_cache .ruff_cache .hypothesis
