"""What orders take from the shelves, and give back when they are cooked, delivered or closed."""

from __future__ import annotations

from collections import Counter

from swifteats_sim.domain import inventory
from swifteats_sim.domain.effects import Rule
from swifteats_sim.domain.messages import Refusal
from swifteats_sim.domain.states import OrderState
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.scenario.rules import Ordering
from swifteats_sim.simulation.live_order import LiveOrder
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.shelves import Shelves
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process

RELEASE, COOKED, SOLD = (1 << 10), (1 << 10) + 1, (1 << 10) + 2
"""Occasions of an order's rules of stock, beside its path."""


def terms_of(ordering: Ordering) -> InventoryTerms:
    """How a scenario keeps its stock."""
    return InventoryTerms(
        ordering.stock, ordering.capacity, round(ordering.items * ordering.prepared), ordering.batch,
        ordering.inventory_attempts, ordering.inventory_backoff, ordering.inventory, ordering.give_back == "always",
    )  # fmt: skip


class Larder:
    """Runs the rules of stock for orders that are under way. shelves : the truth."""

    def __init__(self, run: Run, runner: Runner) -> None:
        self._run, self._runner = run, runner
        self.terms = terms_of(run.scenario.ordering)
        self._busy = Counter[int]()
        self.shelves = Shelves(self.terms, runner.store, run.orders.is_delivered, self._keeps)

    def reserve(self, live: LiveOrder) -> Rule[Refusal | None]:
        """Take what the order wants; an order that has ended meanwhile gives it back."""
        refusal = yield from inventory.reserve_inventory(live.plan.cart, self.terms)
        live.reserved |= refusal is None
        if live.is_closed and live.reserved:
            self._do(live, RELEASE, inventory.release_inventory(live.plan.cart, self.terms))
        return refusal

    def cooked(self, live: LiveOrder) -> None:
        """The kitchen has its hands free."""
        self._do(live, COOKED, inventory.give_back_capacity(live.plan.cart, self.terms))

    def ended(self, live: LiveOrder, state: OrderState) -> None:
        """The order is closed: what it holds is sold, or there for others."""
        if not live.reserved:
            return
        if state == OrderState.DELIVERED:
            self._do(live, SOLD, inventory.finish_reservation(live.plan.cart, self.terms))
        else:
            self._do(live, RELEASE, inventory.release_inventory(live.plan.cart, self.terms))

    def _do(self, live: LiveOrder, occasion: int, rule: Rule[None]) -> None:
        self._busy[live.number] += 1
        self._run.clock.process(self._done(live, self._runner.insist(rule, Caller(live.number, occasion))))

    def _done(self, live: LiveOrder, rule: Process) -> Process:
        yield from rule
        self._busy[live.number] -= 1
        if not self._busy[live.number]:
            del self._busy[live.number]

    def _keeps(self, order: int) -> bool:
        return self._run.city.orders.is_open(order) or order in self._busy
