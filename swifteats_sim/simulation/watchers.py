"""Customers who follow their order on the map: how many there are, and whose calls flow."""

from __future__ import annotations

from collections.abc import Sequence

from swifteats_sim.simulation.parts import LiveOrder, Run


class Watchers:
    """Customers who follow an order now. count : of them, as the loop knows it, which hears of each in its own time."""

    def __init__(self, run: Run, flows: Sequence[int]) -> None:
        """Nobody. flows : numbers in the loop of the flows whose clients they are."""
        self._run, self._flows = run, flows
        self.count = 0

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
        loop.note(now, lambda _: self._change(1 if begins else -1))
        switch = loop.switch_on if begins else loop.switch_off
        for flow in self._flows:
            switch(flow, live.number, now)

    def _change(self, by: int) -> None:
        self.count += by
