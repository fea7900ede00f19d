"""Rows and bytes of what the platform keeps, by arithmetic: of the whole country, and of a scenario.

What is declared as a rate comes all day as it does at its peak: an upper bound. A recorded day comes as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.forecast.owners_figures import OWNER, OwnersFigures, RowSizes
from swifteats_sim.forecast.rates import order_rate, origins
from swifteats_sim.scenario import Scenario, Trace
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.flows import GPS

DAY, YEAR = 86_400, 365
"""Seconds of a day, days of a year."""


@dataclass(frozen=True)
class Holding:
    """Rows of one kind. size : B of a row."""

    name: str
    rows: int
    size: int

    @property
    def raw(self) -> int:
        """Bytes, without indexes and copies."""
        return self.rows * self.size


@dataclass(frozen=True)
class Growth:
    """A table that grows. rows_a_day : that come; size : B of a row; days : that a row is kept."""

    name: str
    rows_a_day: int
    size: int
    days: int

    @property
    def raw_a_day(self) -> int:
        """Bytes that come in a day, and leave in one once it is full."""
        return self.rows_a_day * self.size

    @property
    def raw_a_year(self) -> int:
        """Bytes that come in 365 days."""
        return self.raw_a_day * YEAR

    @property
    def full(self) -> Holding:
        """What is there when as much leaves as comes."""
        return Holding(self.name, self.rows_a_day * self.days, self.size)


@dataclass(frozen=True)
class Storage:
    """What is kept: tables that stand, and those that grow, None where nothing comes."""

    standing: tuple[Holding, ...]
    orders: Growth | None
    fixes: Growth | None

    @property
    def raw_standing(self) -> int:
        """Bytes without orders and fixes."""
        return sum(table.raw for table in self.standing)

    @property
    def raw_with_orders(self) -> int:
        """Bytes with the orders of the hot window, without fixes."""
        return self.raw_standing + (self.orders.full.raw if self.orders else 0)

    @property
    def raw(self) -> int:
        """Bytes of everything."""
        return self.raw_with_orders + (self.fixes.full.raw if self.fixes else 0)

    def growths(self) -> tuple[Growth, ...]:
        """Orders and fixes, where they come."""
        return tuple(growth for growth in (self.orders, self.fixes) if growth is not None)


def storage_of_the_country(hot_days: int = OWNER.hot_days, owner: OwnersFigures = OWNER) -> Storage:
    """The owner's figures (F6, F9) with `hot_days` of orders."""
    people = Holding("customers", sum(owner.customers), owner.sizes.customer)
    return Storage(
        (*_places(owner.restaurants, owner.items, owner.drivers, owner.sizes), people),
        Growth("orders", owner.orders_a_minute * (DAY // 60), owner.sizes.order, hot_days),
        Growth("fixes", owner.fixes_a_second * DAY, owner.sizes.fix, owner.fix_days),
    )


def storage_of(
    scenario: Scenario, trace: Trace | None, hot_days: int = OWNER.hot_days, owner: OwnersFigures = OWNER
) -> Storage | None:
    """What a scenario has itself, in rows of the owner's sizes; None where that is nothing.

    trace : the recorded day, where the scenario names one. Drivers are those who come on shift; customers are nowhere
    declared.
    """
    orders = Growth("orders", _orders_a_day(scenario, trace), owner.sizes.order, hot_days)
    fixes = Growth("fixes", _fixes_a_day(scenario, trace), owner.sizes.fix, owner.fix_days)
    standing = _standing(scenario, scenario.city, trace, owner.sizes) if scenario.city else ()
    found = Storage(standing, orders if orders.rows_a_day else None, fixes if fixes.rows_a_day else None)
    return found if found.standing or found.growths() else None


def registered(city: City, owner: OwnersFigures = OWNER) -> int | None:
    """Drivers whom the owner's densities register on the area of a city (F6); None where a geo does not say it."""
    areas = [(owner.densities[geo.kind], geo.area) for geo in city.geos.values()]
    counts = [density.drivers_in(area) for density, area in areas if area is not None]
    return sum(counts) if len(counts) == len(areas) else None


def _standing(scenario: Scenario, city: City, trace: Trace | None, sizes: RowSizes) -> tuple[Holding, ...]:
    if trace is not None:
        restaurants, drivers = len(trace.restaurants), round(len(trace.on) * scenario.demand.fleet_scale)
    else:
        restaurants = sum(geo.restaurants or 0 for geo in city.geos.values())
        drivers = sum(
            sum(shift.drivers for shift in geo.shifts) if geo.drivers is None else geo.drivers
            for geo in city.geos.values()
        )
    return _places(restaurants, scenario.ordering.items, drivers, sizes)


def _places(restaurants: int, items: int, drivers: int, sizes: RowSizes) -> tuple[Holding, ...]:
    return (
        Holding("restaurants", restaurants, sizes.restaurant),
        Holding("items", restaurants * items, sizes.item),
        Holding("drivers", drivers, sizes.driver),
    )


def _orders_a_day(scenario: Scenario, trace: Trace | None) -> int:
    if trace is not None:
        return round(len(trace.placed) * scenario.demand.scale)
    return round((order_rate(scenario) or 0.0) * DAY)


def _fixes_a_day(scenario: Scenario, trace: Trace | None) -> int:
    sent = origins(scenario).get(GPS)
    if sent is None:
        return 0
    if sent.rate is None and trace is not None and scenario.city is not None:
        on_shift = int((trace.off - trace.on).sum()) * scenario.demand.fleet_scale
        return round(on_shift / scenario.city.drivers.fix_every)
    return round((sent.rate or 0.0) * DAY)
