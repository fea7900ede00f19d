"""Reads an instance of the Meal Delivery Routing Problem library: tab-separated, whole minutes, metres."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.records import Table, number
from swifteats_sim.scenario.traces import NO_PROMISE, Points, Trace

MINUTE = 60 * SECOND
PLACE = ("x", "y")
MOST_MINUTES = 7 * 24 * 60
_metres = number(-40_000_000, 40_000_000, " m")
_minutes = number(0, MOST_MINUTES, " minutes")


def read_mdrplib(folder: Path) -> Trace:
    """The instance in a folder, rows in the order of its files; ScenarioError for bad data."""
    orders = Table(folder / "orders.txt", ("order", *PLACE, "placement_time", "restaurant", "ready_time"), "\t")
    couriers = Table(folder / "couriers.txt", ("courier", *PLACE, "on_time", "off_time"), "\t")
    restaurants = Table(folder / "restaurants.txt", ("restaurant", *PLACE), "\t")
    rows = {name: row for row, name in enumerate(restaurants.unique("restaurant"))}
    restaurants_at = _places(restaurants)
    restaurants.check()
    placed, ready = (orders.instants(column, _instant) for column in ("placement_time", "ready_time"))
    on, off = (couriers.instants(column, _instant) for column in ("on_time", "off_time"))
    for row, name in enumerate(orders.columns["restaurant"]):
        if name not in rows:
            orders.refuse(row, "restaurant", "is not in restaurants.txt")
    orders_at, couriers_at = _places(orders), _places(couriers)
    order_ids, _ = orders.unique("order"), couriers.unique("courier")
    _check_order(orders, "ready_time", ready < placed, "must not be before placement_time")
    _check_order(couriers, "off_time", off < on, "must not be before on_time")
    restaurant = np.array([rows[name] for name in orders.columns["restaurant"]], np.int64)
    return Trace(
        "mdrplib", folder, placed, ready, np.full(len(orders), NO_PROMISE, np.int64), restaurant, orders_at,
        restaurants_at, on, off, couriers_at, ("",) * len(couriers), order_ids, None, _speed(folder),
    )  # fmt: skip


def _check_order(table: Table, column: str, wrong: np.ndarray[tuple[int], np.dtype[np.bool_]], rule: str) -> None:
    table.check()
    for row in np.flatnonzero(wrong):
        table.refuse(int(row), column, rule)
    table.check()


def _places(table: Table) -> Points:
    return np.column_stack([table.metres(axis, _metres) for axis in PLACE])


def _instant(text: str) -> int:
    minutes = _minutes(text)
    if not minutes.is_integer():
        raise ValueError("must be whole minutes")
    return int(minutes) * MINUTE


def _speed(folder: Path) -> float:
    """Metres per second, along the straight line."""
    parameters = Table(folder / "instance_parameters.txt", ("meters_per_minute",), "\t")
    speed = parameters.metres("meters_per_minute", number(1, 60_000, " m/min"))
    parameters.check()
    return float(speed[0]) / 60
