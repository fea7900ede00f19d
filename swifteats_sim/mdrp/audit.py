"""The audit: whether a solution keeps the library's rules, by the instance and the file alone.

Nothing of what dispatches is believed or used: lengths and times are reckoned here, in Python's whole numbers. What
the library's own checker asks is asked (each order once, nothing before it is placed, pick-ups neither before the food
is ready nor after the shift, moves without a gap in place or time, drop-offs in order), and three things more: times
are exactly those of the rules, a courier is sent for an order that is there to be fetched, and nobody works before the
shift.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt

from swifteats_sim.mdrp.instance import Instance, Whole
from swifteats_sim.mdrp.solution import Assignment

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a solution breaks. row : of the assignment, from 0; text : a sentence with the values."""

    rule: str
    row: int
    text: str


RULES = (
    "known names", "one assignment an order", "one restaurant a bundle", "known when decided", "sent for an order",
    "decided in time", "ready when picked up", "travel and services", "within the shift", "one place at a time",
    "drop-offs in order",
)  # fmt: skip
"""What a violation's `rule` may be."""


@dataclass(frozen=True, slots=True)
class _Order:
    placed: int
    ready: int
    restaurant: str
    door: Point


@dataclass(frozen=True, slots=True)
class _Courier:
    on: int
    off: int
    start: Point


