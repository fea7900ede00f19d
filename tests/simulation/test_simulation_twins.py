"""Mechanism by mechanism, a hand-made stack that strains it: both engines leave the same record, to the nanosecond.

Random stacks (`test_simulation_engines`) find what nobody has thought of; these are few and quick, and say what broke.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from both_engines import differences, record
from random_stacks import Tree, scenario_of

STRANGERS, FIVE = {"arrivals": "exponential(10 ms)"}, {"clients": 5, "every": "40 ms"}
"""Who comes: another one each time, or the same five again and again, each of whom asks for something of his own."""


def _stack(steps: list[Any], who: Tree = STRANGERS, **parts: Tree) -> Tree:
    """Jobs that come about as fast as one server serves them, with a warm-up, so that many queue at its end too."""
    flow = {**who, "steps": steps}
    stations = {"desk": {}, **parts.pop("stations", {})}
    return {
        "name": "twins", "warmup": "1 s", "duration": "2 s",
        "stack": {"stations": stations, **parts, "flows": {"call": flow}},
    }  # fmt: skip


SERVED = {"at": "desk", "service": "exponential(9 ms)"}
SLOW = {"at": "desk", "service": "exponential(12 ms)"}
STORIES: Mapping[str, Tree] = {
    "a line among equals": _stack([SLOW | {"priority": 1}], stations={"desk": {"discipline": "priority"}}),
    "several servers": _stack([{"at": "desk", "service": "exponential(25 ms)"}], stations={"desk": {"concurrency": 3}}),
    "patience": _stack([SLOW | {"patience": "exponential(20 ms)"}]),
    "a queue with a limit": _stack([SLOW], stations={"desk": {"queue": 3}}),
    "a pool": _stack([{"hold": {"pool": "two", "timeout": "60 ms"}, "steps": [SLOW]}], pools={"two": {"size": 2}}),
    "retries with a budget": _stack(
        [{"retry": {"attempts": 4, "timeout": "30 ms", "backoff": "10 ms", "jitter": "50 %", "budget": "20 %"},
          "steps": [{"at": "desk", "service": "exponential(6 ms)"}, {"fail": "20 %"}]}]
    ),
    "a cache that forgets": _stack([{"cache": "kept", "miss": [SERVED]}], FIVE, caches={"kept": {"ttl": "100 ms"}}),
    "messages by key": _stack(
        [{"place": "news"}, {"consume": "news", "steps": [SERVED]}],
        FIVE,
        topics={"news": {"partitions": 3, "consumers": 3, "placement": "keyed"}},
    ),
    "consumers that crash": _stack(
        [{"place": "news"}, {"consume": "news", "steps": [{"delay": "15 ms"}]}],
        topics={
            "news": {
                "partitions": 2, "consumers": 2, "placement": "round_robin", "session": "100 ms", "rebalance": "50 ms",
                "crashes": [{"consumer": 0, "at": "1500 ms", "for": "500 ms"}],
            }
        },
    ),
    "a batch": _stack([{"batch": {"size": 4, "every": "30 ms"}, "steps": [{"delay": "1 ms"}]}]),
    "a fork": _stack([{"parallel": [[SERVED], [{"delay": "exponential(9 ms)"}]]}]),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_a_mechanism_works_alike_in_both_engines(story: str) -> None:
    scenario = scenario_of(STORIES[story])
    read, run = record(scenario, "reference"), record(scenario, "compiled")
    assert differences(read, run) == []
    assert len(run.jobs["call"]) > 50, "something happens"
