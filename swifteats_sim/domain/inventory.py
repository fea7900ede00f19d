"""Inventory by version compare-and-set (A15, A19): reserve all lines of a cart, or none."""

from __future__ import annotations

from typing import NamedTuple

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Insert,
    Read,
    Record,
    Rule,
    Sleep,
    Transaction,
    Write,
)
from swifteats_sim.domain.messages import CONTENDED, ITEMS, SOLD_OUT, Cart, Line, Refusal


class InventoryTerms(NamedTuple):
    """How often a reservation is tried; backoff : ns before the second try, doubling."""

    stock: int
    attempts: int
    backoff: int


def reserve_inventory(cart: Cart, terms: InventoryTerms) -> Rule[Refusal | None]:
    """Take the cart's lines out of stock; SOLD_OUT, or CONTENDED after the last version conflict."""
    keys = tuple((ITEMS, (cart.restaurant, line.item)) for line in cart.lines)
    for attempt in range(terms.attempts):
        if attempt:
            yield Sleep(terms.backoff << (attempt - 1))
        records = yield Read(keys)
        stocks = [record.fields["stock"] if record else terms.stock for record in records]
        if any(stock < line.quantity for stock, line in zip(stocks, cart.lines, strict=True)):
            return SOLD_OUT
        if (yield Transaction(_changes(cart, records, terms, sign=-1))) == COMMITTED:
            return None
    return CONTENDED


def release_inventory(cart: Cart, terms: InventoryTerms) -> Rule[None]:
    """Put the cart's lines back, however often it takes: stock must not leak (C36)."""
    keys = tuple((ITEMS, (cart.restaurant, line.item)) for line in cart.lines)
    while True:
        records = yield Read(keys)
        if (yield Transaction(_changes(cart, records, terms, sign=1))) == COMMITTED:
            return
        yield Sleep(terms.backoff)


def _changes(cart: Cart, records: tuple[Record | None, ...], terms: InventoryTerms, sign: int) -> tuple[Write, ...]:
    pairs = zip(records, cart.lines, strict=True)
    return tuple(_change(cart.restaurant, record, line, terms.stock, sign) for record, line in pairs)


def _change(restaurant: int, record: Record | None, line: Line, stock: int, sign: int) -> Write:
    """An item never sold before has no record yet: its first sale creates it."""
    key = (restaurant, line.item)
    if record is None:
        return Insert(ITEMS, key, {"stock": stock + sign * line.quantity})
    return CompareAndSet(ITEMS, key, record.version, {"stock": record.fields["stock"] + sign * line.quantity})
