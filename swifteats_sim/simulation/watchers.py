"""Customers who follow their order on the map: how many there are, and whose calls flow."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from swifteats_sim.simulation.live_order import LiveOrder
from swifteats_sim.simulation.parts import Run


class Watchers:
    """Customers who follow an order now."""

    def __init__(self, run: Run, flows: Sequence[int], register: array[int]) -> None:
        """Nobody. flows : numbers in the loop of those whose clients they are; register : where it reads how many."""
        self._run, self._flows, self._register = run, flows, register
        self._count = 0

    def join(self, live: LiveOrder) -> None:
        """The customer begins to follow the order."""
        self._follow(live, True)

    def leave(self, live: LiveOrder) -> None:
        """The order has ended: whoever followed it stops."""
        if live.following:
            self._follow(live, False)

    def _follow(self, live: LiveOrder, begins: bool) -> None:
        loop, now = self._run.loop, self._run.clock.instant
        live.following = begins
        self._count += 1 if begins else -1
        loop.write(self._register, 0, self._count, now)
        switch = loop.switch_on if begins else loop.switch_off
        for flow in self._flows:
            switch(flow, live.number, now)
