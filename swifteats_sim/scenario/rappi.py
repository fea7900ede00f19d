"""Reads a day of the public `rappi` instances: `orders.csv` and `couriers.csv`, clock times of one day.

Ready and promised times before the placement lie past midnight and are moved a day on.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.records import Table, number
from swifteats_sim.scenario.traces import Instants, Points, Trace

DAY = 86_400 * SECOND
MOST_LIKELY_PAST = DAY // 2
"""An instant that would lie further from its placement than this is wrong, not past midnight."""
EARTH_RADIUS = 6_371_008.8
ORDERS = ("order_id", "pick_up_lat", "pick_up_lng", "drop_off_lat", "drop_off_lng", "placement_time",
          "preparation_time", "ready_time", "expected_drop_off_time")  # fmt: skip
COURIERS = ("courier_id", "vehicle", "on_lat", "on_lng", "on_time", "off_time")
CLOCK = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})")


def read_rappi(folder: Path) -> Trace:
    """The folder's day, rows in the order of its files; ScenarioError for bad data."""
    orders, couriers = (
        Table(folder / "orders.csv", ORDERS, ","),
        Table(folder / "couriers.csv", COURIERS, ","),
    )
    placed = orders.instants("placement_time", _clock)
    on, off = couriers.instants("on_time", _clock), couriers.instants("off_time", _clock)
    pick_up, drop_off = (_degrees(orders, end) for end in ("pick_up", "drop_off"))
    log_on = _degrees(couriers, "on")
    _unwrapped(orders, "preparation_time", placed)
    ready, promised = (_unwrapped(orders, column, placed) for column in ("ready_time", "expected_drop_off_time"))
    order_ids, _ = orders.unique("order_id"), couriers.unique("courier_id")
    orders.check()
    for row in np.flatnonzero(off < on):
        couriers.refuse(int(row), "off_time", f"must not be before on_time {couriers.columns['on_time'][row]}")
    couriers.check()
    origin = (math.fsum(pick_up[:, 0]) / len(pick_up), math.fsum(pick_up[:, 1]) / len(pick_up))
    places, restaurant = np.unique(pick_up, axis=0, return_inverse=True)
    return Trace(
        "rappi", folder, placed, ready, promised, restaurant.reshape(-1).astype(np.int64),
        projected(drop_off, origin), projected(places, origin), on, off, projected(log_on, origin),
        tuple(couriers.columns["vehicle"]), order_ids, origin, None,
    )  # fmt: skip


def projected(degrees: Points, origin: tuple[float, float]) -> Points:
    """Metres east and north of the origin [n, 2], from latitude and longitude; good for a city."""
    # Scalar cosine: numpy's vectorised one may differ in its last bit from machine to machine.
    radians = (degrees - np.array(origin)) * (math.pi / 180.0)
    east = radians[:, 1] * math.cos(math.radians(origin[0]))
    return EARTH_RADIUS * np.column_stack([east, radians[:, 0]])


def unprojected(metres: Points, origin: tuple[float, float]) -> Points:
    """Latitude and longitude [n, 2] of places that were projected."""
    radians = metres[:, ::-1] / EARTH_RADIUS
    radians = radians / np.array([1.0, math.cos(math.radians(origin[0]))])
    degrees: Points = np.array(origin) + radians * (180.0 / math.pi)
    return degrees


def _degrees(table: Table, end: str) -> Points:
    latitude = table.metres(f"{end}_lat", number(-85, 85, " degrees"))
    longitude = table.metres(f"{end}_lng", number(-180, 180, " degrees"))
    return np.column_stack([latitude, longitude])


def _clock(text: str) -> int:
    """Nanoseconds since midnight."""
    match = CLOCK.fullmatch(text)
    hours, minutes, seconds = map(int, match.groups()) if match else (99, 0, 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("must be a clock time HH:MM:SS")
    return (hours * 3600 + minutes * 60 + seconds) * SECOND


def _unwrapped(orders: Table, column: str, placed: Instants) -> Instants:
    """The column's instants, a day later where they lie before the placement."""
    instants = orders.instants(column, _clock)
    instants = np.where(instants < placed, instants + DAY, instants)
    if not orders.problems:
        for row in np.flatnonzero(instants - placed > MOST_LIKELY_PAST):
            orders.refuse(int(row), column, f"must follow placement_time {orders.columns['placement_time'][row]}")
    return instants
