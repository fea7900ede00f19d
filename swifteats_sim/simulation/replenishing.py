"""Kitchens cook portions ahead again, as often as the scenario says (A17)."""

from __future__ import annotations

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.inventory import replenish
from swifteats_sim.domain.messages import ITEMS
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.shelves import Item, Shelves
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process

OCCASION = 1 << 14
"""First occasion of a restaurant's rules; each round has 2**20 more."""


class Replenishment:
    """Looks after the items that were sold, one after the other: all at one instant would be a storm of its own.

    replenished : portions cooked ahead; low : writes that left an item almost gone.
    """

    def __init__(self, run: Run, runner: Runner, terms: InventoryTerms, shelves: Shelves) -> None:
        """Nothing was sold yet, so nothing is short."""
        self._run, self._runner, self._terms, self._shelves = run, runner, terms, shelves
        self._short: dict[Item, None] = {}
        self.replenished = self.low = 0
        runner.store.watch(ITEMS, self._changed)

    def run(self) -> Process:
        """A round every so often, for ever."""
        every, clock = self._run.scenario.ordering.replenish_every, self._run.clock
        while True:
            yield clock.sleep(every - clock.instant % every)
            occasion = OCCASION + (clock.instant // every << 20)
            for restaurant, item in list(self._short):
                yield from self._cook(restaurant, item, occasion)

    def _cook(self, restaurant: int, item: int, occasion: int) -> Process:
        rule = replenish(restaurant, item, self._terms)
        added = yield from self._runner.insist(rule, Caller(restaurant, occasion + item))
        self._shelves.add(restaurant, item, added)
        self.replenished += added

    def _changed(self, key: Key, record: Record, _: Record | None) -> None:
        assert isinstance(key, tuple)
        left = record.fields["stock"]
        self.low += self._terms.is_low(key[1], left)
        if left >= self._terms.most(key[1]):
            self._short.pop(key, None)
        elif self._terms.is_prepared(key[1]):
            self._short[key] = None
