"""What cannot hold by arithmetic, and what is near it: each objection names its numbers and the ledger's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from swifteats_sim.forecast.facts import Facts, StationFacts, TopicFacts
from swifteats_sim.forecast.path_words import share
from swifteats_sim.scenario import Scenario, format_duration, format_value
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.steps import Retry, flat

FULL, TIGHT = 1.0, 0.85
"""Shares of its capacity at which a part cannot keep up, and has no room."""
STATED = {"gps": ("#117", "C62"), "location": ("#125", "C62"), "orders": ("#62",)}
"""What is claimed of a station's size."""


class Objection(NamedTuple):
    """One thing that speaks against a scenario. certain : it cannot hold; otherwise it may not."""

    text: str
    refs: tuple[str, ...] = ()
    certain: bool = True


def objections_to_work(scenario: Scenario, facts: Facts) -> Iterator[Objection]:
    """Against stations, consumers, attempts and the fleet."""
    for station in facts.stations:
        yield from _station(station)
    yield from _storms(scenario, facts)
    for topic in facts.topics:
        yield from _consumers(topic)
    yield from _attempts(facts)
    yield from _fleet(facts)


def per_second(rate: float) -> str:
    """A rate as `2,000/s`."""
    return f"{format_value(rate, '')}/s"


def seconds(time: float) -> str:
    """A time as `16.5 ms`."""
    return format_value(time, "s")


def number(value: float) -> str:
    """A number to three digits."""
    return format_value(value, "")


def _station(station: StationFacts) -> Iterator[Objection]:
    refs, sums = STATED.get(station.name, ()), _sums(station)
    if station.utilization > FULL:
        left = share(1.0 - 1.0 / station.utilization)
        yield Objection(
            f"Station {station.name} is offered {share(station.utilization)} of what it can do: {sums}. It serves "
            f"{per_second(station.capacity or 0.0)} at most; {left} of its jobs are left over.", refs,
        )  # fmt: skip
    elif station.busiest > FULL:
        why, defects = _unevenly(station)
        yield Objection(
            f"Station {station.name}: its busiest instance is offered {share(station.busiest)} of what it can do, "
            f"{why}; all {station.instances} together {share(station.utilization)}: {sums}.", (*defects, *refs),
        )  # fmt: skip
    elif max(station.utilization, station.busiest) > TIGHT:
        worst = share(max(station.utilization, station.busiest))
        yield Objection(f"Station {station.name} has no room: {worst} busy. {sums}.", refs, certain=False)


def _sums(station: StationFacts) -> str:
    paused = f", {number(station.up)} of them at work" if station.up < station.servers else ""
    return (
        f"{per_second(station.visits)} x {seconds(station.service)} keep {number(station.busy)} servers busy, "
        f"and there {'is' if station.servers == 1 else 'are'} {station.servers:,} "
        f"({station.instances} x {station.concurrency}){paused}"
    )


def _unevenly(station: StationFacts) -> tuple[str, tuple[str, ...]]:
    if station.pinned:
        return f"since all messages of {' and '.join(station.pinned)} are in one partition of a geo", ("C42",)
    return "since its balancing looks at no queue", ()


def _storms(scenario: Scenario, facts: Facts) -> Iterator[Objection]:
    """Retries that keep a station full once it is (anchors: load x attempts > capacity)."""
    if not any(isinstance(step, Retry) for flow in scenario.stack.flows.values() for step in flat(flow.steps)):
        return
    for station in facts.stations:
        capacity = station.capacity or 0.0
        if station.visits < capacity < station.storm:
            yield Objection(
                f"Station {station.name}: up to {number(station.storm / station.visits)} x under failure, "
                f"{per_second(station.storm)} exceeds {per_second(capacity)}: a retry storm can hold itself up.",
                certain=False,
            )


def _consumers(topic: TopicFacts) -> Iterator[Objection]:
    if not topic.awaited or not topic.consumers or topic.busiest <= TIGHT:
        return
    where = f"{topic.consumers} of its consumers get work" if topic.placement == "pinned" else "one handles at a time"
    refs = ("C42",) if topic.placement == "pinned" else ("#125",) if topic.name == "fixes" else ()
    pinned = ", since all messages of a geo are in one partition" if topic.placement == "pinned" else ""
    text = (
        f"Topic {topic.name}: {per_second(topic.messages)} keep {number(topic.busy)} consumers busy, and {where}"
        f"{pinned}; the busiest needs {share(topic.busiest)} of its time."
    )
    yield Objection(text, refs, certain=topic.busiest > FULL)


def _attempts(facts: Facts) -> Iterator[Objection]:
    for each in facts.hopeless:
        yield Objection(
            f"Flow {each.flow}: an attempt takes {seconds(each.least)} at least, and its client waits "
            f"{format_duration(round(each.timeout * SECOND))}: none ever succeeds."
        )


def _fleet(facts: Facts) -> Iterator[Objection]:
    fleet = facts.fleet
    if fleet is not None and fleet.least > TIGHT * fleet.allowed:
        yield Objection(
            f"Fleet: {number(fleet.drivers)} drivers for {number(fleet.orders * 60)} orders/min allow a mean cycle "
            f"of {seconds(fleet.allowed)}; answer, hand-overs and trip alone take {seconds(fleet.least)}.",
            ("#17", "C80"), certain=fleet.least > fleet.allowed,
        )  # fmt: skip
