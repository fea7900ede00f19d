"""Both engines do the same: every job leaves at the same nanosecond, every table is equal, whatever the stack.

The compiled loop is run, the interpreter is read; here neither is believed.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from typing import Any

import pytest
from both_engines import differences, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_cities import cities
from random_stacks import Tree, scenario_of, stacks
from stacks_once_wrong import ONCE_WRONG
from swarm import scenario_of as swarming
from swarm import settings_of

from swifteats_sim.engine.agenda import Agenda
from swifteats_sim.engine.batching import Tray
from swifteats_sim.engine.cache import TtlCache
from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.group import Group
from swifteats_sim.engine.job import Job
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import Station
from swifteats_sim.scenario import Scenario

STEPS = st.sampled_from((0, 1_000_003, 7_777_777, 100_000_000))
"""How far the compiled loop goes at once, ns; 0: as far as it is asked. Mostly between the instants of events."""
LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def examples(count: int) -> settings:
    """So many, the same ones each time."""
    return settings(
        max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=LARGE
    )  # fmt: skip


FAST, SLOW, FAST_CITIES, SLOW_CITIES = map(examples, (60, 1500, 5, 150))
SAMPLE, TIMELY, PART = 300, 100, 20
"""Scenarios of the swarm; those that do not wait for the long tests; how many a test runs."""


TOPIC: Tree = {
    "partitions": 2, "consumers": 2, "placement": "round_robin", "session": "10 ms", "rebalance": "10 ms",
    "crashes": [{"at": "200 ms", "for": "50 ms"}],
}  # fmt: skip
SMALL: Tree = {
    "name": "small", "duration": "1 s",
    "stack": {
        "stations": {"s0": {}, "s1": {"discipline": "priority"}, "s2": {"instances": 2, "balancing": "least_busy"}},
        "pools": {"p0": {"size": 1}},
        "caches": {"c0": {"entries": 20}},
        "topics": {"t0": TOPIC},
        "flows": {
            "f0": {
                "clients": 9, "every": "20 ms", "offline": {"every": "exponential(50 ms)", "for": "30 ms"},
                "steps": [
                    {"at": "s2", "service": "10 ms"},
                    {"batch": {"size": 3, "every": "5 ms"}, "steps": [{"delay": "1 ms"}]},
                    {"hold": {"pool": "p0", "timeout": "1 s"}, "steps": [{"at": "s1", "service": "1 ms"}]},
                    {"cache": "c0", "miss": [{"at": "s0", "service": "exponential(1 ms)", "patience": "9 ms"}]},
                    {"place": "t0"},
                    {"consume": "t0", "steps": [{"delay": "1 ms"}]},
                ],
            },
            "f1": {
                "arrivals": "20 ms", "batch": 3, "population": 9,
                "steps": [{"delay": "5 ms"}, {"at": "s0", "service": "exponential(2 ms)"}],
            },
        },
    },
}  # fmt: skip
"""A little of everything."""


def simulated(scenario: Scenario, step: int = 0) -> list[str]:
    """Where the engines differ."""
    return differences(record(scenario, "reference"), record(scenario, "compiled", step))


@given(stacks(), STEPS)
@FAST
def test_every_job_of_a_random_stack_takes_as_long_by_both_engines(tree: Tree, step: int) -> None:
    assert simulated(scenario_of(tree), step) == []


@pytest.mark.long
@given(stacks(), STEPS)
@SLOW
def test_every_job_of_many_random_stacks_takes_as_long_by_both_engines(tree: Tree, step: int) -> None:
    assert simulated(scenario_of(tree), step) == []


@given(cities())
@FAST_CITIES
def test_who_decides_meets_the_same_stations_pools_and_limits_by_both_engines(tree: Tree) -> None:
    assert simulated(scenario_of(tree)) == []


@pytest.mark.long
@given(cities(), st.sampled_from((0, 97_000_000)))
@SLOW_CITIES
def test_who_decides_in_many_random_cities_meets_the_same_by_both_engines(tree: Tree, step: int) -> None:
    assert simulated(scenario_of(tree), step) == []


@pytest.mark.parametrize("story", ONCE_WRONG)
def test_what_once_was_wrong_is_right(story: str) -> None:
    assert simulated(scenario_of(ONCE_WRONG[story])) == []


def _swarm(numbers: range) -> list[str]:
    scenarios = ((number, swarming(settings_of(number))) for number in numbers)
    return [f"{number}: {each}" for number, scenario in scenarios for each in simulated(scenario)]


def test_a_sample_of_the_swarm_is_the_same_by_both_engines() -> None:
    assert _swarm(range(20)) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, TIMELY, PART))
def test_the_swarm_is_the_same_by_both_engines(first: int) -> None:
    assert _swarm(range(first, first + PART)) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(TIMELY, SAMPLE, PART))
def test_more_of_the_swarm_is_the_same_by_both_engines(first: int) -> None:
    assert _swarm(range(first, first + PART)) == []


def test_what_is_drawn_is_a_function_of_its_scenario() -> None:
    """Otherwise equal tables would say little: jobs are noted, and a run differs from that of another seed."""
    one, again, other = (record(scenario_of(SMALL | {"seed": seed}), "compiled") for seed in (1, 1, 2))
    assert len(one.jobs["f0"]) > 100
    assert differences(one, again) == []
    assert any(each.startswith("jobs of f0") for each in differences(one, other))


@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        (Station, "visit", lambda times: (times[0], times[1] + 1)),
        (Law, "draw_ns", lambda drawn: drawn + 1),
        (Tray, "departure", lambda at: at + 1),
        (Gaps, "back", lambda at: at + 1),
        (TtlCache, "_is_gone", lambda gone: True),
        (Group, "log", lambda at_once: False),
    ],
)
def test_a_law_that_one_engine_alone_changes_shows(
    monkeypatch: pytest.MonkeyPatch, kind: type[Any], name: str, change: Callable[[Any], Any]
) -> None:
    plain = getattr(kind, name)

    def changed(self: Any, *arguments: Any, **options: Any) -> Any:
        return change(plain(self, *arguments, **options))

    compiled = record(scenario_of(SMALL), "compiled")
    monkeypatch.setattr(kind, name, changed)
    assert differences(record(scenario_of(SMALL), "reference"), compiled) != []


def test_who_comes_first_of_two_at_the_same_instant_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients come in the other order, and no time is changed: round times make such instants frequent."""

    def backwards(self: Agenda, job: Job, at: int, pc: int) -> None:
        job.pc = pc
        turn = job.turn = self._turn = self._turn + 1
        heappush(self.heap, (at, (0, 0), job.flow.number, -job.entity, job.index, job.lane, turn, job))

    compiled = record(scenario_of(SMALL), "compiled")
    monkeypatch.setattr(Agenda, "resume", backwards)
    assert differences(record(scenario_of(SMALL), "reference"), compiled) != []
