"""The invariants of a run with a city, watched while it goes.

They trust no rule: every write to the database is heard, and every commit is held against the trips that are really
under way.
"""

from __future__ import annotations

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS
from swifteats_sim.domain.states import DRIVER_MOVES, ORDER_MOVES, DriverState, OrderState
from swifteats_sim.simulation.larder import Larder
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.violation import Invariant, Violation, broken_by_design
from swifteats_sim.stack.store import Store, Watcher

_BEGINS_AS = {
    "state": frozenset({OrderState.NEW_ORDER, OrderState.CANCELLED, OrderState.FAILED}),
    "kitchen": frozenset({OrderState.ORDER_RECEIVED}),
}
"""What an order begins as, by field; closed where it was given up before it was stored."""
_SHIFTS = frozenset({DriverState.OFF_SHIFT, DriverState.AVAILABLE})


class Invariants:
    """Whoever breaks one ends the run with a Violation, unless the scenario's switches give it up."""

    def __init__(self, run: Run, store: Store, larder: Larder) -> None:
        """From now on every write is heard."""
        self._run, self._larder = run, larder
        self._given_up = broken_by_design(run.scenario)
        self._offers_of: dict[Invariant, dict[int, int]] = {"one order a driver": {}, "one driver an order": {}}
        watchers: dict[Invariant, tuple[str, Watcher]] = {
            "stock": (ITEMS, self._on_item),
            "moves of orders": (ORDERS, self._on_order),
            "moves of drivers": (DRIVERS, self._on_driver),
        }
        for invariant, (table, watcher) in watchers.items():
            if invariant not in self._given_up:
                store.watch(table, watcher)

    def broken(self, invariant: Invariant, what: str) -> None:
        """Violation, unless the invariant is given up. what : was seen."""
        if invariant not in self._given_up:
            raise Violation(invariant, self._run.clock.instant, what)

    def committed(self, order: int, driver: int) -> None:
        """The last offer of the log was made: neither its driver nor its order may be in another that is not over."""
        offers = self._run.offers
        row = len(offers) - 1
        whose: dict[Invariant, int] = {"one order a driver": driver, "one driver an order": order}
        for invariant, number in whose.items():
            before = self._offers_of[invariant].get(number)
            if before is not None and not offers.is_over(before):
                seen = f"driver {driver} was committed to order {order}, and offer {before} was not over"
                self.broken(invariant, seen)
            self._offers_of[invariant][number] = row

    def _on_item(self, key: Key, record: Record, before: Record | None) -> None:
        """Not below nothing, and over the maximum only as far as what was given back is there.

        A shelf that was filled while an order held a portion is over-full when that order gives it back (A17).
        """
        assert isinstance(key, tuple)
        stock, most = record.fields["stock"], self._larder.terms.most(key[1])
        if not 0 <= stock <= max(most, self._larder.shelves.left(key)):
            self.broken("stock", f"item {key} has {stock} portions, of {most} at most")

    def _on_order(self, key: Key, record: Record, before: Record | None) -> None:
        for field, first in _BEGINS_AS.items():
            to, was = record.fields[field], None if before is None else before.fields[field]
            if to != was and to not in (first if was is None else ORDER_MOVES[was]):
                self.broken("moves of orders", f"the {field} of order {key} became {to}, {_was(before, field)}")

    def _on_driver(self, key: Key, record: Record, before: Record | None) -> None:
        to, was = record.fields["state"], None if before is None else before.fields["state"]
        if to != was and to not in (_SHIFTS if was is None else DRIVER_MOVES[was]):
            self.broken("moves of drivers", f"driver {key} became {to}, {_was(before, 'state')}")


def _was(before: Record | None, field: str) -> str:
    return "and was not there before" if before is None else f"and was {before.fields[field]}"
