"""The truth of the shelves: what is really there and who holds it, whatever the records of the items say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import ITEMS, RESERVATIONS, Line
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.stack.store import Store

Item = tuple[int, int]
"""(restaurant, item)"""


class Shelves:
    """Follows reservations, sales and portions cooked ahead, and trusts no count of stock.

    is_sold : whether an order was delivered; is_kept : whether an order is open, or just giving back what it holds.
    oversold : portions that were promised and not there.
    """

    def __init__(
        self, terms: InventoryTerms, store: Store, is_sold: Callable[[int], bool], is_kept: Callable[[int], bool]
    ) -> None:
        """Everything is there."""
        self._terms, self._store, self._is_sold, self._is_kept = terms, store, is_sold, is_kept
        self._left: dict[Item, int] = {}
        self._held: dict[Key, tuple[int, tuple[Line, ...]]] = {}
        self.oversold = 0
        store.watch(RESERVATIONS, self._changed, self._ended)

    def left(self, item: Item) -> int:
        """Portions that are there and nobody's; negative by those that were promised and are not."""
        return self._left.get(item, self._terms.most(item[1]))

    def add(self, restaurant: int, item: int, portions: int) -> None:
        """Portions have come: negative, they have gone."""
        name = (restaurant, item)
        before = self.left(name)
        self._left[name] = before + portions
        self.oversold += max(0, min(before, 0) - (before + portions))

    def leaked(self) -> int:
        """Portions that are there, or that nobody needs any longer, and cannot be sold, by the records (C36)."""
        return sum(max(0, missing) for missing in self._missing())

    def phantoms(self) -> int:
        """Portions that may be sold, by the records, and are not there."""
        return sum(max(0, -missing) for missing in self._missing())

    def _missing(self) -> Iterator[int]:
        """Of each item that was ever wanted, the portions that its record lacks."""
        free = dict(self._left)
        for order, (restaurant, lines) in self._held.items():
            if isinstance(order, int) and not self._is_kept(order):
                for line in lines:
                    free[restaurant, line.item] += line.quantity
        return (portions - self._recorded(name) for name, portions in free.items())

    def _recorded(self, name: Item) -> int:
        record = self._store.read((ITEMS, name))
        recorded: int = self._terms.most(name[1]) if record is None else record.fields["stock"]
        return recorded

    def _changed(self, order: Key, record: Record, before: Record | None) -> None:
        """An order has taken its lines, or needs fewer of them."""
        restaurant, lines = self._held[order] = record.fields["restaurant"], record.fields["lines"]
        taken, back = (lines, ()) if before is None else ((), before.fields["lines"])
        for line in taken:
            self.add(restaurant, line.item, -line.quantity)
        for line in back:
            if line not in lines:
                self.add(restaurant, line.item, line.quantity)

    def _ended(self, order: Key, before: Record) -> None:
        """What was not sold is there again; capacity never is sold, it is only used for a while (A16)."""
        restaurant, lines = self._held.pop(order)
        is_sold = isinstance(order, int) and self._is_sold(order)
        for line in lines:
            if not (is_sold and self._terms.is_prepared(line.item)):
                self.add(restaurant, line.item, line.quantity)
