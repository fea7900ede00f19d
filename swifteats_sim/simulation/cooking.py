"""The kitchen's side of an order: it is confirmed, cooked and ready, and the platform is told."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from swifteats_sim.city.kitchens import Preparation
from swifteats_sim.domain.orders import mark_kitchen
from swifteats_sim.domain.states import OrderState
from swifteats_sim.simulation.larder import Larder
from swifteats_sim.simulation.live_order import LiveOrder
from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.firing import later
from swifteats_sim.stack.service import Caller, Process

KITCHEN = 1 << 8
"""Occasion of the kitchen's first report, beside the order's path; the second one's follows."""


class Cooking:
    """Cooks the orders that are paid. on_news : told of an order whose kitchen has reported something."""

    def __init__(self, run: Run, runner: Runner, larder: Larder, on_news: Callable[[int], None]) -> None:
        self._run, self._runner, self._larder, self._on_news = run, runner, larder, on_news

    def begin(self, live: LiveOrder) -> None:
        """The kitchen hears of an order."""
        run, order = self._run, live.number
        estimate = run.city.kitchen.estimate(order, live.plan.cart.restaurant, run.clock.instant)
        run.orders.note(order, "estimated_ready", estimate)
        later(run.clock, run.city.kitchen.confirm_in(order), self._accept, live)

    def _accept(self, live: LiveOrder) -> None:
        """The kitchen takes the order, unless it has ended meanwhile."""
        if live.is_closed:
            return
        run, order = self._run, live.number
        truth = run.city.kitchen.accept(order, live.plan.cart.restaurant, run.clock.instant)
        run.orders.note(order, "accepted", truth.accepted)
        run.clock.process(self._tell(order, truth))
        later(run.clock, max(0, truth.ready - run.clock.instant), self._cooked, live, truth.ready)

    def _cooked(self, live: LiveOrder, ready: int) -> None:
        """The food is ready."""
        self._run.orders.note(live.number, "ready", ready)
        live.ready.succeed()
        if not live.is_closed:
            self._larder.cooked(live)

    def _tell(self, order: int, truth: Preparation) -> Process:
        """The kitchen's reports, beside the cooking: food does not wait for a database."""
        yield self._until(truth.cooking)
        self._run.orders.note(order, "cooking", truth.cooking)
        yield from self._report(order, OrderState.FOOD_PREPARING, KITCHEN)
        yield self._until(truth.ready)
        yield from self._report(order, OrderState.READY_PICKUP, KITCHEN + 1)

    def _report(self, order: int, stage: OrderState, occasion: int) -> Process:
        if (yield from self._runner.insist(mark_kitchen(order, stage), Caller(order, occasion))):
            self._on_news(order)

    def _until(self, instant: int) -> simpy.Event:
        clock = self._run.clock
        return clock.sleep(max(0, instant - clock.instant))
