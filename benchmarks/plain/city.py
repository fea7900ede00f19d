"""The city of the plain model: geos, restaurants with their cooks, drivers and where they are known to be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from swifteats_sim.scenario import Scenario

CONFIRMATION, COOKING, PACKING = 60.0, 720.0, 390.0
"""Means of the three stages of preparation, s."""
COOKING_SD = 300.0
UTILIZATION, POPULARITY = 0.8, 0.6
TRIPS = {"dense": (1400.0, 3600.0), "sparse": (2100.0, 5400.0)}
"""Median and 95 % point of the way to the customer, metres."""
Z95 = 1.6448536269514722
TRIES = 64
"""Directions of a customer until one lies in the geo."""


class Geo(NamedTuple):
    """One geo, a square of its own. pace : s for a straight metre; rate : orders/s; first : its first driver."""

    number: int
    kind: str
    side: float
    pace: float
    rate: float
    restaurants: NDArray[np.float64]
    shares: NDArray[np.float64]
    kitchens: tuple[Kitchen, ...]
    first: int
    drivers: int


class Kitchen:
    """Its cooks, and how long the platform thinks a new order waits for one."""

    def __init__(self, env: simpy.Environment, rate: float) -> None:
        """rate : orders/s that it is sized for."""
        self.cooks = simpy.Resource(env, max(1, math.ceil(rate * COOKING / UTILIZATION)))

    def expected_wait(self) -> float:
        """Seconds: none while a cook is free."""
        cooks = self.cooks
        return 0.0 if cooks.count < cooks.capacity else (len(cooks.queue) + 1) / cooks.capacity * COOKING


def geos_of(scenario: Scenario, env: simpy.Environment, rng: np.random.Generator) -> list[Geo]:
    """The geos that a scenario declares, restaurants spread evenly."""
    city, orders = scenario.city, scenario.demand.orders
    assert city is not None
    assert orders is not None
    found, first = list[Geo](), 0
    for number, (name, geo) in enumerate(sorted(city.geos.items())):
        assert geo.area is not None
        assert geo.restaurants is not None
        assert geo.drivers is not None
        side, rate = math.sqrt(geo.area) * 1000.0, orders.rate * orders.share[name]
        weights = np.arange(1, geo.restaurants + 1, dtype=np.float64) ** -POPULARITY
        shares = weights / weights.sum()
        kitchens = tuple(Kitchen(env, rate * share) for share in shares.tolist())
        places = rng.random((geo.restaurants, 2)) * side
        pace = geo.detour / geo.speed
        found.append(Geo(number, geo.kind, side, pace, rate, places, shares.cumsum(), kitchens, first, geo.drivers))
        first += geo.drivers
    return found


def door(geo: Geo, place: tuple[float, float], rng: np.random.Generator) -> tuple[float, float]:
    """A customer of this restaurant."""
    median, p95 = TRIPS[geo.kind]
    distance = float(rng.lognormal(math.log(median), math.log(p95 / median) / Z95))
    for _ in range(TRIES):
        angle = 2 * math.pi * rng.random()
        x, y = place[0] + distance * math.cos(angle), place[1] + distance * math.sin(angle)
        if 0 <= x <= geo.side and 0 <= y <= geo.side:
            return x, y
    return min(max(x, 0.0), geo.side), min(max(y, 0.0), geo.side)


@dataclass
class Fleet:
    """All drivers: the leg that each is on, where the platform knows him, and whether he has an order.

    known, x, y : of the last processed fix, s and metres; idle : bool; followed : whether a customer watches.
    """

    geos: list[Geo]
    rng: np.random.Generator

    def __post_init__(self) -> None:
        """Everybody at a place of his own, not yet known."""
        count = sum(geo.drivers for geo in self.geos)
        sides = np.repeat([geo.side for geo in self.geos], [geo.drivers for geo in self.geos])
        home = self.rng.random((count, 2)) * sides[:, None]
        self.legs = [(0.0, 0.0, x, y, x, y) for x, y in home.tolist()]
        self.x, self.y, self.known = home[:, 0].copy(), home[:, 1].copy(), np.full(count, -np.inf)
        self.idle, self.followed = np.ones(count, bool), bytearray(count)
        self.geo_of = np.repeat([geo.number for geo in self.geos], [geo.drivers for geo in self.geos]).tolist()
        self._told = home.tolist()

    def position(self, driver: int, now: float) -> tuple[float, float]:
        """Where he is, on the leg that he is on."""
        start, end, x0, y0, x1, y1 = self.legs[driver]
        if now >= end:
            return x1, y1
        share = max(0.0, (now - start) / (end - start))
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    def go(self, driver: int, now: float, to: tuple[float, float]) -> float:
        """Sets out; returns how long it takes, s."""
        x, y = self.position(driver, now)
        took: float = math.hypot(to[0] - x, to[1] - y) * self.geos[self.geo_of[driver]].pace
        self.legs[driver] = (now, now + took, x, y, *to)
        return took

    def hear(self, driver: int, sent: float) -> None:
        """A fix has been processed."""
        self.x[driver], self.y[driver] = self.position(driver, sent)
        self.known[driver] = sent

    def moved(self, driver: int, sent: float) -> bool:
        """Whether he is 100 m from where he was when this was last true (A44)."""
        (x, y), told = self.position(driver, sent), self._told[driver]
        if math.hypot(x - told[0], y - told[1]) < 100.0:
            return False
        self._told[driver] = [x, y]
        return True
