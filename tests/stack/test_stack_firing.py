"""Events that come of others, and in which turn they come."""

from __future__ import annotations

import simpy

from swifteats_sim.engine.clock import Clock
from swifteats_sim.stack.firing import first_of, later
from swifteats_sim.stack.service import Process


def fire(bell: simpy.Event) -> None:
    bell.succeed()


def test_whichever_comes_first_fires_and_the_other_changes_nothing() -> None:
    clock, told = Clock(), list[tuple[int, str]]()

    def wait(who: str, *events: simpy.Event) -> Process:
        yield first_of(clock, *events)
        told.append((clock.instant, who))

    bell = clock.event()
    clock.process(wait("alarm", clock.sleep(5), clock.event()))
    clock.process(wait("bell", bell, clock.sleep(9)))
    later(clock, 3, lambda: fire(bell))
    clock.run(until=20)
    assert told == [(3, "bell"), (5, "alarm")]


def test_it_comes_in_the_turn_of_a_condition() -> None:
    """After what was scheduled for the instant before the first event fired, whether a condition waits or this."""

    def order(by_condition: bool) -> list[str]:
        clock, told = Clock(), list[str]()

        def wait() -> Process:
            alarm, never = clock.sleep(5), clock.event()
            yield (alarm | never) if by_condition else first_of(clock, alarm, never)
            told.append("waited")

        clock.process(wait())
        for name, after in (("at once", 5), ("before", 4)):
            later(clock, after, lambda name=name: told.append(name))
        later(clock, 4, lambda: later(clock, 1, lambda: told.append("scheduled later")))
        clock.run(until=20)
        return told

    assert order(by_condition=False) == order(by_condition=True) == ["before", "at once", "scheduled later", "waited"]


def test_later_is_done_at_its_instant_once() -> None:
    clock, told = Clock(), list[int]()
    later(clock, 7, lambda: told.append(clock.instant))
    later(clock, 0, lambda: told.append(clock.instant))
    clock.run(until=20)
    assert told == [0, 7]


def test_the_first_of_two_fires_at_once_where_one_is_over() -> None:
    clock, told = Clock(), list[int]()

    def waiter() -> Process:
        over = clock.sleep(3)
        yield clock.sleep(5)
        yield first_of(clock, clock.event(), over)
        told.append(clock.instant)

    clock.process(waiter())
    clock.run()
    assert told == [5]
