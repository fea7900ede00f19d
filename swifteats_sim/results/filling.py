"""When a city that began empty is full: until then its open orders grow whatever its fleet can do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.results.measure_orders import OVERDUE
from swifteats_sim.results.span import Nanoseconds, instants
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.why_late import why_late

HINDERED = ("queue", "driver", "decline")
"""Parts of an order's time that grow with a backlog: they are no part of what it takes to fill a city."""
THROUGH = 0.95
FEW = 20
"""Deliveries from which their rank of 95 % is told from the longest."""


def first_order(tables: Tables) -> int:
    """When the first order was placed (ns); the end of the run where none was."""
    placed = instants(tables.orders, "placed")
    return int(placed.min()) if placed.size else tables.end


def full_at(tables: Tables) -> int:
    """The instant (ns) from which a steady demand keeps the open orders of an unhindered city level.

    A queue in which nobody waits (M/G/inf) has its level once the longest service is over; here that is the time from
    click to door which 95 % of deliveries need, without what they waited for software, drivers and cooks, but no more
    than an hour. Where nothing was delivered, it is the hour.
    """
    if not len(tables.orders):
        return 0
    took = _unhindered(tables)
    longest = float(np.quantile(took, THROUGH if took.size >= FEW else 1.0)) if took.size else OVERDUE
    return first_order(tables) + int(min(longest, OVERDUE))


def cold_orders(tables: Tables) -> NDArray[np.float64]:
    """Orders whose food was ready and that had no driver, at each instant of `series`.

    No city fills with these: food is early for want of drivers alone.
    """
    at, ready, assigned, closed = (
        instants(tables.series, "at"), *(instants(tables.orders, each) for each in ("ready", "assigned", "closed"))
    )  # fmt: skip
    came = ready[ready >= 0]
    taken = np.where(assigned >= 0, assigned, np.where(closed >= 0, closed, tables.end + 1))[ready >= 0]
    left = np.sort(np.maximum(came, taken))
    levels = np.searchsorted(np.sort(came), at, "right") - np.searchsorted(left, at, "right")
    return levels.astype(np.float64)


def _unhindered(tables: Tables) -> Nanoseconds:
    parts = why_late(tables)
    orders = tables.orders.set_index("order").loc[parts["order"]]
    accepted, cooking = instants(orders, "accepted"), instants(orders, "cooking")
    waited = np.where((accepted >= 0) & (cooking >= 0), cooking - accepted, 0)
    hindered = np.sum([instants(parts, each) for each in HINDERED], axis=0)
    alone: Nanoseconds = np.maximum(instants(parts, "click_to_door") - hindered - waited, 0)
    return alone
