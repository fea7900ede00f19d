"""An instance of the library: what is ordered, from where, and who carries it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.scenario.errors import ScenarioError
from swifteats_sim.scenario.records import Table, number

Whole = NDArray[np.int64]
PARAMETERS = "instance_parameters.txt"
MOST_MINUTES = 7 * 24 * 60
MOST_METRES = 40_000_000


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules' numbers. speed : m/min; services and bounds : minutes; pay : of an order, and of an hour on shift.

    pickup, dropoff : service minutes, half of them before the hand-over and half after, so that they are even.
    """

    speed: int
    pickup: int
    dropoff: int
    target: int
    limit: int
    pay_per_order: float
    pay_per_hour: float


@dataclass(frozen=True, eq=False, slots=True)
class Instance:
    """A day of n orders from m restaurants and k couriers, in the order of the files; arrays are read-only.

    placed, ready : minutes [n]; restaurant : [n], rows of `kitchen`.
    door, kitchen, start : metres [n, 2], [m, 2], [k, 2]; start : where a courier's shift begins.
    on, off : minutes [k].
    orders, restaurants, couriers : their names, unique.
    """

    name: str
    terms: Terms
    orders: tuple[str, ...]
    placed: Whole
    ready: Whole
    restaurant: Whole
    door: Whole
    restaurants: tuple[str, ...]
    kitchen: Whole
    couriers: tuple[str, ...]
    on: Whole
    off: Whole
    start: Whole

    def __post_init__(self) -> None:
        """Close the arrays: an instance is shared by whoever runs, checks and measures it."""
        for field in (self.placed, self.ready, self.restaurant, self.door, self.kitchen, self.on, self.off, self.start):
            field.setflags(write=False)


def is_instance(folder: Path) -> bool:
    """Whether a folder claims to be one: it has the file of parameters, which no other day has."""
    return (folder / PARAMETERS).is_file()


def read_instance(folder: Path) -> Instance:
    """The instance in a folder; ScenarioError with file, line and column for what is wrong with it."""
    terms = _terms(folder / PARAMETERS)
    restaurants = Table(folder / "restaurants.txt", ("restaurant", "x", "y"), "\t")
    orders = Table(folder / "orders.txt", ("order", "x", "y", "placement_time", "restaurant", "ready_time"), "\t")
    couriers = Table(folder / "couriers.txt", ("courier", "x", "y", "on_time", "off_time"), "\t")
    kitchens, restaurant = restaurants.unique("restaurant"), _restaurant_rows(orders, restaurants)
    placed, ready = _minutes(orders, "placement_time"), _minutes(orders, "ready_time")
    on, off = _minutes(couriers, "on_time"), _minutes(couriers, "off_time")
    found = Instance(
        folder.resolve().name, terms, orders.unique("order"), placed, ready, restaurant, _places(orders), kitchens,
        _places(restaurants), couriers.unique("courier"), on, off, _places(couriers),
    )  # fmt: skip
    for table, column in ((orders, "order"), (couriers, "courier"), (restaurants, "restaurant")):
        _refuse_blanks(table, column)
    _check(restaurants, orders, couriers)
    _refuse(orders, "ready_time", ready < placed, "must not be before placement_time")
    _refuse(couriers, "off_time", off < on, "must not be before on_time")
    _check(orders, couriers)
    return found


def _check(*tables: Table) -> None:
    """Raise what has been noted of all of them; what follows compares values that are in order."""
    problems = [problem for table in tables for problem in table.problems]
    if problems:
        raise ScenarioError(problems)


def _terms(path: Path) -> Terms:
    names = (
        "meters_per_minute", "pickup service minutes", "dropoff service minutes", "target click-to-door",
        "maximum click-to-door", "pay per order", "guaranteed pay per hour",
    )  # fmt: skip
    table = Table(path, names, "\t")
    readers = (
        _whole(1, 60_000, " m/min"), _even, _even, _whole(1, MOST_MINUTES, " minutes"),
        _whole(1, MOST_MINUTES, " minutes"), number(0, 1e6), number(0, 1e6),
    )  # fmt: skip
    values = [table.metres(name, reader)[0] for name, reader in zip(names, readers, strict=True)]
    table.check()
    return Terms(*(int(value) for value in values[:5]), *(float(value) for value in values[5:]))


def _restaurant_rows(orders: Table, restaurants: Table) -> Whole:
    rows = {name: row for row, name in enumerate(restaurants.columns["restaurant"])}
    named = orders.columns["restaurant"]
    for row, name in enumerate(named):
        if name not in rows:
            orders.refuse(row, "restaurant", "is not in restaurants.txt")
    return np.array([rows.get(name, 0) for name in named], np.int64)


def _refuse(table: Table, column: str, wrong: NDArray[np.bool_], rule: str) -> None:
    for row in np.flatnonzero(wrong):
        table.refuse(int(row), column, rule)


def _refuse_blanks(table: Table, column: str) -> None:
    """A solution's file has blanks between the names of a bundle."""
    for row, name in enumerate(table.columns[column]):
        if len(name.split()) > 1:
            table.refuse(row, column, "must hold no blank")


def _minutes(table: Table, column: str) -> Whole:
    return table.instants(column, _whole(0, MOST_MINUTES, " minutes"))


def _places(table: Table) -> Whole:
    read = _whole(-MOST_METRES, MOST_METRES, " m")
    return np.column_stack([table.instants(axis, read) for axis in ("x", "y")])


def _whole(low: int, high: int, unit: str) -> Callable[[str], int]:
    """A reader of whole numbers: the library's arithmetic is exact."""
    read = number(low, high, unit)

    def whole(text: str) -> int:
        value = read(text)
        if not math.isfinite(value) or not value.is_integer():
            raise ValueError("must be a whole number")
        return int(value)

    return whole


def _even(text: str) -> int:
    minutes = _whole(0, 600, " minutes")(text)
    if minutes % 2:
        raise ValueError("must be even: half of a service is before the hand-over, half after it")
    return minutes
