"""Why an order is late: its click-to-door as a sum of nine named parts, exact to the nanosecond."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.span import Nanoseconds, instants, span_of
from swifteats_sim.results.tables import Tables

PARTS = ("queue", "payment", "deferral", "driver", "decline", "travel", "kitchen", "hand_over", "trip")
"""The parts, in the order an order meets them; `queue` is all that no other part names."""

COLUMNS = ("order", "delivered", "measured", *PARTS, "click_to_door", "late")

SLOW = 0.9
"""The rank from which a delivery is one of the slowest tenth."""

_NEEDED = ("placed", "paying", "paid", "assigned", "departed", "at_restaurant", "ready", "left", "at_door", "delivered")


class _Search(NamedTuple):
    """What an order's offers say, up to the one that was taken; ns, a value an order.

    deferred, driverless : held back, and without a driver; declined : from offers in vain to the next request;
    answer : from the commit of who took it to his yes. What rivals (C24) waited at the same time counts once.
    """

    deferred: Nanoseconds
    driverless: Nanoseconds
    declined: Nanoseconds
    answer: Nanoseconds


def why_late(tables: Tables) -> pd.DataFrame:
    """A row a delivered order, those of the warm-up included: COLUMNS, all int64, times in ns.

    measured : 1 where it was delivered in the measured span. late : 1 where it came after its promise, or, where
    nothing was promised, is one of the slowest tenth of those measured. An order whose life is not recorded in full has
    no row.
    """
    orders = tables.orders
    orders = orders[np.all([instants(orders, each) >= 0 for each in _NEEDED], axis=0)]
    number, delivered = instants(orders, "order"), instants(orders, "delivered")
    whole: Nanoseconds = delivered - instants(orders, "placed")
    parts = _named_parts(orders, _search(tables.offers, orders))
    parts["queue"] = whole - np.sum(list(parts.values()), axis=0, dtype=np.int64)
    measured = span_of(tables).holds(delivered)
    late = _late(orders, whole, measured)
    columns = {
        "order": number, "delivered": delivered, "measured": measured, **parts, "click_to_door": whole, "late": late,
    }  # fmt: skip
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, dtype="int64")


def measured_parts(tables: Tables) -> pd.DataFrame:
    """The rows of `why_late` that were delivered in the measured span."""
    found = why_late(tables)
    return found[found["measured"] == 1]


def slowest(durations: Nanoseconds) -> NDArray[np.bool_]:
    """Which of the durations belong to the slowest tenth; of equal ones all do."""
    if durations.size == 0:
        return np.zeros(0, dtype=np.bool_)
    return durations >= np.quantile(durations, SLOW)


def _named_parts(orders: pd.DataFrame, search: _Search) -> dict[str, Nanoseconds]:
    """All but the queue. Each is clear of what the software does meanwhile: reports of drivers are none of them."""
    paying, paid, _, departed, came, ready, left, door, _ = (instants(orders, each) for each in _NEEDED[1:])
    return {
        "payment": paid - paying,
        "deferral": search.deferred,
        "driver": search.driverless + search.answer,
        "decline": search.declined,
        "travel": came - departed,
        "kitchen": np.maximum(ready - came, 0),
        "hand_over": instants(orders, "handed"),
        "trip": door - left,
    }


def _search(offers: pd.DataFrame, orders: pd.DataFrame) -> _Search:
    """Add up each order's offers, in order of commit, until the one that was taken."""
    number, assigned, driver = (instants(orders, each) for each in ("order", "assigned", "driver"))
    row = pd.Index(number).get_indexer(pd.Index(instants(offers, "order")))
    until = np.append(assigned, -1)[row]  # offers of orders without a row are left out
    counted = np.flatnonzero(instants(offers, "committed") <= until)
    counted = counted[np.lexsort((instants(offers, "committed")[counted], row[counted]))]
    columns = ("driver", "taken", "committed", "answered", "deferred", "driverless")
    whose, taken, committed, answered, deferred, driverless = (instants(offers, each)[counted] for each in columns)
    row, until = row[counted], until[counted]
    before = np.where(np.append(-1, row[:-1]) == row, np.append(-1, committed[:-1]), -1)
    alone = committed - np.maximum(taken, before)  # in hand, since the last commit of a rival
    without = np.clip(driverless, 0, alone)
    took = (committed == until) & (whose == driver[row]) & (answered >= 0)
    size = len(number)
    return _Search(
        _summed(row, np.minimum(deferred, alone - without), size),
        _summed(row, without, size),
        _summed(row, np.where(before >= 0, taken - before, 0), size),
        _summed(row[took], (answered - committed)[took], size),
    )


def _summed(row: NDArray[np.intp], durations: Nanoseconds, size: int) -> Nanoseconds:
    """Durations added up by row; what was not recorded (-1) counts nothing."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, row, np.maximum(durations, 0))
    return total


def _late(orders: pd.DataFrame, whole: Nanoseconds, measured: NDArray[np.bool_]) -> NDArray[np.bool_]:
    promised, delivered = instants(orders, "promised"), instants(orders, "delivered")
    limit = np.quantile(whole[measured], SLOW) if measured.any() else np.inf
    return np.where(promised >= 0, delivered > promised, measured & (whole >= limit))
