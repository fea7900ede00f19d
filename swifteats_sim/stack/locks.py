"""Locks of records: who changes several at once holds them until it is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from typing import Any

import simpy

from swifteats_sim.domain.effects import Name
from swifteats_sim.engine.clock import Clock


class Locks:
    """Record locks: one holder each, waiters first come, first served."""

    def __init__(self, clock: Clock) -> None:
        """Every record free."""
        self._clock = clock
        self._queues: dict[Name, deque[simpy.Event]] = {}

    def is_held(self, name: Name) -> bool:
        """Whether some transaction holds the record now."""
        return name in self._queues

    def grab(self, names: Iterable[Name]) -> bool:
        """Hold all records at once, where all of them are free; False where one is not, and none is held."""
        queues = self._queues
        for name in names:
            if name in queues:
                return False
        for name in names:
            queues[name] = deque()
        return True

    def acquire(self, names: Iterable[Name]) -> Generator[simpy.Event, Any, bool]:
        """Wait for all records, in one total order, so that no two holders can wait for each other.

        Returns whether it had to wait. Who is interrupted keeps none of them.
        """
        taken, waited = list[Name](), False
        for name in sorted(names):
            queue = self._queues.get(name)
            if queue is None:
                self._queues[name] = deque()
            else:
                turn, waited = self._clock.event(), True
                queue.append(turn)
                try:
                    yield turn
                except simpy.Interrupt:
                    if turn in queue:
                        queue.remove(turn)
                    else:  # handed over in this very instant
                        taken.append(name)
                    self.release(taken)
                    raise
            taken.append(name)
        return waited

    def release(self, names: Iterable[Name]) -> None:
        """Hand each record to its next waiter."""
        for name in names:
            queue = self._queues[name]
            if queue:
                queue.popleft().succeed()
            else:
                del self._queues[name]
