"""Customers: each brings his orders on their way, among many who want the same, and settles them at their end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

from swifteats_sim.domain import inventory, orders
from swifteats_sim.domain.effects import Rule, Unavailable
from swifteats_sim.domain.messages import ORDERS
from swifteats_sim.domain.states import CLOSED, OrderState
from swifteats_sim.live.client import Client
from swifteats_sim.live.clients import Script, Step
from swifteats_sim.live.clock import sleep
from swifteats_sim.live.drill.halting import Halt, Halted
from swifteats_sim.live.drill.hand import Hand, look
from swifteats_sim.live.drill.plan import GEO, MILLISECOND, OPEN, RESTAURANT, Plan
from swifteats_sim.live.drill.town import CANCELLED, COPIED, Town, is_one_of
from swifteats_sim.live.runner import AGAIN_AFTER

LOOK_EVERY = 20 * MILLISECOND
Doing = Generator[Step, Any, Any]


def customer(number: int, plan: Plan, folder: Path, halt: Halt) -> Customer:
    """The part of this client."""
    return Customer(number, plan, Hand(number, folder, GEO), halt)


class Customer:
    """One of many; `script` returns how many of his orders have come to their end."""

    witness = None

    def __init__(self, number: int, plan: Plan, hand: Hand, halt: Halt) -> None:
        self._number, self._plan, self._hand, self._halt = number, plan, hand, halt
        self._town, self._open, self._settled = Town(plan), deque[int](), 0
        self.terms = self._town.terms

    def script(self, client: Client) -> Script:
        """Order after order; a few are under way at a time."""
        try:
            for place in range(self._plan.orders):
                yield from self._order(self._plan.number(self._number, place))
                if len(self._open) == OPEN:
                    yield from self._settle()
            while self._open:
                yield from self._settle()
        except Halted:
            pass
        self._hand.close()
        return self._settled

    def _order(self, order: int) -> Doing:
        """Reserved, created, paid, and a driver asked for; where it is sold out, more is cooked first."""
        cart, stock, request = self._town.cart(order), self._plan.stock, self._town.request(order)
        while (yield from self._do(lambda: inventory.reserve_inventory(cart, stock))) is not None:
            for line in cart.lines:
                if stock.is_prepared(line.item):
                    yield from self._do(partial(inventory.replenish, RESTAURANT, line.item, stock))
            if self._open:
                yield from self._settle()
        yield from self._do(lambda: orders.create_order(cart))
        yield from self._do(lambda: orders.pay_order(cart, 1))
        yield from self._do(lambda: orders.request_assignment(cart, "outbox"))
        self._open.append(order)
        if is_one_of(COPIED, order):
            yield from self._do(lambda: orders.publish_request(request, "awaited"))
        if is_one_of(CANCELLED, order):
            yield from self._do(lambda: orders.close_order(order, OrderState.CANCELLED))

    def _settle(self) -> Doing:
        """Wait for the end of the oldest; then what it holds is sold, or goes back."""
        order = self._open[0]
        while (state := (yield from self._state(order))) not in CLOSED:
            sleep(LOOK_EVERY)
        ends = inventory.finish_reservation if state == OrderState.DELIVERED else inventory.release_inventory
        yield from self._do(lambda: ends(self._town.cart(order), self._plan.stock))
        self._open.popleft()
        self._settled += 1

    def _state(self, order: int) -> Generator[Step, Any, OrderState]:
        (record,) = yield from self._do(lambda: look((ORDERS, order)))
        state: OrderState = record.fields["state"]
        return state

    def _do(self, rule: Callable[[], Rule[Any]]) -> Doing:
        """Until no server is missing: each rule may be run again."""
        while not self._halt():
            try:
                return (yield self._hand.do(rule()))
            except Unavailable:
                sleep(AGAIN_AFTER)
        raise Halted
