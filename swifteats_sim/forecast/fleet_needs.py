"""Drivers against orders: what a driver's mean cycle may take, and what it takes at best (#17)."""

from __future__ import annotations

from swifteats_sim.forecast.facts import FleetFacts
from swifteats_sim.forecast.rates import drivers_by_geo, order_rate
from swifteats_sim.scenario import Scenario


def fleet_facts(scenario: Scenario) -> FleetFacts | None:
    """None without a city, or where a recorded day knows."""
    drivers, orders = drivers_by_geo(scenario), order_rate(scenario)
    if scenario.city is None or drivers is None or not orders:
        return None
    total = sum(drivers.values())
    return FleetFacts(total, orders, total / orders, _least_cycle(scenario))


def _least_cycle(scenario: Scenario) -> float:
    """Answer, hand-overs and the mean trip, s: the way to the restaurant, and waiting there, come on top."""
    city, demand = scenario.city, scenario.demand.orders
    assert city is not None
    assert demand is not None
    share = demand.share or dict.fromkeys(city.geos, 1.0 / len(city.geos))
    trip = sum(share[name] * geo.trip.mean * geo.detour / geo.speed for name, geo in city.geos.items())
    return city.drivers.answer.mean + city.drivers.pickup.mean + trip + city.drivers.dropoff.mean
