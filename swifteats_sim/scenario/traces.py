"""A recorded day of orders and shifts, whichever files it came in."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.int64]
Points = NDArray[np.float64]
Kind = Literal["rappi", "mdrplib"]
NO_PROMISE = -1


@dataclass(frozen=True, eq=False)
class Trace:
    """A day of n orders from m restaurants and k shifts; orders by placement, shifts by log-on.

    placed, ready, promised : ns [n] from the start of the day; promised is -1 where nothing was promised.
    restaurant : [n], rows of `restaurants`.
    customer : metres [n, 2], the door.
    restaurants : metres [m, 2].
    on, off : ns [k].
    start : metres [k, 2], where a driver logs on.
    vehicles : [k], "" where not recorded.
    order_ids : [n], unique.
    origin : latitude and longitude of (0, 0), None where the trace has no map.
    speed : m/s along the straight line, None where not stated.
    """

    kind: Kind
    path: Path
    placed: Instants
    ready: Instants
    promised: Instants
    restaurant: Instants
    customer: Points
    restaurants: Points
    on: Instants
    off: Instants
    start: Points
    vehicles: tuple[str, ...]
    order_ids: tuple[str, ...]
    origin: tuple[float, float] | None
    speed: float | None


def in_order(trace: Trace) -> Trace:
    """The trace with orders by placement and shifts by log-on; ties stay as they stood."""
    orders, shifts = np.argsort(trace.placed, kind="stable"), np.argsort(trace.on, kind="stable")
    return dataclasses.replace(
        trace,
        placed=trace.placed[orders],
        ready=trace.ready[orders],
        promised=trace.promised[orders],
        restaurant=trace.restaurant[orders],
        customer=trace.customer[orders],
        order_ids=tuple(trace.order_ids[order] for order in orders),
        on=trace.on[shifts],
        off=trace.off[shifts],
        start=trace.start[shifts],
        vehicles=tuple(trace.vehicles[shift] for shift in shifts),
    )
