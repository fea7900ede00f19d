"""Targets that arithmetic already answers: no run can meet a limit beyond what a metric can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from swifteats_sim.forecast.facts import Facts, FlowFacts
from swifteats_sim.forecast.objections import Objection, per_second, seconds
from swifteats_sim.forecast.path_words import share
from swifteats_sim.scenario import Scenario, Target, format_value
from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.metric import DISTRIBUTION

NEAR = 0.01
"""Share by which a run may differ from what is expected of it."""
STATED = {"order.latency": ("#48",), "gps.latency": ("#115",), "cache.menus.hit": ("#28",)}


class Bounds(NamedTuple):
    """What a metric can be. certain : whatever happens; otherwise it is what to expect. why : in a clause."""

    low: float
    high: float
    why: str
    certain: bool = True


def objections_to_targets(scenario: Scenario, facts: Facts) -> Iterator[Objection]:
    """Against targets that cannot be met, or are not to be expected."""
    bounds = dict(_bounds(facts))
    for target in scenario.conditions:
        bound = bounds.get(target.metric)
        if bound is not None and not _may_hold(target, bound):
            subject = target.metric.rpartition(".")[0]
            verdict = "cannot be met" if bound.certain else "is not to be expected"
            text = f"Target {subject} {target.text} {verdict}: {bound.why}."
            yield Objection(text, STATED.get(subject, ()), bound.certain)


def _may_hold(target: Target, bound: Bounds) -> bool:
    slack = 0.0 if bound.certain else NEAR * abs(bound.low)
    low, high = bound.low - slack, bound.high + slack
    if target.operator == "==":
        return low <= target.limit <= high
    return target.met(low if target.operator in ("<", "<=") else high)


def _bounds(facts: Facts) -> Iterator[tuple[str, Bounds]]:
    for flow in facts.flows:
        yield from _flow(flow)
    for station in facts.stations:
        if station.visits:
            why = f"arithmetic says {format_value(min(1.0, station.utilization), 'ratio')}"
            yield f"station.{station.name}.utilization.mean", _expected(min(1.0, station.utilization), why)
    for cache in facts.caches:
        if cache.reads:
            yield (
                f"cache.{cache.name}.hit.ratio",
                _expected(cache.hits, f"arithmetic says {share(cache.hits)}"),
            )
    for stream in facts.streams:
        if stream.messages:
            why = f"arithmetic says {format_value(stream.delivered, 'ratio')}"
            yield f"stream.{stream.name}.delivered.ratio", _expected(stream.delivered, why)
    yield from _orders(facts)


def _flow(flow: FlowFacts) -> Iterator[tuple[str, Bounds]]:
    if flow.least:
        why = f"its steps take {seconds(flow.least)} at the very least"
        yield from ((f"{flow.name}.latency.{each}", Bounds(flow.least, math.inf, why)) for each in DISTRIBUTION)
    if flow.name == ORDER or not flow.rate:
        return
    yield f"{flow.name}.offered.rate", _expected(flow.rate, f"{per_second(flow.rate)} are offered")
    if flow.through < 1.0:
        why = f"{format_value(flow.through, 'ratio')} come through, were nothing ever full"
        yield f"{flow.name}.completion.ratio", _at_most(flow.through, why)
    rate = flow.rate * flow.through
    yield f"{flow.name}.throughput.rate", _at_most(rate, f"{per_second(rate)} at most come through")


def _orders(facts: Facts) -> Iterator[tuple[str, Bounds]]:
    fleet = facts.fleet
    if fleet is None:
        return
    offered = f"{format_value(fleet.orders * 60, '')}/min"
    yield "orders.offered.rate", _expected(fleet.orders, f"{offered} are offered")
    carried = fleet.drivers / fleet.least
    if carried < fleet.orders:
        why = f"{format_value(fleet.drivers, '')} drivers carry {format_value(carried * 60, '')}/min at most (#17)"
        yield "orders.delivered.rate", Bounds(0.0, carried, why)
    else:
        yield "orders.delivered.rate", _at_most(fleet.orders, f"{offered} are offered")


def _expected(value: float, why: str) -> Bounds:
    return Bounds(value, value, why, certain=False)


def _at_most(value: float, why: str) -> Bounds:
    return Bounds(0.0, value * (1.0 + NEAR), why, certain=False)
