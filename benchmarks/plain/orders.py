"""The order path of the plain model: gateway, services, pool, database, payment, outbox; then the kitchen."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
import simpy

from benchmarks.plain.city import COOKING, COOKING_SD, Geo, door
from benchmarks.plain.order import Order
from benchmarks.plain.software import Software
from benchmarks.plain.station import Process
from benchmarks.plain.stock import Stock

STRATUM = 600.0
"""Orders come at random instants, their expected count in every ten minutes."""
PATIENCE, POOL_TIMEOUT, RELAY_EVERY = 5400.0, 2.0, 0.1
PAYS, ATTEMPTS = 0.95, 2


class Orders:
    """Places orders and sees each through to its kitchen. on_answer : the customer follows; on_request : find a driver.

    placed : all orders so far.
    """

    def __init__(
        self, env: simpy.Environment, software: Software, stock: Stock, rng: np.random.Generator,
        on_answer: Callable[[Order], None], on_request: Callable[[Order], Process],
    ) -> None:  # fmt: skip
        self._env, self._software, self._stock, self._rng = env, software, stock, rng
        self._on_answer, self._on_request = on_answer, on_request
        self._outbox, self._bell = list[Order](), env.event()
        self.placed = list[Order]()

    def come(self, geo: Geo) -> Process:
        """Customers of one geo, for ever."""
        env, owed = self._env, 0.0
        while True:
            began = env.now
            owed += geo.rate * STRATUM
            count = int(owed)
            owed -= count
            for instant in np.sort(self._rng.random(count) * STRATUM).tolist():
                yield env.timeout(max(0.0, began + instant - env.now))
                env.process(self._order(geo))
            yield env.timeout(max(0.0, began + STRATUM - env.now))

    def ask(self, order: Order) -> None:
        """Its request is stored; the relay brings it to the topic."""
        order.version += 1
        self._outbox.append(order)
        if not self._bell.triggered:
            self._bell.succeed()

    def relay(self) -> Process:
        """Publish what is stored, every 100 ms: one read, all messages at once, one transaction."""
        env, software = self._env, self._software
        while True:
            if not self._outbox:
                self._bell = env.event()
                yield self._bell
            yield env.timeout(max(0.0, ceil(env.now / RELAY_EVERY) * RELAY_EVERY - env.now))
            batch, self._outbox = self._outbox, []
            yield from software.read()
            yield env.all_of([env.process(self._publish(order)) for order in batch])
            yield from software.write()

    def _publish(self, order: Order) -> Process:
        yield from self._software.broker.serve(self._software.publish())
        self._env.process(self._on_request(order))

    def _order(self, geo: Geo) -> Process:
        """POST /orders, until the platform answers."""
        env, software, rng = self._env, self._software, self._rng
        rank = min(int(np.searchsorted(geo.shares, rng.random())), len(geo.shares) - 1)
        place = (float(geo.restaurants[rank, 0]), float(geo.restaurants[rank, 1]))
        order = Order(env, geo, rank, door(geo, place, rng), self._stock.sell(geo.number, rank))
        self.placed.append(order)
        env.process(self._lose_patience(order))
        yield from software.gateway.serve(software.enter())
        yield from software.orders.serve(software.check())
        if (yield from self._create()) and (yield from self._pay()):
            yield from software.change()
            order.paid = env.now
            env.process(self._cook(order))
            yield from software.change()
            self.ask(order)
            yield from software.orders.serve(software.answer())
            order.answered = env.now
            self._on_answer(order)
        else:
            order.answered = env.now
            yield from self._fail(order)

    def _create(self) -> Process:
        """Reserve the items and store the order, on one connection; False where none was free in time."""
        env, software = self._env, self._software
        with software.pool.request() as connection:
            yield connection | env.timeout(POOL_TIMEOUT)
            if not connection.triggered:
                return False
            yield env.timeout(software.connect())
            yield from software.change()
            yield from software.insert()
            return True

    def _pay(self) -> Process:
        for _ in range(ATTEMPTS):
            yield from self._software.payment.serve(self._software.pay())
            if self._rng.random() < PAYS:
                return True
        return False

    def _fail(self, order: Order) -> Process:
        """Close the order, and give back what it had reserved."""
        if not order.is_picked_up:
            yield from self._software.change()
            order.close()
            yield from self._software.change()

    def _lose_patience(self, order: Order) -> Process:
        yield self._env.timeout(PATIENCE)
        if not order.is_closed:
            yield from self._fail(order)

    def _cook(self, order: Order) -> Process:
        """Confirmed, cooked, packed, with the kitchen's two reports."""
        env, rng = self._env, self._rng
        yield env.timeout(30.0 + 60.0 * rng.random())
        order.accepted, order.queued = env.now, order.kitchen.expected_wait()
        with order.kitchen.cooks.request() as cook:
            yield cook
            order.cooking = env.now
            env.process(self._tell(order))
            shape = (COOKING / COOKING_SD) ** 2
            yield env.timeout(float(rng.gamma(shape, COOKING / shape)))
        yield env.timeout(240.0 + 300.0 * rng.random())
        order.cooked = env.now
        order.ready.succeed()
        env.process(self._tell(order))
        if order.made_to_order:
            yield from self._software.change()

    def _tell(self, order: Order) -> Process:
        yield from self._software.change()
        order.report()
