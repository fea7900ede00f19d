"""Backlogs on a flow's path: where jobs heap up although the flow's own numbers look well."""

from __future__ import annotations

import pytest
from small_city import FIXED, scenario_of

from swifteats_sim.experiments import Rehearsal, rehearse
from swifteats_sim.results import growths, judge
from swifteats_sim.simulation.paths import paths_of

OVERLOADED = """
name: overloaded
warmup: 10 min
duration: 80 min
seed: 3
stack:
  stations:
    web: {}
  flows:
    calls:
      arrivals: exponential(99 ms)
      steps: [{retry: {attempts: 3, timeout: 30 s}, steps: [{at: web, service: exponential(100 ms)}]}]
targets:
  calls.latency: [p99 < 1 min]
"""
HELD = """
name: held
duration: 60 min
seed: 3
stack:
  stations:
    web: {concurrency: 1000}
  pools:
    base: {size: 1}
  flows:
    calls:
      arrivals: 600 ms
      steps: [{hold: {pool: base, timeout: 2 h}, steps: [{at: web, service: 90 min}]}]
targets:
  pool.base.wait: [max < 1 s]
"""
PARTS = """
stack:
  stations: {web: {}, base: {}, store: {}}
  pools: {red: {size: 1, to: base}}
  topics: {news: {partitions: 1, placement: keyed}}
  flows:
    pages:
      arrivals: 1 s
      steps:
        - branch:
            - {share: 50 %, steps: [{at: web, service: 1 ms}]}
            - {share: 50 %, steps: [{hold: {pool: red}, steps: [{at: base, service: 1 ms}]}]}
        - {start: letters}
    letters:
      - {place: news}
      - {consume: news, steps: [{at: store, service: 1 ms}]}
"""


def rehearsed(text: str, *settings: str) -> Rehearsal:
    return rehearse(scenario_of(text, *settings))


def test_an_overload_that_retries_hide_from_the_flow_is_seen_at_its_station() -> None:
    """One per cent over capacity: once the wait is 30 s all attempts time out, and each client is gone after three.

    So no more than 90 s' worth of calls are in flight, and the few that were answered were so within 30 s an attempt.
    """
    run = rehearsed(OVERLOADED)
    grown = growths(run.tables[0])
    (by_its_own,) = judge(run.scenario.conditions, run.estimates, [grown])
    assert (by_its_own.verdict, grown["in_flight.calls"].saturated) == ("pass", False)
    (judged,) = run.judgements
    assert judged.verdict == "saturated"
    assert judged.reason.startswith("jobs waiting at web grow by ")


@pytest.mark.parametrize("duration", ["40 s", "150 s", "3 min"])
def test_a_few_minutes_at_twice_the_capacity_are_saturated(duration: str) -> None:
    settings = "warmup=0 s", f"duration={duration}", "stack.flows.calls.arrivals=exponential(50 ms)"
    (judged,) = rehearsed(OVERLOADED, *settings).judgements
    assert judged.verdict == "saturated"


def test_a_few_minutes_at_half_the_capacity_pass() -> None:
    settings = "warmup=0 s", "duration=3 min", "stack.flows.calls.arrivals=exponential(200 ms)"
    (judged,) = rehearsed(OVERLOADED, *settings).judgements
    assert judged.verdict == "pass"


def test_who_still_waits_for_a_pool_when_the_run_ends_has_waited() -> None:
    """A job each 0.6 s, the last one 0.6 s before the end; the first keeps the only connection, 5,998 wait for it."""
    run = rehearsed(HELD)
    tables, (judged,) = run.tables[0], run.judgements
    assert tables.series["waiting.base"].iloc[-1] == 5_998
    assert run.estimates["pool.base.wait.max"].value == pytest.approx(3600 - 1.2, abs=1e-9)
    assert tables.pools["queued"].item() / 1e9 == pytest.approx(0.6 * 5_998 * 5_999 / 2, rel=1e-12)
    assert judged.verdict == "saturated"
    assert judged.reason.startswith("jobs waiting for base grow by ")


def test_the_last_part_of_a_minute_ends_with_those_who_wait_then() -> None:
    whole, cut = (rehearsed(HELD, f"duration={length}").tables[0] for length in ("2 min", "90 s"))
    assert cut.series["at"].tolist() == [60_000_000_000, 90_000_000_000]
    first, last = cut.series["waiting.base"].tolist()
    assert first == whole.series["waiting.base"].iloc[0]
    assert last - first == 50


def test_a_flow_depends_on_all_that_its_jobs_and_those_it_starts_meet() -> None:
    letters = ("in_flight.letters", "lag.news", "queue.store")
    assert paths_of(scenario_of(PARTS, "name=parts", "duration=1 min").stack) == {
        "pages": ("in_flight.pages", "queue.web", "waiting.red", "queue.base", *letters),
        "letters": letters,
    }


def test_orders_depend_on_the_queues_and_pools_of_their_path_and_of_its_effects() -> None:
    """The search for drivers comes after the answer: its queue is none of theirs."""
    moved = "stack.effects.find_drivers.at=finder", "stack.effects.insert.at=base"
    apart = scenario_of(FIXED, *(f"stack.stations.{name}={{}}" for name in ("finder", "base")), *moved)
    assert paths_of(apart.stack)["order"] == ("queue.server", "waiting.connections", "queue.base")
