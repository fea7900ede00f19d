"""The invariants of a run with a city, watched while it goes and audited at its end.

They trust no rule: every write to the database is heard, every commit is held against the trips that are really under
way, and the record is read as a stranger would.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import pandas as pd

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS
from swifteats_sim.domain.states import CLOSED, DRIVER_MOVES, ORDER_MOVES, DriverState, OrderState
from swifteats_sim.results import Tables
from swifteats_sim.simulation.conservation import Conservation
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.violation import Invariant, Violation, broken_by_design
from swifteats_sim.stack.store import Store, Watcher

NEAR_M = 1e-6
"""Metres by which a leg may begin away from the end of the one before: a rounding."""
State = TypeVar("State", OrderState, DriverState)
_BEGINS_AS = {
    "state": frozenset({OrderState.NEW_ORDER, OrderState.CANCELLED, OrderState.FAILED}),
    "kitchen": frozenset({OrderState.ORDER_RECEIVED}),
}
"""What an order begins as, by field; closed where it was given up before it was stored."""
_SHIFTS = frozenset({DriverState.OFF_SHIFT, DriverState.AVAILABLE})


class Invariants:
    """Whoever breaks one ends the run with a Violation, unless the scenario's switches give it up."""

    def __init__(self, run: Run, store: Store, conservation: Conservation) -> None:
        """From now on every write is heard."""
        self._run, self._conservation = run, conservation
        self._given_up = broken_by_design(run.scenario)
        self._looked = 0
        self._offers_of: dict[Invariant, dict[int, int]] = {"one order a driver": {}, "one driver an order": {}}
        watchers: dict[Invariant, tuple[str, Watcher]] = {
            "stock": (ITEMS, self._on_item),
            "moves of orders": (ORDERS, self._on_order),
            "moves of drivers": (DRIVERS, self._on_driver),
        }
        for invariant, (table, watcher) in watchers.items():
            if invariant not in self._given_up:
                store.watch(table, watcher)

    def committed(self, order: int, driver: int) -> None:
        """The last offer of the log was made: neither its driver nor its order may be in another that is not over."""
        offers = self._run.offers
        row = len(offers) - 1
        whose: dict[Invariant, int] = {"one order a driver": driver, "one driver an order": order}
        for invariant, number in whose.items():
            before = self._offers_of[invariant].get(number)
            if before is not None and not offers.is_over(before):
                seen = f"driver {driver} was committed to order {order}, and offer {before} was not over"
                self._break(invariant, seen)
            self._offers_of[invariant][number] = row

    def look(self, now: int) -> None:
        """Once a minute: what can be counted at any time."""
        run = self._run
        if now < self._looked or run.loop.now > now:
            self._break("time", f"it was {self._looked} ns before, and flows are at {run.loop.now} ns")
        self._looked = now
        closed = sum(live.is_closed for live in run.city.orders.values())
        if (len(run.orders), run.orders.closed) != (len(run.city.orders), closed):
            seen = f"{len(run.orders)} orders are in the record and {run.orders.closed} of them closed"
            self._break("orders", f"{seen}; there are {len(run.city.orders)} and {closed}")
        self._conservation.look(now)

    def close(self, tables: Tables) -> None:
        """The run is over: what can be counted when nothing moves any longer."""
        self.look(tables.end)
        self._conservation.close(tables.end)
        self._audit_orders(tables.orders)
        self._audit_drivers(tables.offers)
        self._audit_counts(tables.counts)
        for leg in leaps(tables.legs)[:1]:
            self._break("positions", f"leg {leg} of the record begins where, or when, the one before it does not end")

    def _audit_orders(self, orders: pd.DataFrame) -> None:
        """Placed are those delivered, failed, cancelled and open."""
        ended = (orders["closed"] >= 0).to_numpy()
        says = orders["state"].isin([str(state) for state in CLOSED]).to_numpy()
        for row in np.flatnonzero(ended != says)[:1].tolist():
            number, state, closed = (orders[column].iloc[row] for column in ("order", "state", "closed"))
            self._break("orders", f"order {number} is {state} in the database and was closed at {closed} ns")

    def _audit_drivers(self, offers: pd.DataFrame) -> None:
        """Held by the database are those whose offer is not over."""
        holding = offers.loc[offers["released"] < 0, "driver"].nunique()
        _, held = self._run.city.fleet.idle_and_busy()
        if held != holding:
            self._break("drivers freed", f"{held} drivers hold an order in the database, {holding} by the record")

    def _audit_counts(self, counts: Mapping[str, int]) -> None:
        audits: tuple[tuple[Invariant, str], ...] = (
            ("one order a driver", "double_assignments"), ("one driver an order", "rivals"),
            ("stock", "oversold"), ("stock restored", "leaked"),
        )  # fmt: skip
        for invariant, count in audits:
            if counts.get(count, 0):
                self._break(invariant, f"the audit of the record counts {counts[count]} {count}")

    def _on_item(self, key: Key, record: Record, before: Record | None) -> None:
        if record.fields["stock"] < 0:
            self._break("stock", f"item {key} has {record.fields['stock']} portions")

    def _on_order(self, key: Key, record: Record, before: Record | None) -> None:
        for field, first in _BEGINS_AS.items():
            to = record.fields[field]
            if not (to in first if before is None else _moved(ORDER_MOVES, before.fields[field], to)):
                self._break("moves of orders", f"the {field} of order {key} became {to}, {_was(before, field)}")

    def _on_driver(self, key: Key, record: Record, before: Record | None) -> None:
        to = record.fields["state"]
        if not (to in _SHIFTS if before is None else _moved(DRIVER_MOVES, before.fields["state"], to)):
            self._break("moves of drivers", f"driver {key} became {to}, {_was(before, 'state')}")

    def _break(self, invariant: Invariant, what: str) -> None:
        if invariant not in self._given_up:
            raise Violation(invariant, self._run.clock.instant, what)


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


def _moved(moves: Mapping[State, frozenset[State]], before: State, to: State) -> bool:
    return to == before or to in moves[before]


def _was(before: Record | None, field: str) -> str:
    return "and was not there before" if before is None else f"and was {before.fields[field]}"
