"""Small days of the meal delivery routing problem: on a street where a minute is 320 m, and drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from swifteats_sim.mdrp.instance import Instance, Whole
from swifteats_sim.mdrp.policy import Dispatcher, Load, Send, Setting, View
from swifteats_sim.mdrp.smallest import LIBRARY_TERMS

DATA = Path(__file__).parents[3] / "shared" / "data"
LIBRARY = DATA / "mdrplib"
MINUTE_M = 320

Order = tuple[int, int, int, int]
"""Placed, ready, restaurant, and how many minutes along the street the door is."""
Courier = tuple[int, int, int]
"""On, off, and how many minutes along the street the shift begins."""


def along(minutes: Sequence[int]) -> Whole:
    return np.array([[MINUTE_M * each, 0] for each in minutes], np.int64)


def names(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(1, count + 1))


def street(orders: Sequence[Order], kitchens: Sequence[int], couriers: Sequence[Courier]) -> Instance:
    placed, ready, restaurant, door = zip(*orders, strict=True)
    on, off, start = zip(*couriers, strict=True)
    whole = (np.array(each, np.int64) for each in (placed, ready, restaurant, on, off))
    p, r, k, begin, end = whole
    return Instance(
        "street", LIBRARY_TERMS, names("o", len(orders)), p, r, k, along(door), names("r", len(kitchens)),
        along(kitchens), names("c", len(couriers)), begin, end, along(start),
    )  # fmt: skip


def plain() -> Instance:
    """One order, one courier two minutes from the restaurant, the door three minutes beyond."""
    return street([(10, 20, 0, 5)], [2], [(0, 120, 0)])


class Scripted:
    """A dispatcher that says at given minutes what it was told to, and keeps what it saw."""

    def __init__(self, script: dict[int, list[Send | Load]]) -> None:
        self.script = script
        self.seen: list[View] = []

    def open(self, setting: Setting) -> Dispatcher:
        return self

    def decide(self, view: View) -> list[Send | Load]:
        self.seen.append(view)
        return self.script.get(view.now, [])


def write_instance(instance: Instance, folder: Path) -> Path:
    """The four files of the library."""
    folder.mkdir(parents=True)
    t = instance.terms
    parameters = (
        "meters_per_minute\tpickup service minutes\tdropoff service minutes\ttarget click-to-door\t"
        "maximum click-to-door\tpay per order\tguaranteed pay per hour\n"
        f"{t.speed}\t{t.pickup}\t{t.dropoff}\t{t.target}\t{t.limit}\t{t.pay_per_order:g}\t{t.pay_per_hour:g}\n"
    )
    (folder / "instance_parameters.txt").write_text(parameters)
    kitchens = zip(instance.restaurants, *instance.kitchen.T, strict=True)
    write_rows(folder / "restaurants.txt", "restaurant\tx\ty", kitchens)
    where = [instance.restaurants[row] for row in instance.restaurant]
    orders = zip(instance.orders, *instance.door.T, instance.placed, where, instance.ready, strict=True)
    write_rows(folder / "orders.txt", "order\tx\ty\tplacement_time\trestaurant\tready_time", orders)
    shifts = zip(instance.couriers, *instance.start.T, instance.on, instance.off, strict=True)
    write_rows(folder / "couriers.txt", "courier\tx\ty\ton_time\toff_time", shifts)
    return folder


def write_rows(path: Path, header: str, rows: object) -> None:
    lines = [header, *("\t".join(map(str, row)) for row in rows)]  # type: ignore[attr-defined]
    path.write_text("\n".join(lines) + "\n")


@st.composite
def days(draw: st.DrawFn) -> Instance:
    """Up to twelve orders within an hour, from up to three restaurants, for up to four couriers."""
    place = st.tuples(st.integers(0, 4000), st.integers(0, 4000))
    kitchens = draw(st.lists(place, min_size=1, max_size=3))
    count = draw(st.integers(1, 12))
    placed = draw(st.lists(st.integers(0, 60), min_size=count, max_size=count))
    cooking = draw(st.lists(st.integers(0, 40), min_size=count, max_size=count))
    doors = draw(st.lists(place, min_size=count, max_size=count))
    kitchen = draw(st.lists(st.integers(0, len(kitchens) - 1), min_size=count, max_size=count))
    shifts = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 120), place), min_size=1, max_size=4))
    p, on = np.array(placed, np.int64), np.array([begin for begin, _, _ in shifts], np.int64)
    return Instance(
        "drawn", LIBRARY_TERMS, names("o", count), p, p + np.array(cooking), np.array(kitchen, np.int64),
        np.array(doors, np.int64), names("r", len(kitchens)), np.array(kitchens, np.int64),
        names("c", len(shifts)), on, on + np.array([length for _, length, _ in shifts]),
        np.array([start for _, _, start in shifts], np.int64),
    )  # fmt: skip
