"""Conditions: the share of jobs that goes on, were every driver under way with an order and no job too old."""

from __future__ import annotations

import math
from dataclasses import dataclass

from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.steps import Moved, OnlyIf


@dataclass(frozen=True)
class Conditions:
    """watched : share of drivers whose customer watches; strides : (share of the drivers, m between two fixes)."""

    watched: float = 1.0
    strides: tuple[tuple[float, float], ...] = ()

    def share(self, step: OnlyIf) -> float:
        """Of the jobs that come to a condition; a driver must have gone far enough since the last that went on."""
        if not isinstance(step.only_if, Moved):
            return self.watched
        metres = step.only_if.moved
        return sum(share / math.ceil(metres / stride) for share, stride in self.strides) if self.strides else 1.0


def conditions_of(scenario: Scenario) -> Conditions:
    """Of a city's drivers and customers; without a city everything goes on."""
    city = scenario.city
    if city is None:
        return Conditions()
    drivers = {
        name: float(geo.drivers or sum(shift.drivers for shift in geo.shifts)) for name, geo in city.geos.items()
    }
    total, every = sum(drivers.values()), city.drivers.fix_every / SECOND
    strides = [
        (drivers[name] / total if total else 1.0 / len(drivers), geo.speed / geo.detour * every)
        for name, geo in city.geos.items()
    ]
    return Conditions(city.customers.watching, tuple(strides))
