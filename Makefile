# gridgov: `make demo` and `make test` each do all of their own set-up.
.PHONY: demo test bench check lock clean
PY := .venv/bin/python

demo: ## The demo county on http://127.0.0.1:8000 (GRIDGOV_PORT)
	@docker/setup.sh runtime
	@GRIDGOV_DIE_WITH_PARENT=1 exec .venv/bin/gridgov up --demo

test: ## Rules, types and all tests, on a real PostGIS and in a real browser
	@docker/setup.sh test
	@$(MAKE) --no-print-directory check
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: ## Style, import rules, types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(PY) -m mypy

bench: ## Figures of this machine, one JSON object a line
	@docker/setup.sh test
	@$(PY) -m services.bench

lock: ## Renew the lock after a change of the dependencies
	uv pip compile -q --universal --group dev --no-emit-index-url --generate-hashes --no-header pyproject.toml -o requirements.lock

clean: ## Remove what set-up made in this folder
	rm -rf .venv .setup node_modules dashboards/vendor_files
