"""Who is told of a free driver and of a kitchen's news: consumers of the geo in turn, and no more than needed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_city import CITY, scenario_of

from swifteats_sim.city.districts import Districts
from swifteats_sim.city.spots import Spot
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.engine.clock import MINUTE, SECOND
from swifteats_sim.engine.streams import Streams
from swifteats_sim.simulation.assembly import Assembly
from swifteats_sim.simulation.calls import DriverCalls
from swifteats_sim.stack.consumer import Consumer
from swifteats_sim.stack.docket import Boards
from swifteats_sim.stack.free_driver import FreeDriver
from swifteats_sim.stack.waiting import Board

GEO_OF_DRIVER = [0, 0, 1, 0, 0]
HOMES = [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (900.0, 900.0), None]
"""Where each driver is known to be, m; the last one has not been heard."""
ORDERS = {10: (0, (0.0, 500.0)), 11: (0, (0.0, -1000.0)), 12: (1, (0.0, 0.0))}
"""The geo and restaurant of each order. Drivers are searched for within 1 km."""
RADIUS = 1000.0


class Heard(Consumer):
    """A consumer who notes what it hears. missed, deferred : its orders that found no driver, or wait for food."""

    def __init__(self, name: str, heard: list[tuple[str, str]], missed: tuple[int, ...], deferred: tuple[int, ...]):
        self.name, self.heard, self.missed, self.deferred = name, heard, missed, deferred

    def call(self, driver: FreeDriver) -> bool:
        self.heard.append((self.name, "call"))
        return suits_any(driver, self.missed)

    def recall(self, driver: FreeDriver) -> bool:
        self.heard.append((self.name, "recall"))
        return suits_any(driver, self.deferred)

    def news(self, order: int) -> None:
        self.heard.append((self.name, f"news {order}"))


def suits_any(driver: FreeDriver, orders: tuple[int, ...]) -> bool:
    """Whether one of them is in a district of his and within his reach."""
    there = [order for order in orders if Districts(RADIUS).of(*ORDERS[order]) in driver.districts]
    return any(driver.suits(AssignmentRequest(order, ORDERS[order][0], 1)) for order in there)


class Town:
    def __init__(self, *consumers: tuple[int | None, str, tuple[int, ...], tuple[int, ...]]) -> None:
        self.heard = list[tuple[str, str]]()
        orders: dict[int, Any] = {
            order: SimpleNamespace(restaurant=Spot(*place), plan=SimpleNamespace(cart=SimpleNamespace(geo=geo)))
            for order, (geo, place) in ORDERS.items()
        }
        city = SimpleNamespace(
            orders=orders, districts=Districts(RADIUS), places=SimpleNamespace(areas=[None, None]),
            search=SimpleNamespace(place_of=lambda driver, now: HOMES[driver], radius=RADIUS),
        )  # fmt: skip
        loop = SimpleNamespace(advance=lambda until: None)
        run: Any = SimpleNamespace(city=city, loop=loop, clock=SimpleNamespace(instant=0))
        listening = [(geo, Heard(name, self.heard, missed, deferred)) for geo, name, missed, deferred in consumers]
        boards = Boards(Board(), Board())
        for number, (_, _, *held) in enumerate(consumers):
            for board, numbers in zip(boards, held, strict=True):
                for order in numbers:
                    board.put(city.districts.of(*ORDERS[order]), number)
        self.calls = DriverCalls(run, listening, boards, GEO_OF_DRIVER.__getitem__)


def test_free_drivers_are_offered_in_turn_to_the_consumers_who_hold_an_order_nearby() -> None:
    town = Town((0, "a", (11,), ()), (0, "b", (10,), ()), (0, "z", (), ()), (1, "c", (12,), ()))
    for driver in (0, 1, 0, 1):
        town.calls.free(driver)
    assert [name for name, _ in town.heard] == ["b", "a", "a", "b"], "z would have been the third"


def test_a_free_driver_is_offered_until_one_can_use_him() -> None:
    town = Town((0, "a", (10,), ()), (0, "b", (11,), ()))
    town.calls.free(3)
    assert town.heard == [("b", "call"), ("a", "call")]


def test_where_nobody_has_missed_a_driver_one_deferred_order_is_looked_at_again() -> None:
    town = Town((0, "a", (), (10,)), (0, "b", (), (11,)), (1, "c", (12,), (12,)))
    town.calls.free(0)
    assert town.heard == [("b", "recall")]


def test_a_consumer_of_all_geos_is_asked_for_orders_of_the_driver_s_geo_only() -> None:
    town = Town((None, "a", (12,), ()), (None, "b", (), ()))
    town.calls.free(0)
    assert town.heard == []
    town.calls.free(2)
    assert town.heard == [("a", "call")]


def test_a_driver_in_the_next_district_is_asked_and_not_within_reach_where_he_is_too_far() -> None:
    town = Town((0, "a", (11,), (10,)))
    town.calls.free(3)
    assert town.heard == [("a", "call"), ("a", "recall")]
    assert suits_any(FreeDriver(3, Districts(RADIUS).around(0, (900.0, 900.0)), lambda order: order == 10), (10, 11))


def test_of_a_driver_whom_no_search_would_find_nobody_hears() -> None:
    town = Town((0, "a", (10,), (11,)))
    town.calls.free(4)
    assert town.heard == []


@pytest.mark.parametrize(("order", "told"), [(10, ["a", "b"]), (12, ["c"])])
def test_kitchen_news_go_to_the_consumers_of_the_order_s_geo(order: int, told: list[str]) -> None:
    town = Town((0, "a", (), ()), (0, "b", (), ()), (1, "c", (), ()))
    town.calls.news(order)
    assert town.heard == [(name, f"news {order}") for name in told]


class Called(DriverCalls):
    """Notes whom it calls about, when, and whether a search would find him then."""

    seen: list[tuple[int, int, bool]]

    def free(self, driver: int) -> None:
        now = self._run.clock.instant
        self._run.loop.advance(now)
        self.seen.append((driver, now, self._run.city.search.place_of(driver, now) is not None))
        super().free(driver)


def logging_on(patch: pytest.MonkeyPatch, stays: int, fix_every: str) -> dict[int, list[tuple[int, bool]]]:
    """20 drivers who log on every 10 s and stay so long (ns): when each was called about, and could be found."""
    patch.setattr("swifteats_sim.simulation.assembly.DriverCalls", Called)
    patch.setattr(Called, "seen", [], raising=False)
    scenario = scenario_of(CITY, "duration=5 min", f"city.drivers.fix_every={fix_every}")
    parts = Assembly(scenario, Streams(1, 0), lambda now: None)
    places = parts.run.city.places
    places.on[:20] = np.arange(1, 21) * 10 * SECOND
    places.off[:20] = places.on[:20] + stays
    parts.start()
    parts.run.clock.run(until=5 * MINUTE)
    return {driver: [(at, found) for number, at, found in Called.seen if number == driver] for driver in range(20)}


def test_a_driver_who_logs_on_is_offered_as_soon_as_a_search_would_find_him(monkeypatch: pytest.MonkeyPatch) -> None:
    for calls in logging_on(monkeypatch, 10 * MINUTE, "5 s").values():
        (logged_on, unknown), (heard, known) = calls[:2]
        assert (unknown, known) == (False, True)
        assert logged_on < heard < logged_on + 7 * SECOND


def test_who_leaves_before_he_was_heard_is_offered_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = logging_on(monkeypatch, SECOND // 2, "10 min")
    assert all([found for _, found in each] == [False] for each in calls.values())
