"""Orders that are over are let go; what a late request may ask of them stays what it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_city import CITY, scenario_of

from swifteats_sim.engine.streams import Streams
from swifteats_sim.simulation.assembly import Assembly
from swifteats_sim.simulation.live_order import LiveOrder, Orders


def lived(*settings: str) -> Assembly:
    """A small city, two hours later."""
    scenario = scenario_of(CITY, "duration=2 h", *settings)
    parts = Assembly(scenario, Streams(scenario.seed, 0), lambda now: None)
    parts.start()
    parts.run.clock.run(until=scenario.end)
    return parts


def test_only_orders_that_are_not_over_are_kept() -> None:
    parts = lived()
    orders, log = parts.run.city.orders, parts.run.orders
    assert len(orders) == len(log) > 50
    assert log.closed > 20
    assert len(list(orders.under_way)) == len(log) - log.closed
    assert not any(live.is_over for live in orders.under_way)


def test_of_an_order_that_was_let_go_it_is_known_from_where_to_where_it_went(monkeypatch: pytest.MonkeyPatch) -> None:
    true, gone = Orders.let_go, dict[int, LiveOrder]()

    def let_go(orders: Orders, live: LiveOrder) -> None:
        gone[live.number] = replace(live)
        true(orders, live)

    monkeypatch.setattr(Orders, "let_go", let_go)
    parts = lived("city.customers.watching=50 %", "city.customers.patience=30 min")
    assert len(gone) > 20
    assert {live.fetched for live in gone.values()} == {live.watched for live in gone.values()} == {True, False}
    for number, live in gone.items():
        over = parts.run.city.orders[number]
        assert (over.area, over.restaurant, over.onward, over.trip) == (
            live.area, live.restaurant, live.onward, live.trip
        )  # fmt: skip
        assert (over.plan.placed, over.plan.door) == (live.plan.placed, live.plan.door)
        assert over.plan.cart[:3] == live.plan.cart[:3]
        assert (over.watched, over.fetched, over.is_closed) == (live.watched, live.fetched, True)


def test_where_a_client_may_come_back_to_what_is_over_nothing_is_let_go() -> None:
    parts = lived("ordering.creation=repeated")
    assert len(list(parts.run.city.orders.under_way)) == len(parts.run.orders)
