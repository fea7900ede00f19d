"""The clock: whole nanoseconds only, and a total order of events."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
import simpy

from swifteats_sim.engine.clock import MINUTE, SECOND, Clock, to_ns


@pytest.mark.parametrize("duration", [1.0, float("nan"), float("inf"), True, None, "1", np.int64(1), np.float64(1.0)])
def test_a_duration_is_a_plain_integer(duration: Any) -> None:
    with pytest.raises(TypeError, match="a duration is an integer of nanoseconds, not"):
        Clock().sleep(duration)


def test_time_never_goes_back() -> None:
    with pytest.raises(ValueError, match="Negative delay -1"):
        Clock().sleep(-1)


def test_sleepers_wake_at_exact_instants_and_ties_in_the_order_they_lay_down() -> None:
    clock, log = Clock(), list[tuple[str, int]]()

    def sleeper(name: str, *durations: int) -> Generator[simpy.Event, Any, None]:
        for duration in durations:
            yield clock.sleep(duration)
            log.append((name, clock.instant))

    clock.process(sleeper("a", 3, 3))
    clock.process(sleeper("b", 2, 4))
    clock.process(sleeper("c", 0, 3))
    clock.run(until=10**18)
    # c lies down at 0 for 3 after a did; b lies down at 2 for 4, before a at 3: both wake at 6.
    assert log == [("c", 0), ("b", 2), ("a", 3), ("c", 3), ("b", 6), ("a", 6)]
    assert clock.instant == 10**18
    assert type(clock.instant) is int


def test_reading_the_number_of_events_schedules_none() -> None:
    clock = Clock()
    assert [clock.events(), clock.events()] == [0, 0]
    for duration in range(5):
        clock.sleep(duration)
    assert [clock.events(), clock.events()] == [5, 5]
    clock.event().succeed()
    assert clock.events() == 6


def test_seconds_become_the_nearest_nanosecond() -> None:
    assert [to_ns(value) for value in (0.1, 1e-9, 1.4e-9, 1.6e-9, 60, 0)] == [
        100_000_000, 1, 1, 2, MINUTE, 0,
    ]  # fmt: skip
    assert MINUTE == 60 * SECOND
    assert type(to_ns(2.0)) is int


def test_what_is_no_number_is_no_instant() -> None:
    with pytest.raises(ValueError, match="NaN"):
        to_ns(float("nan"))
    with pytest.raises(OverflowError):
        to_ns(float("inf"))
