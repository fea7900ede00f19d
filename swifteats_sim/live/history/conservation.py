"""No portion is lost or made: at first + cooked + given back - taken = at the end, for each item, and never below 0.

A reservation is written with the stock that it takes, so each change of an item is held against what its own deed did
to reservations, and the sum follows. Only writes that look at no version come in deeds of their own (A15 without its
version): they are held together against all that was reserved of the item.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from swifteats_sim.domain.effects import Key
from swifteats_sim.domain.messages import ITEMS, RESERVATIONS
from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.trails import Link, Trail, Violation

DeedName = tuple[int, int]
Paths = list[tuple[Trail, list[Link]]]
"""Records, each with its links in order."""


class Moved(NamedTuple):
    """Portions of one item that an order's reservation took (positive) or let go (negative), by one deed."""

    order: Key
    quantity: int
    deed: Deed


def unconserved(paths: Paths, most: Callable[[int], int], cooked: Mapping[Key, int]) -> Iterator[Violation]:
    """What does not add up. most : portions of an item before its first sale; cooked : of those written blindly."""
    moves = _moves(paths)
    for trail, links in paths:
        if trail.name[0] == ITEMS and isinstance(trail.name[1], tuple):
            stock = trail.start.fields["stock"] if trail.start is not None else most(trail.name[1][1])
            account = _Item(trail, stock, moves[trail.name[1]])
            yield from account.objections(links)
            yield from account.unwritten(cooked.get(trail.name[1], 0))


class _Item:
    """The account of one item."""

    def __init__(self, trail: Trail, stock: int, moves: list[Moved]) -> None:
        self._trail, self._stock, self._moves = trail, stock, moves
        self._by_deed: Counter[DeedName] = Counter()
        for move in moves:
            self._by_deed[move.deed.client, move.deed.number] += move.quantity
        self._written = set[DeedName]()
        self._blind: list[int] = []

    def objections(self, links: list[Link]) -> Iterator[Violation]:
        """To single changes."""
        for link in links:
            stock = link.fields.get("stock")
            if not isinstance(stock, int):
                continue
            change, self._stock = stock - self._stock, stock
            if stock < 0:
                yield self._violation(f"{link.deed.told} left {stock} of {self._trail.told}: oversold")
            if link.blind:
                self._blind.append(change)
                continue
            name = link.deed.client, link.deed.number
            self._written.add(name)
            taken = self._by_deed.get(name)
            if taken is not None and change != -taken:
                text = f"{link.deed.told} changed the stock of {self._trail.told} by {change:+}"
                yield self._violation(f"{text}, and reservations by {taken:+}")
            elif taken is None and change < 0:
                yield self._violation(f"{link.deed.told} took {-change} of {self._trail.told} for no reservation")

    def unwritten(self, cooked: int) -> Iterator[Violation]:
        """To what was reserved by deeds that left the item alone, all in all."""
        loose = [move for move in self._moves if (move.deed.client, move.deed.number) not in self._written]
        taken = sum(move.quantity for move in loose if move.quantity > 0)
        let_go = -sum(move.quantity for move in loose if move.quantity < 0)
        change = sum(self._blind)
        if (self._blind or taken) and not cooked - taken <= change <= cooked - taken + let_go:
            text = f"{taken} of {self._trail.told} were reserved, {let_go} let go and {cooked} cooked"
            yield self._violation(f"{text}, but its stock was changed by {change:+}")
        yield from self._twice()

    def _twice(self) -> Iterator[Violation]:
        """An order takes an item again only when it has given it back; what it let go without that is sold."""
        held = Counter[Key]()
        for move in self._moves:
            is_back = (move.deed.client, move.deed.number) in self._written or bool(self._blind)
            held[move.order] += (move.quantity > 0) - (move.quantity < 0 and is_back)
            if move.quantity > 0 and held[move.order] > 1:
                text = f"order {move.order} took {self._trail.told} a second time, by {move.deed.told}"
                yield Violation("twice", self._trail.name, f"{text}, without having given it back")

    def _violation(self, text: str) -> Violation:
        return Violation("stock", self._trail.name, text)


def _moves(paths: Paths) -> dict[Key, list[Moved]]:
    """By item, what reservations of it took and let go, each reservation in order."""
    moves = defaultdict[Key, list[Moved]](list)
    for trail, links in paths:
        if trail.name[0] == RESERVATIONS:
            for link, before, after in trail.contents(links):
                restaurant = before.get("restaurant", after.get("restaurant"))
                change = _lines(after)
                change.subtract(_lines(before))
                for item, quantity in change.items():
                    if quantity:
                        moves[restaurant, item].append(Moved(trail.name[1], quantity, link.deed))  # type: ignore[index]
    return moves


def _lines(content: Mapping[str, object]) -> Counter[int]:
    """Portions by item."""
    lines = content.get("lines", ())
    assert isinstance(lines, tuple)
    return Counter(dict(lines))
