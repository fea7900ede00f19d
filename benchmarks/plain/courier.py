"""Drivers of the plain model: the answer to the offer, the way, the wait, the trip, the hand-over."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from benchmarks.plain.city import Fleet
from benchmarks.plain.order import Order
from benchmarks.plain.software import Software
from benchmarks.plain.station import Draw, Process

ACCEPT, NO_ANSWER, TIMEOUT = 0.93, 0.02, 20.0
PICKUP, DROPOFF = 120.0, 180.0


class Couriers:
    """Carries every committed order. on_request : asks for another driver; on_free : told of a driver."""

    def __init__(
        self, env: simpy.Environment, fleet: Fleet, software: Software, random: Draw,
        on_request: Callable[[Order], None], on_free: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._env, self._fleet, self._software, self._random = env, fleet, software, random
        self._on_request, self._on_free = on_request, on_free
        self.offers = 0

    def start(self, order: Order, driver: int) -> None:
        """A driver has just been committed."""
        order.driver = driver
        order.assigned = self._env.now
        self.offers += 1
        self._env.process(self._offer(order, driver))

    def _offer(self, order: Order, driver: int) -> Process:
        luck, answer = self._random(), 2.0 + 8.0 * self._random()
        yield self._env.timeout(TIMEOUT if luck >= 1.0 - NO_ANSWER else answer)
        if luck < ACCEPT:
            self._fleet.followed[driver] = True
            yield from self._carry(order, driver)
            self._fleet.followed[driver] = False
        else:
            yield from self._software.change()
            self._free(driver)
            if not order.is_closed:
                order.driver = -1
                order.declined.append(driver)
                self._on_request(order)

    def _carry(self, order: Order, driver: int) -> Process:
        env, software = self._env, self._software
        yield from software.change()
        yield env.timeout(self._fleet.go(driver, env.now, order.restaurant)) | order.closed
        if not order.is_closed:
            yield from software.change()
            yield order.ready | order.closed
        if order.is_closed:
            self._fleet.go(driver, env.now, self._fleet.position(driver, env.now))
            yield from software.change()
        else:
            yield from self._bring(order, driver)
        self._free(driver)

    def _free(self, driver: int) -> None:
        self._fleet.idle[driver] = True
        self._on_free(driver)

    def _bring(self, order: Order, driver: int) -> Process:
        """Pick-up, departure, door, drop-off, each with its report."""
        env, software = self._env, self._software
        yield env.timeout(PICKUP)
        order.is_picked_up = True
        yield from software.change()
        yield from software.change()
        yield env.timeout(self._fleet.go(driver, env.now, order.door))
        yield from software.change()
        yield env.timeout(DROPOFF)
        yield from software.change()
        order.delivered = env.now
        order.close()
        env.process(software.change())  # what it had reserved is sold
