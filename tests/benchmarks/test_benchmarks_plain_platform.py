"""The plain SimPy platform does the work that it claims: orders are cooked, fetched and brought."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from benchmarks import engine
from benchmarks.figures import differences
from benchmarks.plain.city import UTILIZATION
from benchmarks.plain.platform import Platform
from benchmarks.scaling import scaled
from swifteats_sim.results import measure
from swifteats_sim.scenario import Scenario

DRIVERS = 200
SPARE = (("demand.orders.rate", "6/min"), ("city.drivers.fix_every", "20 s"), ("demand.menus.rate", "20/min"))
"""Fewer orders than its drivers could bring, so that chance in who is short of a driver does not rule the figures."""


def small(minutes: float, warmup: float = 0) -> Scenario:
    return scaled(DRIVERS, [*engine.span(60 * warmup, 60 * minutes), *SPARE])


@pytest.fixture(scope="module")
def hour() -> Platform:
    """Ninety minutes of orders alone."""
    played = Platform(small(90))
    played.run(orders_alone=True)
    return played


def test_orders_come_at_their_rate_and_are_delivered(hour: Platform) -> None:
    counts = hour.counts()
    assert counts["orders"] == pytest.approx(6 * 90, abs=2)
    paid = [order for order in hour.orders.placed if order.paid >= 0 and order.placed < 1800]
    assert len(paid) == pytest.approx(0.9975 * 6 * 30, rel=0.02)
    assert all(order.delivered > 0 for order in paid)


def test_each_instant_of_an_order_comes_after_the_one_before(hour: Platform) -> None:
    for order in hour.orders.placed:
        if order.delivered >= 0:
            assert order.placed < order.paid < order.accepted <= order.cooking < order.cooked < order.delivered
            assert order.paid < order.answered
            assert order.paid < order.assigned < order.delivered


def test_a_driver_has_one_order_at_a_time(hour: Platform) -> None:
    carried: dict[int, list[tuple[float, float]]] = {}
    for order in hour.orders.placed:
        if order.delivered >= 0:
            carried.setdefault(order.driver, []).append((order.assigned, order.delivered))
    for trips in carried.values():
        trips.sort()
        assert all(end <= begin for (_, end), (begin, _) in pairwise(trips))


def test_the_driver_is_sent_when_the_food_will_soon_be_ready(hour: Platform) -> None:
    """Deferral holds an order until its slack has fallen to two minutes; travel is at most 5 km."""
    waits = [order.cooked - order.assigned for order in hour.orders.placed if order.delivered >= 0]
    assert 60 < sum(waits) / len(waits) < 600


def test_an_order_makes_the_visits_to_the_database_that_its_rules_make(hour: Platform) -> None:
    """Reads and writes of 10 ms, the insert of 17.5: placed 7, kitchen 4 and 2 where something was made to order, the
    search 2, reports 12, sold 2, relay 2 and each short item 2; offers turned down, customers unpaid and orders still
    under way move that by a few percent."""
    delivered = [order for order in hour.orders.placed if order.delivered >= 0]
    share = sum(order.made_to_order for order in delivered) / len(delivered)
    each = (6 + 4 + 2 * share + 2 + 12 + 2 + 2) * 10e-3 + 17.5e-3
    assert share == pytest.approx(1 - (0.5 + 0.25 + 0.125) / 3, abs=0.08)
    assert 0.9 * each * len(delivered) < hour.software.database.busy < 1.3 * each * len(hour.orders.placed)


def test_cooks_are_sized_to_demand(hour: Platform) -> None:
    for geo in hour.geos:
        shares = [geo.shares[0], *(after - before for before, after in zip(geo.shares, geo.shares[1:], strict=False))]
        for kitchen, share in zip(geo.kitchens, shares, strict=True):
            assert kitchen.cooks.capacity == max(1, math.ceil(geo.rate * share * 720 / UTILIZATION - 1e-9))


@pytest.mark.slow
def test_both_models_have_the_same_figures() -> None:
    scenario = small(40, warmup=40)
    plain = Platform(scenario)
    plain.run()
    apart = {each.name: abs(each.apart) for each in differences([measure(engine.run(scenario))], [plain.figures()])}
    assert apart.pop("gps.throughput.rate") < 0.01
    for name in ("gps", "location"):
        assert apart.pop(f"station.{name}.utilization.mean") < 0.01
    assert apart.pop("gps.latency.mean") < 0.02
    assert apart.pop("station.database.utilization.mean") < 0.05  # of 240 orders
    assert apart.pop("orders.delivered.rate") < 0.1
    assert apart.pop("order.latency.mean") < 0.05
    assert apart.pop("station.dispatch.utilization.mean") < 0.15
