"""The stations that decisions visit in the plain model: one database for all reads and writes, payments, the broker."""

from __future__ import annotations

import simpy

from benchmarks.plain.station import Draw, Process, Station, uniform
from swifteats_sim.scenario.stack import Stack


class Software:
    """Everything behind the order path, with the time that each visit takes. No record is kept, and none conflicts."""

    def __init__(self, env: simpy.Environment, stack: Stack, random: Draw, warmup: float) -> None:
        self.env, self.stack = env, stack
        self.gateway, self.orders, self.database, self.payment, self.broker, self.dispatch = (
            Station(env, stack, name, warmup)
            for name in ("gateway", "orders", "database", "payment", "broker", "dispatch")
        )
        self.pool = simpy.Resource(env, stack.pools["orders-db"].size)
        self.enter = uniform(random, (5, 10), (2, 5), (1, 3))
        self.check = uniform(random, (2, 5), (1, 3), (1, 2), (2, 5))
        self.connect, self.answer = uniform(random, (1, 2)), uniform(random, (2, 5), (1, 3))
        self.pay, self.publish = uniform(random, (50, 150), (5, 10)), uniform(random, (5, 15))
        self.search = uniform(random, (50, 200), (10, 50))
        self._inserting, self._touching = uniform(random, (10, 25)), uniform(random, (5, 15))

    @property
    def stations(self) -> tuple[Station, ...]:
        """All of them."""
        return self.gateway, self.orders, self.database, self.payment, self.broker, self.dispatch

    def read(self) -> Process:
        """One read, of however many records."""
        return self.database.serve(self._touching())

    def write(self) -> Process:
        """A compare-and-set or a transaction."""
        return self.database.serve(self._touching())

    def insert(self) -> Process:
        """A new order."""
        return self.database.serve(self._inserting())

    def change(self) -> Process:
        """Read, then write what follows from it: how every state moves on."""
        yield from self.read()
        yield from self.write()
