"""Calls of the plain model: menus behind a cache, and customers who follow an order."""

from __future__ import annotations

from array import array

import numpy as np
import simpy

from benchmarks.plain.order import Order
from benchmarks.plain.software import Software
from benchmarks.plain.station import Cache, Process, Station, uniform
from swifteats_sim.scenario import Scenario

MENU_TTL, LIST_TTL, LIST_CHANGES, FOLLOW_EVERY = 120.0, 120.0, 300.0, 30.0


class Browsing:
    """latencies : of menu calls of the measured span, s; messages : to customers who follow."""

    def __init__(
        self, env: simpy.Environment, scenario: Scenario, software: Software, rng: np.random.Generator, cache: Station
    ) -> None:
        """cache : the station that the fixes' estimates ask as well."""
        self._env, self._software, self._rng, self._cache = env, software, rng, cache
        stack, random, warmup = scenario.stack, rng.random, scenario.warmup / 1e9
        self._demand, self._warmup = scenario.demand.menus, warmup
        self.restaurants, self.replica, self.tracking = (
            Station(env, stack, name, warmup) for name in ("restaurants", "replica", "tracking")
        )
        self._pool = simpy.Resource(env, stack.pools["restaurants-db"].size)
        self._menus, self._lists, self._filling = Cache(env, MENU_TTL), Cache(env, LIST_TTL), dict[int, simpy.Event]()
        self._begin, self._end = uniform(random, (1, 2), (1, 3)), uniform(random, (2, 5), (1, 3))
        self._get, self._set, self._connect = (
            uniform(random, (1, 3)), uniform(random, (2, 5)), uniform(random, (1, 2)),
        )  # fmt: skip
        self._record, self._menu, self._read = (
            uniform(random, (5, 15)), uniform(random, (10, 30)), uniform(random, (5, 10)),
        )  # fmt: skip
        self._stream = uniform(random, (100, 200))
        self.latencies, self.born, self.messages = array("d"), 0, 0

    def come(self) -> Process:
        """Menu calls at random instants, for ever."""
        demand = self._demand
        assert demand is not None
        sums = (np.arange(1, demand.catalogue + 1, dtype=np.float64) ** -demand.zipf).cumsum()
        while True:
            yield self._env.timeout(float(self._rng.exponential(1.0 / demand.rate)))
            self._env.process(self._call(int(np.searchsorted(sums, self._rng.random() * sums[-1]))))

    def _call(self, key: int) -> Process:
        """A restaurant's menu and status; of those who miss, the first fills and the others wait for it."""
        env, came, software = self._env, self._env.now, self._software
        self.born += 1
        yield from software.gateway.serve(software.enter())
        yield from self.restaurants.serve(self._begin())
        yield from self._cache.serve(self._get())
        if not self._menus.has(key):
            if key in self._filling:
                yield self._filling[key]
            else:
                yield from self._fill(key)
        yield from self.restaurants.serve(self._end())
        if came >= self._warmup:
            self.latencies.append(env.now - came)

    def _fill(self, key: int) -> Process:
        filled = self._filling[key] = self._env.event()
        with self._pool.request() as connection:
            yield connection
            yield self._env.timeout(self._connect())
            yield from self.replica.serve(self._record())
            yield from self.replica.serve(self._menu())
        yield from self._cache.serve(self._set())
        self._menus.fill(key)
        del self._filling[key]
        filled.succeed()

    def follow(self, order: Order) -> Process:
        """A customer's stream is set up; then he looks at his orders twice a minute, until it has ended."""
        self._env.process(self._open())
        while not order.is_closed:
            self._env.process(self._look(id(order)))
            self.messages += 1
            yield self._env.timeout(FOLLOW_EVERY)

    def _open(self) -> Process:
        yield from self._software.gateway.serve(self._software.enter())
        yield self._env.timeout(self._stream())

    def _look(self, key: int) -> Process:
        yield from self._software.gateway.serve(self._software.enter())
        yield from self._cache.serve(self._get())
        if not self._lists.has(key):
            yield from self.replica.serve(self._record())
            yield from self._cache.serve(self._set())
            self._lists.fill(key, float(self._rng.exponential(LIST_CHANGES)))
        yield from self.tracking.serve(self._read())
