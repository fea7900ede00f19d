"""The service that effects get: visits to stations and delays, one after the other, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import simpy

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.station import ABANDONED, REJECTED
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.costs import Cost, Costs, Delay, at_primary

Process = Generator[simpy.Event, Any, Any]

PART = 1 << 20
"""Stride of the step word: a rule has effects, and an effect is made of parts, each with draws of its own."""
NEWEST = "read the newest"
"""A read that goes to the primary, whatever other reads do."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The address of a rule's draws. occasion : which rule, and which time it runs for this entity.

    place : of the step on the path of orders that asks, 0 for all who are not on that path.
    """

    entity: int
    occasion: int = 0
    place: int = 0


class Service:
    """Lets effects take their time. costs : by kind of effect; NEWEST is added to them.

    number : of an effect in its rule, in all that follows.
    """

    def __init__(self, clock: Clock, loop: Loop, costs: Mapping[str, Costs]) -> None:
        self._clock, self._loop = clock, loop
        self._costs = {**costs, NEWEST: at_primary(costs)}
        visits = [cost for cost in costs.get("read", ()) if isinstance(cost, Cost)]
        self.lag = next((cost.lag for cost in visits if cost.lag is not None), None)
        """How far the replica of reads is behind, where they go to one."""

    def take(self, kind: str, caller: Caller, number: int, look: Callable[[], Any] | None = None) -> Process:
        """Let an effect take its time; returns what `look` sees as its first service begins."""
        seen = None
        for part, cost in enumerate(self._costs[kind]):
            address = part * PART + number
            if isinstance(cost, Delay):
                yield self._clock.sleep(self.draw(cost.law, cost.stream, caller, address))
            elif look is None:
                yield from self.visit(cost, caller, address)
            else:
                seen = yield from self.visit(cost, caller, address, look)
                look = None
        return seen

    def visit(self, cost: Cost, caller: Caller, number: int = 0, look: Callable[[], Any] | None = None) -> Process:
        """Pass a visit; returns what `look` sees as the service begins.

        Unavailable by a full queue at once, and when the caller's patience is over.
        """
        now = self._clock.instant
        if cost.shared:
            self._loop.advance(now)
        service = self.draw(cost.law, cost.stream, caller, number)
        extra = 0 if cost.extra is None else cost.extra()
        service += extra
        patience = None if cost.patience is None else self.draw(*cost.patience, caller, number)
        start, departure = cost.station.visit(now, service, patience=patience)
        if start == REJECTED:
            raise Unavailable(cost.station.name)
        if start == ABANDONED:
            yield self._clock.sleep(departure - now)
            raise Unavailable(cost.station.name)
        if extra:
            cost.station.usage.scan(start, extra)
        seen = None
        if look is not None:
            if start > now:
                yield self._clock.sleep(start - now)
            seen, now = look(), start
        yield self._clock.sleep(departure - now)
        return seen

    def draw(self, law: Law, stream: Stream, caller: Caller, number: int) -> int:
        """A draw at the caller's address, ns."""
        return law.draw_ns(stream, caller.entity, caller.occasion, number, caller.place)
