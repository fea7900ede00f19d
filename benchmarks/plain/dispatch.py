"""Dispatch of the plain model: consumers of a geo's topic hold back, search by a scan of all drivers, and commit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from math import dist

import numpy as np
import simpy
from numpy.typing import NDArray

from benchmarks.plain.city import Fleet
from benchmarks.plain.order import Order
from benchmarks.plain.software import Software
from benchmarks.plain.station import Process

RADIUS, LIVE_FIX, TOLERANCE = 5000.0, 30.0, 120.0
PAUSE, TRIES = 60.0, 10
SHORTEST = 1e-3
"""s; a shorter sleep might be lost in the rounding of the clock, and never end."""
Found = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Drivers, and their travel to the restaurant (s)."""


class Dispatch:
    """Gives every paid order the driver who arrives when its food is ready.

    on_committed : told of each order and its driver.
    """

    def __init__(
        self, env: simpy.Environment, fleet: Fleet, software: Software, deferral: bool, consumers: int,
        on_committed: Callable[[Order, int], None],
    ) -> None:  # fmt: skip
        self._env, self._fleet, self._software, self._defers = env, fleet, software, deferral
        self._on_committed = on_committed
        self._turns = [cycle([simpy.PriorityResource(env) for _ in range(consumers)]) for _ in fleet.geos]
        self._missed: list[dict[Order, simpy.Event]] = [{} for _ in fleet.geos]
        self.searches = self.vain = 0

    def request(self, order: Order) -> Process:
        """From the message to the commit, or to the end of the order."""
        consumer = next(self._turns[order.geo.number])
        version = order.version
        while order.wants(version):
            yield from self._hold_back(order)
            with consumer.request(priority=self._leave_by(order)) as turn:
                yield turn
                driver = None if not order.wants(version) else (yield from self._assign(order, version))
            if driver is not None:
                self._on_committed(order, driver)
                return
            if order.wants(version):
                self.vain += 1
                yield from self._miss(order)

    def call(self, driver: int) -> None:
        """A driver is free: of the orders nearby that found none, the most urgent looks again."""
        fleet = self._fleet
        missed = self._missed[fleet.geo_of[driver]]
        place = float(fleet.x[driver]), float(fleet.y[driver])
        near = [one for one in missed if driver not in one.declined and dist(one.restaurant, place) <= RADIUS]
        if near:
            missed.pop(min(near, key=self._leave_by)).succeed()

    def _miss(self, order: Order) -> Process:
        """Until a driver calls, or after a pause (A36)."""
        missed = self._missed[order.geo.number]
        missed[order] = called = self._env.event()
        yield called | self._env.timeout(PAUSE)
        missed.pop(order, None)

    def _hold_back(self, order: Order) -> Process:
        """Until the slack has fallen to the tolerance; looked at again when the kitchen has news."""
        while self._defers:
            _, travel = self._near(order)
            slack = order.estimate(self._env.now) - self._env.now - (float(travel.min()) if len(travel) else np.inf)
            if slack <= TOLERANCE:
                return
            yield self._env.timeout(max(slack - TOLERANCE, SHORTEST)) | order.news

    def _leave_by(self, order: Order) -> int:
        """ms: when its driver has to leave."""
        _, travel = self._near(order)
        return int(1000 * (order.estimate(self._env.now) - (float(travel.min()) if len(travel) else 0.0)))

    def _assign(self, order: Order, version: int) -> Process:
        """Read, search, rank, and commit the first who is still free."""
        software, env = self._software, self._env
        self.searches += 1
        yield from software.read()
        left = order.estimate(env.now) - env.now
        drivers, travel = self._near(order)
        yield from software.dispatch.serve(software.search())
        for position in np.lexsort((travel, np.abs(left - travel)))[:TRIES].tolist():
            yield from software.write()
            if not order.wants(version):
                return None
            driver = int(drivers[position])
            if self._fleet.idle[driver]:
                self._fleet.idle[driver] = False
                return driver
        return None

    def _near(self, order: Order) -> Found:
        """Live idle drivers within the radius: a scan of the geo's whole fleet."""
        fleet, geo = self._fleet, order.geo
        part = slice(geo.first, geo.first + geo.drivers)
        east, north = fleet.x[part] - order.restaurant[0], fleet.y[part] - order.restaurant[1]
        square = east * east + north * north
        live = fleet.known[part] >= self._env.now - LIVE_FIX
        near = np.flatnonzero(fleet.idle[part] & live & (square <= RADIUS * RADIUS))
        drivers, travel = near + geo.first, np.sqrt(square[near]) * geo.pace
        if order.declined:
            keep = ~np.isin(drivers, order.declined)
            drivers, travel = drivers[keep], travel[keep]
        return drivers, travel