class _Facts:
    """The instance by name."""

    def __init__(self, instance: Instance) -> None:
        self.terms = instance.terms
        self.kitchen = dict(zip(instance.restaurants, _points(instance.kitchen), strict=True))
        named = [instance.restaurants[row] for row in instance.restaurant.tolist()]
        minutes = instance.placed.tolist(), instance.ready.tolist()
        orders = zip(*minutes, named, _points(instance.door), strict=True)
        self.order = dict(zip(instance.orders, (_Order(*each) for each in orders), strict=True))
        shifts = zip(instance.on.tolist(), instance.off.tolist(), _points(instance.start), strict=True)
        self.courier = dict(zip(instance.couriers, (_Courier(*each) for each in shifts), strict=True))

    def travel(self, a: Point, b: Point) -> int:
        """Whole minutes, rounded up: the least k with (k * speed) ** 2 >= the squared length."""
        square = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
        root = isqrt(square)
        length = root + (root * root < square)
        return -(-length // self.terms.speed)


def audit(instance: Instance, assignments: Sequence[Assignment]) -> tuple[Violation, ...]:
    """Every rule that the assignments break, in their order; empty where the solution is feasible."""
    facts = _Facts(instance)
    strange = tuple(_unknown(facts, assignments))
    if strange:  # nothing can be said of what is not there
        return strange
    found = [*_alone(facts, assignments), *_once(assignments), *_fetched(assignments), *_routes(facts, assignments)]
    return tuple(sorted(found, key=lambda each: each.row))


def _unknown(facts: _Facts, assignments: Sequence[Assignment]) -> Iterator[Violation]:
    for row, each in enumerate(assignments):
        named: list[tuple[str, str, Container[str]]] = [
            ("courier", each.courier, facts.courier),
            ("restaurant", each.restaurant, facts.kitchen),
        ]
        named += [("order", name, facts.order) for name in (each.sent_for, *each.orders)]
        for what, name, known in named:
            if name not in known:
                yield Violation("known names", row, f"the instance has no {what} {name!r}")
        if not each.orders or len(each.orders) != len(each.dropped_off):
            yield Violation("known names", row, "there is a drop-off for each order, and at least one")


def _alone(facts: _Facts, assignments: Sequence[Assignment]) -> Iterator[Violation]:
    """What an assignment breaks whatever the others are."""
    rules: tuple[Callable[[_Facts, Assignment], Iterator[tuple[str, str]]], ...] = (_bundle, _decisions, _shift)
    for row, each in enumerate(assignments):
        for rule in rules:
            for name, text in rule(facts, each):
                yield Violation(name, row, text)


def _bundle(facts: _Facts, each: Assignment) -> Iterator[tuple[str, str]]:
    for name in each.orders:
        order = facts.order[name]
        if order.restaurant != each.restaurant:
            yield "one restaurant a bundle", f"{name} is of {order.restaurant}, not of {each.restaurant}"
        if each.decided < order.placed:
            yield "known when decided", f"decided at {each.decided}, but {name} was placed at {order.placed}"
        if each.picked_up < order.ready:
            yield "ready when picked up", f"picked up at {each.picked_up}, but {name} was ready at {order.ready}"


def _decisions(facts: _Facts, each: Assignment) -> Iterator[tuple[str, str]]:
    cause = facts.order[each.sent_for]
    if cause.restaurant != each.restaurant:
        yield "sent for an order", f"sent to {each.restaurant} for {each.sent_for}, which is of {cause.restaurant}"
    if each.sent < cause.placed:
        yield "sent for an order", f"sent at {each.sent} for {each.sent_for}, which was placed at {cause.placed}"
    if not each.sent <= each.decided <= each.picked_up:
        yield "decided in time", f"sent {each.sent}, decided {each.decided}, picked up {each.picked_up}"


def _shift(facts: _Facts, each: Assignment) -> Iterator[tuple[str, str]]:
    shift = facts.courier[each.courier]
    if each.sent < shift.on:
        yield "within the shift", f"sent at {each.sent}, before the shift begins at {shift.on}"
    if each.picked_up > shift.off:
        yield "within the shift", f"picked up at {each.picked_up}, after the shift ends at {shift.off}"


def _once(assignments: Sequence[Assignment]) -> Iterator[Violation]:
    first: dict[str, int] = {}
    for row, each in enumerate(assignments):
        for name in each.orders:
            if name in first:
                yield Violation("one assignment an order", row, f"{name} is also in assignment {first[name] + 1}")
            first.setdefault(name, row)


def _fetched(assignments: Sequence[Assignment]) -> Iterator[Violation]:
    """Nobody is sent for food that was somebody else's by then."""
    carrier = {name: row for row, each in enumerate(assignments) for name in each.orders}
    for row, each in enumerate(assignments):
        taken = carrier.get(each.sent_for, row)
        if taken != row and assignments[taken].decided <= each.sent:
            given = f"which was given to another at {assignments[taken].decided}"
            yield Violation("sent for an order", row, f"sent at {each.sent} for {each.sent_for}, {given}")


def _routes(facts: _Facts, assignments: Sequence[Assignment]) -> Iterator[Violation]:
    """Each courier's trips one after the other: where each begins is where the one before ended."""
    trips: dict[str, list[int]] = {}
    for row in sorted(range(len(assignments)), key=lambda row: (assignments[row].sent, row)):
        trips.setdefault(assignments[row].courier, []).append(row)
    for name, rows in trips.items():
        place = facts.courier[name].start
        for row in rows:
            yield from _times(facts, row, assignments[row], place)
            place = facts.order[assignments[row].orders[-1]].door
        for earlier, later in pairwise(rows):
            free = assignments[earlier].dropped_off[-1] + facts.terms.dropoff // 2
            if assignments[later].sent < free:
                text = f"{name} is sent at {assignments[later].sent}, but is free at {free} only"
                yield Violation("one place at a time", later, text)


def _times(facts: _Facts, row: int, each: Assignment, start: Point) -> Iterator[Violation]:
    """Whether the hand-overs are when the rules have them, for a courier who leaves `start` when he is sent."""
    kitchen, terms = facts.kitchen[each.restaurant], facts.terms
    arrival = each.sent + facts.travel(start, kitchen)
    ready = max(facts.order[name].ready for name in each.orders)
    expected = max(arrival + terms.pickup // 2, ready, each.decided)
    if each.picked_up != expected:
        yield Violation("travel and services", row, f"picked up at {each.picked_up}; the rules have {expected}")
    place, minute = kitchen, each.picked_up + terms.pickup // 2
    for name, dropped in zip(each.orders, each.dropped_off, strict=True):
        door = facts.order[name].door
        expected = minute + facts.travel(place, door) + terms.dropoff // 2
        if dropped != expected:
            yield Violation("travel and services", row, f"{name} dropped off at {dropped}; the rules have {expected}")
        place, minute = door, dropped + terms.dropoff // 2
    if list(each.dropped_off) != sorted(set(each.dropped_off)):
        yield Violation("drop-offs in order", row, f"drop-offs at {_listed(each.dropped_off)} do not follow each other")


def _points(places: Whole) -> list[Point]:
    return [(x, y) for x, y in places.tolist()]


def _listed(minutes: Iterable[int]) -> str:
    return ", ".join(map(str, minutes))
