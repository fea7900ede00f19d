"""The life of an order: the platform takes it, the kitchen cooks it, the customer waits or gives up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import numpy as np
import simpy

from swifteats_sim.city.demand import Plan
from swifteats_sim.city.kitchens import Preparation
from swifteats_sim.domain import inventory, orders
from swifteats_sim.domain.effects import Rule
from swifteats_sim.domain.messages import IMPATIENT, Cart, Refusal
from swifteats_sim.domain.states import OrderState
from swifteats_sim.simulation.parts import LiveOrder, Run
from swifteats_sim.stack.effects import Caller, Process, Runner
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.requests import OrderPath, RuleOf

KITCHEN, CLOSING, RELEASE = 1 << 8, 1 << 9, 1 << 10
"""Occasions of the rules that run beside the order's path."""


class OrderLife:
    """Starts and ends orders. `path` is set once the stack is built, since its rules are this object's.

    on_watching : told of customers more, or fewer, who follow an order; their calls are jobs of the flows `followed`.
    """

    path: OrderPath

    def __init__(
        self, run: Run, runner: Runner, on_watching: Callable[[int], None], followed: Sequence[int] = ()
    ) -> None:
        """followed : numbers in the loop."""
        self._on_watching, self._followed = on_watching, followed
        ordering = run.scenario.ordering
        self._run, self._runner = run, runner
        self._inventory = inventory.InventoryTerms(
            ordering.stock, ordering.inventory_attempts, ordering.inventory_backoff
        )
        self._payment_attempts = ordering.payment_attempts
        self._patience = law_of(run.declared.customers.patience)
        self._stream = run.streams("customer")

    @property
    def rules(self) -> Mapping[str, RuleOf]:
        """The rules that the flow `order` names, noting what they decide."""
        return {
            "reserve_inventory": self._reserve,
            "create_order": self._create,
            "pay_order": self._pay,
            "request_assignment": orders.request_assignment,
        }

    def place(self, plan: Plan) -> Process:
        """A customer orders: a process until the platform has answered."""
        live = self._admit(plan)
        self._run.clock.process(self._wait(live))
        refusal = yield from self.path.serve(plan.cart)
        self._run.orders.note(live.number, "answered", self._run.clock.instant)
        if refusal is not None:
            state = OrderState.CANCELLED if refusal == IMPATIENT else OrderState.FAILED
            yield from self._end(live, state, refusal.reason, CLOSING)
        elif live.watched and not live.is_closed:
            self._follow(live)

    def give_up(self, order: int, state: OrderState, reason: str) -> Process:
        """Cancel or fail an order that is under way, unless it has been picked up."""
        occasion = CLOSING + (1 if state == OrderState.CANCELLED else 2)
        return self._end(self._run.city.orders[order], state, reason, occasion)

    def _end(self, live: LiveOrder, state: OrderState, reason: str, occasion: int) -> Process:
        """Close the record, if there is one and nobody else has closed it or has the food in the bag."""
        if live.is_closed:
            return
        rule = orders.close_order(live.number, state)
        closed = yield from self._runner.insist(rule, Caller(live.number, occasion))
        never_created = occasion == CLOSING and not live.created
        if not live.is_closed and (closed or never_created):
            self.finish(live, state, reason)

    def finish(self, live: LiveOrder, state: OrderState, reason: str = "") -> None:
        """The order has ended; what it reserved in vain goes back to stock."""
        clock = self._run.clock
        self._run.orders.close(live.number, clock.instant, str(state), reason)
        live.closed.succeed()
        if live.following:
            self._follow(live, False)
        if live.reserved and state != OrderState.DELIVERED:
            rule = inventory.release_inventory(live.plan.cart, self._inventory)
            clock.process(self._runner.insist(rule, Caller(live.number, RELEASE)))
            live.reserved = False

    def _follow(self, live: LiveOrder, begins: bool = True) -> None:
        """The customer begins to follow the order on the map, or stops."""
        live.following = begins
        self._on_watching(1 if begins else -1)
        switch = self._run.loop.switch_on if begins else self._run.loop.switch_off
        for flow in self._followed:
            switch(flow, live.number, self._run.clock.instant)

    def _admit(self, plan: Plan) -> LiveOrder:
        run, cart = self._run, plan.cart
        x, y = (float(value) for value in run.city.places.restaurants[cart.restaurant])
        area = run.city.places.areas[cart.geo]
        onward = int(area.travel.durations(np.array([[x, y]]), (plan.x, plan.y))[0])
        watched = self._stream.uniform(cart.order, 1) < run.declared.customers.watching
        live = LiveOrder(plan, area, (x, y), onward, watched, run.clock.event(), run.clock.event())
        run.city.orders[cart.order] = live
        run.orders.place(cart.order, cart.geo, cart.restaurant, len(cart.lines), plan.placed, plan.promised)
        return live

    def _reserve(self, cart: Cart) -> Rule[Refusal | None]:
        refusal = yield from inventory.reserve_inventory(cart, self._inventory)
        self._run.city.orders[cart.order].reserved = refusal is None
        return refusal

    def _create(self, cart: Cart) -> Rule[Refusal | None]:
        self._run.city.orders[cart.order].created = True
        return (yield from orders.create_order(cart))

    def _pay(self, cart: Cart) -> Rule[Refusal | None]:
        live = self._run.city.orders[cart.order]
        if live.impatient:
            return IMPATIENT
        refusal = yield from orders.pay_order(cart, self._payment_attempts)
        if live.is_closed:  # the customer left while the gateway thought
            return IMPATIENT
        if refusal is None:
            self._begin(live)
        return refusal

    def _begin(self, live: LiveOrder) -> None:
        """The order is paid: the kitchen hears of it."""
        run, order = self._run, live.number
        now = run.clock.instant
        run.orders.note(order, "paid", now)
        run.orders.note(order, "estimated_ready", run.city.kitchen.estimate(order, live.plan.cart.restaurant, now))
        run.clock.process(self._cook(live))

    def _cook(self, live: LiveOrder) -> Process:
        run, order = self._run, live.number
        yield run.clock.sleep(run.city.kitchen.confirm_in(order))
        if live.is_closed:
            return
        truth = run.city.kitchen.accept(order, live.plan.cart.restaurant, run.clock.instant)
        run.orders.note(order, "accepted", truth.accepted)
        run.clock.process(self._tell(order, truth))
        yield from self._until(truth.ready)
        run.orders.note(order, "ready", truth.ready)
        live.ready.succeed()

    def _tell(self, order: int, truth: Preparation) -> Process:
        """The kitchen's reports, beside the cooking: food does not wait for a database."""
        yield from self._until(truth.cooking)
        self._run.orders.note(order, "cooking", truth.cooking)
        rule = orders.mark_kitchen(order, OrderState.FOOD_PREPARING)
        yield from self._runner.insist(rule, Caller(order, KITCHEN))
        yield from self._until(truth.ready)
        yield from self._runner.insist(orders.mark_kitchen(order, OrderState.READY_PICKUP), Caller(order, KITCHEN + 1))

    def _until(self, instant: int) -> Generator[simpy.Event, Any, None]:
        clock = self._run.clock
        yield clock.sleep(max(0, instant - clock.instant))

    def _wait(self, live: LiveOrder) -> Process:
        """The customer's patience, counted from the click."""
        patience = self._patience.draw_ns(self._stream, live.number, 0, 1)
        yield from self._until(live.plan.placed + patience)
        live.impatient = True
        yield from self.give_up(live.number, OrderState.CANCELLED, "patience")
