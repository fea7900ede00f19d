"""The whole platform in plain SimPy: city, kitchens, drivers, dispatch, order path, fixes and menus.

A process for every order, kitchen, trip, request, fix and call, a `simpy.Resource` for every station, consumer, pool
and cook; laws, rates, sizes and policy are those of the scenario. SIMPLIFIED:
- the database keeps no records: a read and a write take its time, and nothing conflicts or is sold out;
- a driver is taken by the first commit that finds him free; a consumer's requests wait in a priority queue that is not
  ordered anew; a freed driver is offered to the most urgent order nearby that found none, but to no deferred one;
- known positions are those on the present leg; traffic is kept by random cell; invalidation of order lists is at once;
- no table, series, sampled fix, invariant or audit is kept: latencies, counts and busy times alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import simpy

from benchmarks.figures import Figures, latency, use
from benchmarks.plain.browsing import Browsing
from benchmarks.plain.city import Fleet, geos_of
from benchmarks.plain.courier import Couriers
from benchmarks.plain.dispatch import Dispatch
from benchmarks.plain.fixes import Fixes
from benchmarks.plain.order import Order
from benchmarks.plain.orders import Orders
from benchmarks.plain.software import Software
from benchmarks.plain.station import Process
from benchmarks.plain.stock import Stock
from swifteats_sim.scenario import Scenario


class Platform:
    """One run of a scenario with a declared city."""

    def __init__(self, scenario: Scenario, replication: int = 0) -> None:
        self.env, self.warmup, self.end = simpy.Environment(), scenario.warmup / 1e9, scenario.end / 1e9
        env, stack, rng = self.env, scenario.stack, np.random.default_rng([scenario.seed, replication])
        assert scenario.city is not None
        self.geos = geos_of(scenario, env, rng)
        self.fleet = fleet = Fleet(self.geos, rng)
        self.software = Software(env, stack, rng.random, self.warmup)
        kinds = [geo.kind for geo in self.geos]
        self.fixes = Fixes(
            env, stack, rng.random, self.warmup, scenario.city.drivers.fix_every / 1e9, fleet.geo_of, kinds,
            lambda driver: bool(fleet.followed[driver]), fleet.moved, fleet.hear,
        )  # fmt: skip
        self.browsing = Browsing(env, scenario, self.software, rng, self.fixes.cache)
        self.stock = Stock(env, self.software, rng.random)
        self.orders = Orders(env, self.software, self.stock, rng, self._follow, self._request)
        self.couriers = Couriers(env, fleet, self.software, rng.random, self.orders.ask, self._call)
        deferral, consumers = scenario.assignment.deferral == "corrected", stack.topics["assignment"].consumers
        self.dispatch = Dispatch(env, fleet, self.software, deferral, consumers, self.couriers.start)

    def run(self, orders_alone: bool = False) -> None:
        """From an empty city to the end. orders_alone : no fix and no menu call; drivers are known where they begin."""
        if orders_alone:
            self.fleet.known[:] = np.inf
        else:
            self.fixes.start()
            self.env.process(self.browsing.come())
        for geo in self.geos:
            self.env.process(self.orders.come(geo))
        self.env.process(self.orders.relay())
        self.env.process(self.stock.rounds())
        self.env.run(until=self.end)

    def _request(self, order: Order) -> Process:
        return self.dispatch.request(order)

    def _call(self, driver: int) -> None:
        self.dispatch.call(driver)

    def _follow(self, order: Order) -> None:
        self.env.process(self.browsing.follow(order))

    def counts(self) -> Mapping[str, float]:
        """What was done, of the whole run."""
        orders = self.orders.placed
        return {
            "fixes": self.fixes.born,
            "menus": self.browsing.born,
            "orders": len(orders),
            "offers": self.couriers.offers,
            "delivered": sum(order.delivered >= 0 for order in orders),
            "searches": self.dispatch.searches,
            "stale": self.fixes.stale,
        }

    def figures(self) -> Figures:
        """Of the measured span, by name of the metric."""
        span, fixes, browsing = self.end - self.warmup, self.fixes, self.browsing
        measured = [order for order in self.orders.placed if order.placed >= self.warmup]
        stations = (*self.software.stations, browsing.restaurants, browsing.replica, fixes.ingestion, fixes.location)
        return {
            "orders.delivered.rate": sum(order.delivered >= self.warmup for order in self.orders.placed) / span,
            "gps.throughput.rate": len(fixes.latencies) / span,
            **latency("gps", fixes.latencies, ("mean", "p50")),
            **latency("menu", browsing.latencies, ("mean", "p99")),
            **latency("order", [one.answered - one.placed for one in measured if one.answered >= 0]),
            **use(stations, span),
        }


def platform(scenario: Scenario, replication: int = 0) -> tuple[Mapping[str, float], Figures]:
    """(counts, figures by name) of one run."""
    whole = Platform(scenario, replication)
    whole.run()
    return whole.counts(), whole.figures()
