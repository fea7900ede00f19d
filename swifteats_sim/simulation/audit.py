"""The audits of a run with a city: what can be counted at any time, and what its record says at the end.

The record is read as a stranger would, who trusts no rule's own bookkeeping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import ORDERS
from swifteats_sim.domain.states import CLOSED, OrderState
from swifteats_sim.results import Tables
from swifteats_sim.simulation.conservation import Conservation
from swifteats_sim.simulation.invariants import Invariants
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.violation import Invariant
from swifteats_sim.stack.store import Store

NEAR_M = 1e-6
"""Metres by which a leg may begin away from the end of the one before: a rounding."""


class Audit:
    """Looks once a minute and at the end; what does not add up breaks one of the `invariants`."""

    def __init__(self, run: Run, store: Store, invariants: Invariants, conservation: Conservation) -> None:
        self._run, self._store, self._broken, self._conservation = run, store, invariants.broken, conservation
        self._states = Counter[OrderState]()
        self._known = np.array(run.city.fleet.known, dtype=np.int64)
        self._looked = 0
        store.watch(ORDERS, self._order_written)

    def look(self, now: int) -> None:
        """Once a minute: what can be counted at any time."""
        run = self._run
        if now < self._looked or run.loop.now > now:
            self._broken("time", f"it was {self._looked} ns before, and flows are at {run.loop.now} ns")
        self._looked = now
        self._look_at_orders()
        self._look_at_drivers()
        self._look_at_fixes(now)
        self._conservation.look(now)

    def close(self, tables: Tables) -> None:
        """The run is over: what can be counted when nothing moves any longer."""
        self.look(tables.end)
        self._conservation.close(tables.end)
        self._audit_orders(tables.orders)
        self._audit_counts(tables.counts)
        for leg in leaps(tables.legs)[:1]:
            self._broken("positions", f"leg {leg} of the record begins where, or when, the one before it does not end")
        for leg in races(tables.legs, self._fastest()[tables.legs["driver"].to_numpy()])[:1]:
            self._broken("speed", f"leg {leg} of the record is faster than its driver can be")

    def _order_written(self, _: Key, record: Record, before: Record | None) -> None:
        state = record.fields["state"]
        if before is not None:
            if before.fields["state"] == state:
                return
            self._states[before.fields["state"]] -= 1
        self._states[state] += 1

    def _look_at_orders(self) -> None:
        """What the record has closed, delivered and answered is what the database has, and customers have heard."""
        orders, placed = self._run.orders, len(self._run.city.orders)
        says = len(orders), orders.closed, orders.delivered
        stored = placed, sum(self._states[state] for state in CLOSED), self._states[OrderState.DELIVERED]
        if says != stored:
            seen = "the record has {} orders, {} of them closed and {} delivered".format(*says)
            self._broken("orders", seen + "; the database has {}, {} and {}".format(*stored))
        if orders.answered > placed:
            self._broken("orders", f"{placed} orders were answered {orders.answered} times")

    def _look_at_drivers(self) -> None:
        """Held by the database are those whose offer is not over."""
        holding, held = set(self._run.offers.holding()), set(self._run.city.fleet.busy())
        for driver in sorted(held ^ holding)[:1]:
            where = "the database, not by the record" if driver in held else "the record, not by the database"
            self._broken("drivers freed", f"driver {driver} holds an order by {where}")

    def _look_at_fixes(self, now: int) -> None:
        """Of no driver is less known than before, and of none what is yet to come."""
        known, fleet = self._known, np.array(self._run.city.fleet.known, dtype=np.int64)
        for driver in np.flatnonzero((fleet < known) | (fleet > now))[:1].tolist():
            self._broken("fixes", f"driver {driver} is known at {fleet[driver]} ns, and was at {known[driver]} ns")
        self._known = fleet

    def _fastest(self) -> NDArray[np.float64]:
        """float64[drivers]: how fast each may be in a straight line, m/ns."""
        places = self._run.city.places
        speeds = [places.lines.fastest if area.travel.fastest is None else area.travel.fastest for area in places.areas]
        return np.repeat(speeds, [len(area.drivers) for area in places.areas])

    def _audit_orders(self, orders: pd.DataFrame) -> None:
        """Each order ended as the database says, and is open where that says so, or has not heard of it yet."""
        for order, closed, state in zip(orders["order"].tolist(), orders["closed"], orders["state"], strict=True):
            record = self._store.read((ORDERS, order))
            stored = None if record is None else record.fields["state"]
            if (stored in CLOSED) != (closed >= 0) or (closed >= 0 and stored != state):
                self._broken("orders", f"order {order} is {stored} in the database, and {state} in the record")

    def _audit_counts(self, counts: Mapping[str, int]) -> None:
        audits: tuple[tuple[Invariant, str], ...] = (
            ("one order a driver", "double_assignments"), ("one driver an order", "rivals"),
            ("stock", "oversold"), ("stock restored", "leaked"), ("stock restored", "phantoms"),
        )  # fmt: skip
        for invariant, count in audits:
            if counts.get(count, 0):
                self._broken(invariant, f"the audit of the record counts {counts[count]} {count}")


def races(legs: pd.DataFrame, fastest: NDArray[np.float64]) -> list[int]:
    """Rows of legs that are faster than possible. fastest : float64[legs], m/ns; instants are whole ns."""
    start, end, x0, y0, x1, y1 = (legs[column].to_numpy() for column in ("start", "end", "x0", "y0", "x1", "y1"))
    found: list[int] = np.flatnonzero(np.hypot(x1 - x0, y1 - y0) > (end - start + 1) * fastest + NEAR_M).tolist()
    return found


def leaps(legs: pd.DataFrame) -> list[int]:
    """Rows of a driver's legs that begin elsewhere, or earlier, than his leg before ended."""
    order = np.lexsort((legs["start"].to_numpy(), legs["driver"].to_numpy()))
    driver, start, end, x0, y0, x1, y1 = (
        legs[column].to_numpy()[order] for column in ("driver", "start", "end", "x0", "y0", "x1", "y1")
    )
    apart = np.hypot(x0[1:] - x1[:-1], y0[1:] - y1[:-1]) > NEAR_M
    wrong = (driver[1:] == driver[:-1]) & (apart | (start[1:] < end[:-1]))
    found: list[int] = order[1:][wrong].tolist()
    return found
