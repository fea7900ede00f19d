"""The audits of a run with a city: what can be counted at any time, and what its record says at the end.

The record is read as a stranger would, who trusts no rule's own bookkeeping.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from swifteats_sim.domain.states import CLOSED
from swifteats_sim.results import Tables
from swifteats_sim.simulation.conservation import Conservation
from swifteats_sim.simulation.invariants import Invariants
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.violation import Invariant

NEAR_M = 1e-6
"""Metres by which a leg may begin away from the end of the one before: a rounding."""


class Audit:
    """Looks once a minute and at the end; what does not add up breaks one of the `invariants`."""

    def __init__(self, run: Run, invariants: Invariants, conservation: Conservation) -> None:
        self._run, self._broken, self._conservation = run, invariants.broken, conservation
        self._looked = 0

    def look(self, now: int) -> None:
        """Once a minute: what can be counted at any time."""
        run = self._run
        if now < self._looked or run.loop.now > now:
            self._broken("time", f"it was {self._looked} ns before, and flows are at {run.loop.now} ns")
        self._looked = now
        closed = sum(live.is_closed for live in run.city.orders.values())
        if (len(run.orders), run.orders.closed) != (len(run.city.orders), closed):
            seen = f"{len(run.orders)} orders are in the record and {run.orders.closed} of them closed"
            self._broken("orders", f"{seen}; there are {len(run.city.orders)} and {closed}")
        self._conservation.look(now)

    def close(self, tables: Tables) -> None:
        """The run is over: what can be counted when nothing moves any longer."""
        self.look(tables.end)
        self._conservation.close(tables.end)
        self._audit_orders(tables.orders)
        self._audit_drivers(tables.offers)
        self._audit_counts(tables.counts)
        for leg in leaps(tables.legs)[:1]:
            self._broken("positions", f"leg {leg} of the record begins where, or when, the one before it does not end")

    def _audit_orders(self, orders: pd.DataFrame) -> None:
        """Placed are those delivered, failed, cancelled and open."""
        ended = (orders["closed"] >= 0).to_numpy()
        says = orders["state"].isin([str(state) for state in CLOSED]).to_numpy()
        for row in np.flatnonzero(ended != says)[:1].tolist():
            number, state, closed = (orders[column].iloc[row] for column in ("order", "state", "closed"))
            self._broken("orders", f"order {number} is {state} in the database and was closed at {closed} ns")

    def _audit_drivers(self, offers: pd.DataFrame) -> None:
        """Held by the database are those whose offer is not over."""
        holding = offers.loc[offers["released"] < 0, "driver"].nunique()
        _, held = self._run.city.fleet.idle_and_busy()
        if held != holding:
            self._broken("drivers freed", f"{held} drivers hold an order in the database, {holding} by the record")

    def _audit_counts(self, counts: Mapping[str, int]) -> None:
        audits: tuple[tuple[Invariant, str], ...] = (
            ("one order a driver", "double_assignments"), ("one driver an order", "rivals"),
            ("stock", "oversold"), ("stock restored", "leaked"),
        )  # fmt: skip
        for invariant, count in audits:
            if counts.get(count, 0):
                self._broken(invariant, f"the audit of the record counts {counts[count]} {count}")


def double_assignments(offers: pd.DataFrame, end: int) -> int:
    """Offers committed to a driver who was not done with an earlier one (F5), by the record alone."""
    return _overlaps(offers, "driver", end)


def rivals(offers: pd.DataFrame, end: int) -> int:
    """Offers of an order committed while a driver was not done with an earlier one of it (C24)."""
    return _overlaps(offers, "order", end)


def _overlaps(offers: pd.DataFrame, whose: str, end: int) -> int:
    """Offers committed before every earlier one of the same driver, or order, was done; in order of the record."""
    done = offers["done"].where(offers["done"] >= 0, end)
    latest = done.groupby(offers[whose]).cummax().groupby(offers[whose]).shift(fill_value=-1)
    return int((offers["committed"] < latest).sum())


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
