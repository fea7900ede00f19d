"""What a restaurant can sell of each item, and the ways to write it down (A15, A16).

Items are of two kinds: portions cooked ahead, which are on the shelf, and portions made to order, of which a kitchen
can have so many in the making. Both are one number in the table of items: what may still be sold.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Literal, NamedTuple

from swifteats_sim.domain.effects import (
    COMMITTED,
    Delete,
    Insert,
    Name,
    Put,
    Read,
    Record,
    Rule,
    Sleep,
    Transaction,
    Update,
    Write,
)
from swifteats_sim.domain.messages import ITEMS

Inventory = Literal["versioned", "for_update", "none"]
ALMOST_GONE, ALMOST_FULL = 5, 3
"""Below so many portions cooked ahead, or so much capacity, the restaurant is alerted (A17)."""


class InventoryTerms(NamedTuple):
    """How stock is kept.

    prepared : items of a lower number are cooked ahead, the others made to order; stock : portions of the former at
    the start, and at most; capacity : portions of the latter in the making at one time; batch : cooked ahead at a time,
    at most. attempts : of a reservation; backoff : ns before the second, doubling. gives_back : False lets all that an
    order does not sell drain away (C36).
    """

    stock: int
    capacity: int
    prepared: int
    batch: int
    attempts: int
    backoff: int
    inventory: Inventory = "versioned"
    gives_back: bool = True

    def is_prepared(self, item: int) -> bool:
        """Whether portions of it are cooked ahead."""
        return item < self.prepared

    def most(self, item: int) -> int:
        """Portions that may be sold before the first is."""
        return self.stock if self.is_prepared(item) else self.capacity

    def is_low(self, item: int, left: int) -> bool:
        """Whether the restaurant is alerted (A17)."""
        return left < (ALMOST_GONE if self.is_prepared(item) else ALMOST_FULL)


RESERVING, GIVING = "reserve", "give"
"""What transactions of stock are for: only the former are an order's that may be refused (#53)."""
Change = Callable[[tuple[Record | None, ...]], tuple[Write, ...] | None]
"""What is to be written, given the records; None leaves them as they are."""


def rewritten(
    names: tuple[Name, ...], change: Change, terms: InventoryTerms, attempts: int | None = None, purpose: str = GIVING
) -> Rule[bool]:
    """Records changed in the way that `terms` name; False where other orders were quicker in each of `attempts`.

    versioned : read, then a transaction that holds if nothing has changed meanwhile; attempts : None tries for ever.
    for_update : under locks, so that nobody is quicker, and hot items are changed one order after the other (C37).
    none : read, then write over whatever is there by then (A15 without its version).

    Who may fail looks at any copy first; who has lost by that, or would leave the records as they are, looks at the
    newest ones. Who tries for ever looks at nothing else.
    """
    if terms.inventory == "for_update":
        yield Update(names, change, purpose)
        return True
    if terms.inventory == "none":
        yield from _blindly(change((yield Read(names, newest=attempts is None))))
        return True
    for attempt in count() if attempts is None else range(attempts):
        if attempt:
            yield Sleep(terms.backoff if attempts is None else terms.backoff << (attempt - 1))
        writes = yield from _decided(names, change, newest=attempt > 0 or attempts is None)
        if writes is None or (yield Transaction(writes, purpose)) == COMMITTED:
            return True
    return False


def _decided(names: tuple[Name, ...], change: Change, newest: bool) -> Rule[tuple[Write, ...] | None]:
    """What to write; that it is nothing is decided by the newest records alone."""
    writes = change((yield Read(names, newest)))
    return writes if writes is not None or newest else change((yield Read(names, newest=True)))


def _blindly(writes: tuple[Write, ...] | None) -> Rule[None]:
    """Item after item without a version; what guards an order against itself stays as it is."""
    guarded = tuple(write for write in writes or () if write.table != ITEMS)
    for write in writes or ():
        if write.table == ITEMS and not isinstance(write, Delete):
            yield Put(ITEMS, write.key, write.fields if isinstance(write, Insert) else write.changes)
    if guarded:
        yield Transaction(guarded)
