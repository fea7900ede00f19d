# Two commands do everything on a fresh machine: `make run` and `make test`. Both set up first.
PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
READY := $(ENV)/.ready

.PHONY: run test test-long check servers lint bench lock clean

run: $(READY)  ## the main job: rehearse the peak hour; succeeds when the run completes, whatever the verdict
	@$(BIN)/swifteats-sim run scenarios/peak_hour.yaml; code=$$?; \
	case $$code in 0|98|99) exit 0;; *) exit $$code;; esac

test: $(READY) servers  ## all tests but the long ones; real servers are started and stopped by the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not long" --durations=25

test-long: $(READY) servers  ## those that are too long for every change; tests/LONG.md says what they last gave
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long --durations=25

check: $(READY)  ## this project's own scenarios against their baselines; UPDATE=--update takes in what is new
	@code=0; check() { $(BIN)/swifteats-sim check --workers 2 $(UPDATE) "$$@" || code=$$?; }; \
	check scenarios/theory/mm1_rho80.yaml scenarios/theory/mmc_c10_rho80.yaml scenarios/theory/priorities_3class.yaml \
		scenarios/theory/erlang_a_c10_rho110.yaml scenarios/theory/retry_p30_r3.yaml --baseline baselines/theory.yaml; \
	check scenarios/menu_browsing.yaml scenarios/gps_ingest.yaml scenarios/channels/server_sent_events.yaml \
		--set replications=4 --baseline baselines/software.yaml; \
	check scenarios/peak_tenth.yaml --set city.geos.centre.drivers=700 --set city.geos.outer.drivers=300 \
		--set replications=3 --set 'targets.orders.delivered=["rate >= 45/min"]' --baseline baselines/city.yaml; \
	check scenarios/defects/small_city.yaml scenarios/defects/c14_check_then_set.yaml scenarios/defects/c31_dual_write.yaml \
		--set targets={} --set replications=2 --baseline baselines/defects.yaml; \
	exit $$code

servers:  ## the one server that is not a wheel: Debian's Redis, installed where it is missing
	@command -v redis-server > /dev/null || { \
		test "$$(id -u)" = 0 || sudo="sudo -n"; \
		$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server \
		|| { echo "the tests need redis-server: install the package redis-server" >&2; exit 1; }; }

lint: $(READY)  ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)  ## how fast, beside plain SimPy, the reference and Ciw in one run: tables, and outputs/bench.json
	$(BIN)/python -m benchmarks --json outputs/bench.json

lock:  ## pin the dependencies anew
	$(PYTHON) -m venv $(ENV)-lock && $(ENV)-lock/bin/pip install -q pip-tools
	$(ENV)-lock/bin/pip-compile -q --extra dev --extra live --extra servers --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
		--no-emit-find-links -o requirements.lock pyproject.toml
	rm -rf $(ENV)-lock

clean:
	rm -rf $(ENV) outputs build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(ENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
