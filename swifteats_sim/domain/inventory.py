"""Inventory: an order reserves all lines of its cart or none, and gives back what it does not sell (A15-A17, A19).

What an order holds is a record of its own, written in the same transaction as the items. So a rule that runs twice, by
a client that tries again or a release that is late, takes once and gives back once.
"""

from __future__ import annotations

from swifteats_sim.domain.effects import (
    CompareAndSet,
    Delete,
    Insert,
    Name,
    Record,
    Rule,
    Write,
)
from swifteats_sim.domain.messages import CONTENDED, ITEMS, RESERVATIONS, SOLD_OUT, Cart, Line, Refusal
from swifteats_sim.domain.stock import RESERVING, InventoryTerms, rewritten

Records = tuple[Record | None, ...]
"""The order's reservation, then the items of its lines."""


def reserve_inventory(cart: Cart, terms: InventoryTerms) -> Rule[Refusal | None]:
    """Take the cart's lines out of stock; SOLD_OUT, or CONTENDED after the last version conflict.

    None where the order has reserved them before.
    """
    refusal: Refusal | None = None

    def take(records: Records) -> tuple[Write, ...] | None:
        nonlocal refusal
        lefts = [_left(record, line, terms) for record, line in zip(records[1:], cart.lines, strict=True)]
        short = any(left < line.quantity for left, line in zip(lefts, cart.lines, strict=True))
        refusal = SOLD_OUT if short and records[0] is None else None
        if short or records[0] is not None:
            return None
        held = Insert(RESERVATIONS, cart.order, {"restaurant": cart.restaurant, "lines": cart.lines})
        pairs = zip(records[1:], cart.lines, strict=True)
        return held, *(_change(cart.restaurant, item, line, terms, -1) for item, line in pairs)

    in_time = yield from rewritten(_names(cart, cart.lines), take, terms, terms.attempts, RESERVING)
    return refusal if in_time else CONTENDED


def release_inventory(cart: Cart, terms: InventoryTerms) -> Rule[None]:
    """Put back all that the order still holds, however often it takes: stock must not leak (C36)."""
    if terms.gives_back:
        yield from _give_back(cart, cart.lines, terms, ends=True)


def give_back_capacity(cart: Cart, terms: InventoryTerms) -> Rule[None]:
    """The food is cooked: what was made to order is no longer in the making (A16)."""
    cooked = _made_to_order(cart, terms)
    if terms.gives_back and cooked:
        yield from _give_back(cart, cooked, terms, ends=False)


def finish_reservation(cart: Cart, terms: InventoryTerms) -> Rule[None]:
    """The order is delivered: what it holds is sold, but for capacity that has not come back yet."""
    yield from _give_back(cart, _made_to_order(cart, terms) if terms.gives_back else (), terms, ends=True)


def _give_back(cart: Cart, lines: tuple[Line, ...], terms: InventoryTerms, ends: bool) -> Rule[None]:
    """Put back those of the lines that the order holds, if any. ends : the reservation."""

    def give(records: Records) -> tuple[Write, ...] | None:
        held = records[0]
        if held is None:
            return None
        back = [(item, line) for item, line in zip(records[1:], lines, strict=True) if line in held.fields["lines"]]
        if not back and not ends:
            return None
        rest = tuple(line for line in held.fields["lines"] if line not in lines)
        key, version = cart.order, held.version
        kept = (
            Delete(RESERVATIONS, key, version) if ends else CompareAndSet(RESERVATIONS, key, version, {"lines": rest})
        )
        return kept, *(_change(cart.restaurant, item, line, terms, 1) for item, line in back)

    yield from rewritten(_names(cart, lines), give, terms)


def replenish(restaurant: int, item: int, terms: InventoryTerms) -> Rule[int]:
    """Cook portions ahead, a batch at most and never beyond the full stock (A17); returns how many."""
    added = 0

    def cook(records: Records) -> tuple[Write, ...] | None:
        nonlocal added
        left = terms.stock if records[0] is None else records[0].fields["stock"]
        added = max(0, min(terms.batch, terms.stock - left))
        return (_change(restaurant, records[0], Line(item, added), terms, 1),) if added else None

    yield from rewritten(((ITEMS, (restaurant, item)),), cook, terms)
    return added


def _names(cart: Cart, lines: tuple[Line, ...]) -> tuple[Name, ...]:
    return (RESERVATIONS, cart.order), *((ITEMS, (cart.restaurant, line.item)) for line in lines)


def _made_to_order(cart: Cart, terms: InventoryTerms) -> tuple[Line, ...]:
    return tuple(line for line in cart.lines if not terms.is_prepared(line.item))


def _left(record: Record | None, line: Line, terms: InventoryTerms) -> int:
    """An item never sold before has no record yet: all of it is there."""
    left: int = terms.most(line.item) if record is None else record.fields["stock"]
    return left


def _change(restaurant: int, record: Record | None, line: Line, terms: InventoryTerms, sign: int) -> Write:
    """The first sale of an item creates its record."""
    key, stock = (restaurant, line.item), {"stock": _left(record, line, terms) + sign * line.quantity}
    return Insert(ITEMS, key, stock) if record is None else CompareAndSet(ITEMS, key, record.version, stock)
