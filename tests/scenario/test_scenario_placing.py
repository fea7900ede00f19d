"""A message is handled in the partition where it was placed: whoever consumes a topic was placed there, and last."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from swifteats_sim.scenario import Scenario

PLACE_A, PLACE_B, DELAY = {"place": "a"}, {"place": "b"}, {"delay": "1 ms"}
CONSUME = {"consume": "a", "steps": [DELAY]}
TOPIC = {"partitions": 2, "placement": "keyed"}
BATCH = {"every": "1 s"}


def scenario(*steps: Any) -> Scenario:
    flows = {"f": {"arrivals": "1 s", "steps": list(steps)}}
    stack = {"stations": {"s": {}}, "topics": {"a": TOPIC, "b": TOPIC}, "flows": flows}
    return Scenario.model_validate({"name": "placing", "duration": "1 s", "stack": stack})


@pytest.mark.parametrize(
    "steps",
    [
        (PLACE_B, PLACE_A, CONSUME),
        (PLACE_A, {"parallel": [[PLACE_B]]}, CONSUME),
        (PLACE_A, {"branch": [{"share": "100 %", "steps": [PLACE_B, PLACE_A]}]}, CONSUME),
        ({"repeat": 2, "steps": [PLACE_A, CONSUME, PLACE_B]},),
        (PLACE_A, {"repeat": 2, "steps": [CONSUME]}),
        ({"batch": BATCH, "steps": [PLACE_A, CONSUME]},),
    ],
)
def test_who_was_placed_last_in_a_topic_may_be_consumed(steps: tuple[Any, ...]) -> None:
    assert scenario(*steps).stack.topics.keys() == {"a", "b"}


@pytest.mark.parametrize(
    "steps",
    [
        (PLACE_A, PLACE_B, CONSUME),
        (PLACE_A, {"branch": [{"share": "50 %", "steps": [PLACE_B]}, {"share": "50 %", "steps": []}]}, CONSUME),
        (PLACE_A, {"repeat": 2, "steps": [CONSUME, PLACE_B]}),
        (PLACE_A, {"consume": "a", "steps": [PLACE_B]}, CONSUME),
        (PLACE_B, {"batch": BATCH, "steps": [PLACE_A]}, CONSUME),
    ],
)
def test_who_may_have_been_placed_elsewhere_since_may_not(steps: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError, match="not every job that comes here was placed last by `place: a`"):
        scenario(*steps)


def test_who_stands_for_a_batch_is_placed_alone() -> None:
    with pytest.raises(ValidationError, match="no `place: a` stands before"):
        scenario({"batch": BATCH, "steps": [PLACE_A]}, CONSUME)
