"""The clock: whole nanoseconds only, and a total order of events."""

from __future__ import annotations

import weakref
from collections.abc import Generator
from functools import partial
from typing import Any

import numpy as np
import pytest
import simpy

from swifteats_sim.engine.clock import FEW, MINUTE, SECOND, Clock, to_ns


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


def test_the_end_of_a_process_is_an_event_only_where_somebody_waits_for_it() -> None:
    clock, log = Clock(), list[tuple[int, Any]]()

    def work(duration: int) -> Generator[simpy.Event, Any, int]:
        yield clock.sleep(duration)
        return duration

    def wait(process: simpy.Process) -> Generator[simpy.Event, Any, None]:
        value = yield process
        log.append((clock.instant, value))

    alone = clock.process(work(3))
    clock.process(wait(clock.process(work(5))))
    clock.run()
    # Three beginnings, two alarms, and one end: of the process that is waited for.
    assert clock.events() == 6
    assert (log, alone.value, clock.instant) == ([(5, 5)], 3, 5)


def test_an_event_that_is_over_holds_nobody() -> None:
    clock, log = Clock(), list[int]()
    bell = clock.sleep(2)

    def late() -> Generator[simpy.Event, Any, None]:
        yield clock.sleep(4)
        yield bell
        log.append(clock.instant)
        yield clock.sleep(1)
        log.append(clock.instant)

    clock.process(late())
    clock.run(until=9)
    assert log == [4, 5]


def test_what_a_process_raises_leaves_the_run_as_it_is() -> None:
    clock, broken = Clock(), KeyError("shelf")

    def breaks() -> Generator[simpy.Event, Any, None]:
        yield clock.sleep(1)
        raise broken

    clock.process(breaks())
    with pytest.raises(KeyError) as seen:
        clock.run(until=9)
    assert seen.value is broken
    assert clock.instant == 1


def test_a_run_ends_before_what_happens_at_its_end_and_goes_on_from_there() -> None:
    clock, log = Clock(), list[int]()
    clock.sleep(7).callbacks.append(lambda _: log.append(clock.instant))
    clock.run(until=7)
    assert (log, clock.instant, clock.now) == ([], 7, 7)
    with pytest.raises(ValueError, match="it is 7 ns already, 7 ns is over"):
        clock.run(until=7)
    clock.run(until=8)
    assert (log, clock.instant) == ([7], 8)


def test_what_is_called_off_wakes_nobody_and_moves_nothing_else() -> None:
    clock, log = Clock(), list[tuple[int, int]]()
    alarms = [clock.sleep(5000 - number // 2) for number in range(4 * FEW)]
    for number, alarm in enumerate(alarms):
        alarm.callbacks.append(lambda _, number=number: log.append((clock.instant, number)))  # type: ignore[misc]
    for alarm in alarms[1::2]:
        clock.call_off(alarm)
    clock.run(until=10_000)
    assert log == [(5000 - number // 2, number) for number in range(4 * FEW - 2, -1, -2)]
    assert clock.events() == 4 * FEW


def test_what_is_called_off_is_soon_thrown_out_with_all_that_it_keeps() -> None:
    clock, kept = Clock(), [Kept() for _ in range(4 * FEW)]
    gone = [weakref.ref(each) for each in kept]
    alarms = [clock.sleep(1_000_000) for _ in kept]
    for alarm, each in zip(alarms, kept, strict=True):
        alarm.callbacks.append(partial(ignore, each))
    del each
    kept.clear()
    for alarm in alarms:
        clock.call_off(alarm)
    assert [ref() for ref in gone] == [None] * len(gone)
    assert len(clock._queue) <= FEW


def test_an_alarm_that_has_gone_off_is_not_called_off() -> None:
    clock = Clock()
    alarm = clock.sleep(1)
    clock.run()
    clock.call_off(alarm)
    assert alarm.processed


class Kept:
    """Somebody whom an alarm keeps alive."""


def ignore(kept: Kept, event: simpy.Event) -> None:
    """Do nothing."""
