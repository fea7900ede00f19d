"""Who is told of a free driver and of a kitchen's news: consumers of the geo in turn, and no more than needed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from swifteats_sim.simulation.calls import DriverCalls
from swifteats_sim.stack.consumer import Consumer

GEO_OF_DRIVER = [0, 0, 1]
ORDERS = {10: 0, 11: 0, 12: 1}
"""The geo of each order; drivers reach every restaurant."""


class Heard(Consumer):
    """A consumer who notes what it hears. missed, deferred : its orders that found no driver, or wait for food."""

    def __init__(self, name: str, heard: list[tuple[str, str]], missed: tuple[int, ...], deferred: tuple[int, ...]):
        self.name, self.heard, self.missed, self.deferred = name, heard, missed, deferred

    def call(self, near: Callable[[int], bool]) -> bool:
        self.heard.append((self.name, "call"))
        return any(near(order) for order in self.missed)

    def recall(self, near: Callable[[int], bool]) -> bool:
        self.heard.append((self.name, "recall"))
        return any(near(order) for order in self.deferred)

    def news(self, order: int) -> None:
        self.heard.append((self.name, f"news {order}"))


class Town:
    def __init__(self, *consumers: tuple[int | None, str, tuple[int, ...], tuple[int, ...]]) -> None:
        self.heard = list[tuple[str, str]]()
        orders: dict[int, Any] = {
            order: SimpleNamespace(restaurant=(0.0, 0.0), plan=SimpleNamespace(cart=SimpleNamespace(geo=geo)))
            for order, geo in ORDERS.items()
        }
        search, places = SimpleNamespace(reaches=lambda driver, place: True), SimpleNamespace(areas=[None, None])
        run: Any = SimpleNamespace(city=SimpleNamespace(orders=orders, search=search, places=places))
        listening = [(geo, Heard(name, self.heard, missed, deferred)) for geo, name, missed, deferred in consumers]
        self.calls = DriverCalls(run, listening, GEO_OF_DRIVER.__getitem__)


def test_a_free_driver_is_offered_to_the_consumers_of_his_geo_in_turn_until_one_can_use_him() -> None:
    town = Town((0, "a", (), (11,)), (0, "b", (10,), ()), (1, "c", (12,), ()))
    town.calls.free(0)
    town.calls.free(1)
    assert town.heard == [("b", "call"), ("a", "call"), ("b", "call")]


def test_where_nobody_has_missed_a_driver_one_deferred_order_is_looked_at_again() -> None:
    town = Town((0, "a", (), (10,)), (0, "b", (), (11,)), (1, "c", (12,), (12,)))
    town.calls.free(0)
    assert town.heard == [("b", "call"), ("a", "call"), ("b", "recall")]


def test_a_consumer_of_all_geos_is_asked_for_orders_of_the_driver_s_geo_only() -> None:
    town = Town((None, "a", (12,), ()), (None, "b", (), ()))
    town.calls.free(0)
    assert town.heard == [("b", "call"), ("a", "call"), ("b", "recall"), ("a", "recall")]
    town.heard.clear()
    town.calls.free(2)
    assert town.heard == [("a", "call")]


@pytest.mark.parametrize(("order", "told"), [(10, ["a", "b"]), (12, ["c"])])
def test_kitchen_news_go_to_the_consumers_of_the_order_s_geo(order: int, told: list[str]) -> None:
    town = Town((0, "a", (), ()), (0, "b", (), ()), (1, "c", (), ()))
    town.calls.news(order)
    assert town.heard == [(name, f"news {order}") for name in told]
