"""A day, minute by minute: the policy is shown what is known, and what it says is done by the library's rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swifteats_sim.mdrp.instance import Instance, Whole
from swifteats_sim.mdrp.policy import NOWHERE, Load, Policy, Send, Setting, View
from swifteats_sim.mdrp.routes import travel
from swifteats_sim.mdrp.solution import Assignment


class BrokenRule(ValueError):
    """A policy said what cannot be done."""


class _Errand(NamedTuple):
    """A courier's way to a restaurant, for an order."""

    order: int
    sent: int


class Day:
    """The state of one day: orders in the order of their placement, couriers, and what has been assigned."""

    def __init__(self, instance: Instance) -> None:
        """Nobody knows of an order yet."""
        self._rows = np.argsort(instance.placed, kind="stable")
        self._instance, self._terms = instance, instance.terms
        rows = instance.placed, instance.ready, instance.restaurant, instance.door[:, 0], instance.door[:, 1]
        self._orders = tuple(_closed(each[self._rows]) for each in rows)
        self._known = tuple(_closed(each[:0].copy()) for each in self._orders)
        self._free, self._x, self._y = instance.on.copy(), instance.start[:, 0].copy(), instance.start[:, 1].copy()
        self._bound = np.full(len(instance.on), NOWHERE)
        self._arrives = np.zeros(len(instance.on), np.int64)
        couriers = self._free, self._x, self._y, self._bound, self._arrives
        self._couriers = tuple(_closed(each.view()) for each in couriers)
        self._errands: dict[int, _Errand] = {}
        self._taken = np.zeros(len(instance.placed), np.bool_)
        self.assignments: list[Assignment] = []

    def view(self, now: int) -> View:
        """What is known at a minute: copies, from which no way leads to what is not."""
        known = int(np.searchsorted(self._orders[0], now, side="right"))
        if known > len(self._known[0]):
            self._known = tuple(_closed(each[:known].copy()) for each in self._orders)
        return View(now, *self._known, *self._couriers)

    def do(self, now: int, action: Send | Load) -> None:
        """What a policy said; BrokenRule where the rules do not allow it."""
        if isinstance(action, Send):
            self._send(now, *action)
        else:
            self._load(now, *action)

    def _send(self, now: int, courier: int, order: int) -> None:
        placed, _, restaurant, _, _ = self._orders
        _demand(self._bound[courier] == NOWHERE and self._free[courier] <= now, now, "sends a courier who is not free")
        _demand(placed[order] <= now and not self._taken[order], now, "sends for an order that is not to be fetched")
        kitchen = int(restaurant[order])
        to_x, to_y = self._instance.kitchen[kitchen]
        way = travel(self._x[courier], self._y[courier], to_x, to_y, self._terms.speed)
        self._bound[courier], self._arrives[courier] = kitchen, now + way
        self._errands[courier] = _Errand(order, now)

    def _load(self, now: int, courier: int, orders: tuple[int, ...]) -> None:
        placed, ready, restaurant, x, y = self._orders
        bundle, kitchen = np.array(orders, np.int64), int(self._bound[courier])
        _demand(len(bundle) > 0 and kitchen != NOWHERE, now, "loads a courier whom it sent nowhere, or with nothing")
        wrong = (placed[bundle] > now) | self._taken[bundle] | (restaurant[bundle] != kitchen)
        _demand(not wrong.any(), now, "loads an order that is unknown, taken or from elsewhere")
        half = self._terms.pickup // 2
        picked = max(int(self._arrives[courier]) + half, int(ready[bundle].max()), now)
        _demand(picked <= self._instance.off[courier], now, "lets a courier pick up after the shift")
        minute, drops = picked + half, []
        at_x, at_y = self._instance.kitchen[kitchen]
        for order in orders:
            drops.append(minute + travel(at_x, at_y, x[order], y[order], self._terms.speed) + self._terms.dropoff // 2)
            minute, at_x, at_y = drops[-1] + self._terms.dropoff // 2, x[order], y[order]
        self._free[courier], self._x[courier], self._y[courier] = minute, at_x, at_y
        self._taken[bundle], self._bound[courier] = True, NOWHERE
        self._note(courier, kitchen, (now, picked), orders, tuple(drops))

    def _note(
        self, courier: int, kitchen: int, times: tuple[int, int], orders: tuple[int, ...], drops: tuple[int, ...]
    ) -> None:
        """The assignment by name. times : decided, picked up."""
        names, errand = self._instance.orders, self._errands.pop(courier)
        sent_for, bundle = names[self._rows[errand.order]], tuple(names[self._rows[order]] for order in orders)
        who, where = self._instance.couriers[courier], self._instance.restaurants[kitchen]
        self.assignments.append(Assignment(who, where, sent_for, errand.sent, *times, bundle, drops))


def dispatch(instance: Instance, policy: Policy) -> tuple[Assignment, ...]:
    """The assignments of a day, in the order of their decisions: what is not delivered in the end is in none."""
    setting = Setting(instance.terms, instance.kitchen, instance.start, instance.on, instance.off)
    dispatcher, day = policy.open(setting), Day(instance)
    for now in range(int(instance.placed.min()), int(instance.off.max()) + 1):  # then no shift is left to pick up in
        for action in dispatcher.decide(day.view(now)):
            day.do(now, action)
    return tuple(day.assignments)


def _closed(array: Whole) -> Whole:
    """The array, contiguous, which nobody may write to."""
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array


def _demand(kept: bool | np.bool_, now: int, broken: str) -> None:
    if not kept:
        raise BrokenRule(f"at minute {now} the policy {broken}")
