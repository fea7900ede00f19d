"""Couriers: what the apps of drivers report, from the offer to the door, each by where driver and order stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swifteats_sim.domain import delivery
from swifteats_sim.domain.effects import Record, Rule, Unavailable
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import DRIVERS, ORDERS
from swifteats_sim.domain.states import CLOSED, DriverState, Impossible, OrderState
from swifteats_sim.live.client import Client
from swifteats_sim.live.clients import Script, play
from swifteats_sim.live.clock import sleep
from swifteats_sim.live.drill.halting import Halt
from swifteats_sim.live.drill.hand import Hand, look
from swifteats_sim.live.drill.plan import MILLISECOND
from swifteats_sim.live.drill.town import DECLINED, Town, is_one_of
from swifteats_sim.live.runner import AGAIN_AFTER

O, D = OrderState, DriverState  # noqa: E741
LOOK_EVERY = 5 * MILLISECOND
_CARRIED = """
select driver, order_number from drivers where order_number is not null
union select driver, number from orders where driver is not null and state in ('assigned_driver', 'picked_up',
    'out_delivery') order by 1, 2
"""
MOVES: dict[DriverState, Callable[[Held], Rule[Any]]] = {
    D.ORDER_ASSIGNED: lambda held: delivery.report(held, D.ON_WAY_TO_RESTAURANT),
    D.ON_WAY_TO_RESTAURANT: lambda held: delivery.report(held, D.AT_RESTAURANT),
    D.AT_RESTAURANT: lambda held: delivery.advance(held, O.PICKED_UP, D.PICKED_UP),
    D.PICKED_UP: lambda held: delivery.advance(held, O.OUT_DELIVERY, D.ON_WAY_TO_CUSTOMER),
    D.ON_WAY_TO_CUSTOMER: lambda held: delivery.report(held, D.REACHED_DESTINATION),
    D.REACHED_DESTINATION: delivery.drop_off,
}
"""What a driver does next."""
_BY_ORDER = {O.ASSIGNED_DRIVER: D.AT_RESTAURANT, O.PICKED_UP: D.PICKED_UP, O.OUT_DELIVERY: D.REACHED_DESTINATION}
"""How far a driver is by his order's record, where his own names another one."""


class Couriers:
    """The apps of every `of`-th driver. One thread's affair."""

    def __init__(self, number: int, client: Client, town: Town, hand: Hand) -> None:
        self._number, self._client, self._hand, self._town = number, client, hand, town
        self._stuck = set[tuple[int, int]]()
        self.faults: list[str] = []
        """What a rule found impossible; such a pair is left alone from then on."""

    def serve(self, halt: Halt) -> None:
        """Carry, until told to stop."""
        while not halt():
            try:
                idle = not self.step()
            except Unavailable:
                idle = True
                sleep(AGAIN_AFTER)
            if idle:
                sleep(LOOK_EVERY)

    def step(self) -> int:
        """One move of each of its drivers who carries something; how many."""
        moved = 0
        of: int = self._town.plan.couriers
        for driver, order in self._client.database.execute(_CARRIED).fetchall():
            if driver % of == self._number and (driver, order) not in self._stuck:
                self._move(Held(order, driver, self._town.plan.exclusivity))
                moved += 1
        return moved

    def _move(self, held: Held) -> None:
        try:
            play(self._client, self._next(held))
        except Impossible as fault:
            self._stuck.add((held.driver, held.order))
            self.faults.append(f"driver {held.driver} with order {held.order}: {fault}")

    def _next(self, held: Held) -> Script:
        """Decline, move on, or be free again where the order is not his to carry."""
        order, driver = yield self._hand.do(look((ORDERS, held.order), (DRIVERS, held.driver)))
        stage = _stage(held, order, driver)
        if stage is None:
            return
        version = order.fields["request"]
        if stage == D.ORDER_ASSIGNED and version == 1 and is_one_of(DECLINED, held.order):
            request = self._town.request(held.order, version)
            yield self._hand.do(delivery.turn_down(held, request, "outbox"))
        elif (yield self._hand.do(MOVES[stage](held))) is False:
            yield self._hand.do(delivery.free_driver(held))


def _stage(held: Held, order: Record, driver: Record) -> DriverState | None:
    """How far he is with this order; None where both have ended it."""
    if driver.fields["order"] == held.order:
        stage: DriverState = driver.fields["state"]
        lost = not held.terms.exclusive and (order.fields["state"] in CLOSED or order.fields["driver"] != held.driver)
        return D.AT_RESTAURANT if lost else stage
    return _BY_ORDER.get(order.fields["state"]) if order.fields["driver"] == held.driver else None
