"""A stack without a city: what runs, what stays idle, and what changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_city import scenario_of

from swifteats_sim.engine.streams import Streams
from swifteats_sim.experiments import rehearse
from swifteats_sim.results import Tables
from swifteats_sim.results.columns import CITY_COLUMNS
from swifteats_sim.simulation import simulate
from swifteats_sim.simulation.software import Software, alone

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = """
name: small
duration: 2 min
seed: 3
stack:
  stations:
    web: {concurrency: 4, balancing: round_robin, instances: 2}
    base: {concurrency: 2, pauses: [{every: exponential(20 s), for: 1 s}]}
  pools:
    red: {size: 3, to: base}
    blue: {size: 2, to: base}
  caches:
    menus: {ttl: 10 s}
  topics:
    news: {partitions: 4, placement: keyed, consumers: 2}
  flows:
    pages:
      arrivals: exponential(50 ms)
      keys: {catalogue: 100, zipf: 1.0}
      steps:
        - {at: web, service: {parse: exponential(2 ms), render: uniform(1 ms, 3 ms)}}
        - cache: menus
          miss: [{hold: {pool: red}, steps: [{at: base, service: exponential(20 ms)}]}]
        - {start: letters}
    letters:
      - {place: news}
      - {consume: news, steps: [{at: base, service: 1 ms}]}
      - {send: 1 kB}
    beats:
      clients: 20
      every: 4 s
      steps: [{at: web, service: exponential(1 ms)}, {hold: {pool: blue}, steps: [{at: base, service: 3 ms}]}]
"""
TURNED = """
seed: 3
stack:
  flows:
    letters:
      - {place: news}
      - {steps: [{service: 1 ms, at: base}], consume: news}
      - {send: 1 kB}
    beats:
      steps: [{service: exponential(1 ms), at: web}, {steps: [{at: base, service: 3 ms}], hold: {pool: blue}}]
      every: 4 s
      clients: 20
    pages:
      steps:
        - {service: {render: uniform(1 ms, 3 ms), parse: exponential(2 ms)}, at: web}
        - miss: [{steps: [{at: base, service: exponential(20 ms)}], hold: {pool: red}}]
          cache: menus
        - {start: letters}
      keys: {zipf: 1.0, catalogue: 100}
      arrivals: exponential(50 ms)
  topics:
    news: {consumers: 2, placement: keyed, partitions: 4}
  caches:
    menus: {ttl: 10 s}
  pools:
    blue: {to: base, size: 2}
    red: {to: base, size: 3}
  stations:
    base: {pauses: [{for: 1 s, every: exponential(20 s)}], concurrency: 2}
    web: {instances: 2, balancing: round_robin, concurrency: 4}
duration: 2 min
name: small
"""
DESIGNED = "name: idle\nduration: 1 min\ndemand:\n  menus: {rate: 60/min, catalogue: 10}\nstack: {extends: design}\n"
"""The whole platform, of which somebody wants menus only."""


def small(text: str = SMALL, *settings: str) -> Tables:
    return simulate(scenario_of(text, *settings))


def test_a_run_without_a_city_records_the_stack_and_an_empty_city() -> None:
    tables = small()
    assert not tables.has_city
    assert {name: list(getattr(tables, name).columns) for name in CITY_COLUMNS} == {
        name: list(columns) for name, columns in CITY_COLUMNS.items()
    }
    assert all(getattr(tables, name).empty for name in CITY_COLUMNS)
    assert tables.series["at"].tolist() == [60 * 10**9, 120 * 10**9]
    assert set(tables.flows) == {"pages", "letters", "beats"}
    assert tables.flows["beats"].born == 20 * 30
    assert tables.flows["pages"].born == pytest.approx(2400, abs=160)
    assert tables.counts == {"events": tables.counts["events"]}


def test_a_flow_that_another_starts_has_a_job_for_each_start() -> None:
    tables = small()
    pages, letters = tables.flows["pages"], tables.flows["letters"]
    # Every page that came through sent one letter; those on their way at the end may have sent theirs or not.
    assert 0 <= letters.born - pages.completed <= pages.born - pages.completed
    assert letters.messages == letters.completed
    assert tables.topics.set_index("topic").loc["news", "messages"] == letters.born


def test_flows_that_nobody_uses_stay_idle() -> None:
    """Without a city nobody orders, drives or watches; nobody searches who was not declared."""
    tables = simulate(scenario_of(DESIGNED))
    busy = {name for name, flow in tables.flows.items() if flow.born}
    assert busy == {"menu"}
    assert "order" not in tables.flows
    visits = tables.stations.set_index("station")["visits"]
    assert {name for name, count in visits.items() if count} == {"gateway", "restaurants", "cache", "replica"}
    assert tables.topics["messages"].sum() == tables.streams["sent"].sum() == 0


def test_what_is_alone_is_watched_and_always_on_the_move() -> None:
    around = alone(scenario_of(SMALL))
    registers = around.registers
    assert (len(registers.watched), sum(registers.watched), list(registers.watchers)) == (20, 20, [20])
    assert registers.legs is None
    assert around.registers.known_fix.tolist() == [-1] * 20
    assert len(around.driver_phases) == 0


def test_flows_have_their_numbers_by_name() -> None:
    """The loop's order at one instant must not depend on the order in the file."""
    for text in (SMALL, TURNED):
        scenario = scenario_of(text)
        software = Software(scenario, Streams(3, 0), alone(scenario))
        assert software.numbers == {"beats": 0, "letters": 1, "pages": 2}
        assert list(software.flows) == ["beats", "letters", "pages"]
        assert [flow.number for flow in software.flows.values()] == [0, 1, 2]


def test_one_scenario_has_one_digest_and_the_order_of_keys_in_it_changes_nothing() -> None:
    digests = {rehearse(scenario_of(text)).digest for text in (SMALL, SMALL, TURNED)}
    assert len(digests) == 1
    assert rehearse(scenario_of(SMALL, "seed=4")).digest not in digests


def test_a_part_that_nobody_uses_changes_nobody_s_times() -> None:
    usual = small()
    more = small(SMALL, "stack.stations.aaa={}", "stack.flows.aaa={arrivals: 1 s, steps: [{at: aaa, service: 1 ms}]}")
    assert more.flows["aaa"].completed > 100
    for name, flow in usual.flows.items():
        assert more.flows[name].latency == flow.latency


def test_replications_are_other_days_of_the_same_software() -> None:
    scenario = scenario_of(SMALL)
    first, second, again = simulate(scenario, 0), simulate(scenario, 1), simulate(scenario, 0)
    assert first.flows["pages"].latency == again.flows["pages"].latency
    assert first.flows["pages"].latency != second.flows["pages"].latency


def test_progress_is_told_every_minute_and_at_the_end() -> None:
    told = list[int]()
    simulate(scenario_of(SMALL, "duration=150 s"), progress=told.append)
    assert told == [60 * 10**9, 120 * 10**9, 150 * 10**9]
