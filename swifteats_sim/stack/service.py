"""The service that effects get: visits to stations and delays, one after the other, in virtual time.

Most effects are one visit and nothing else: whoever performs them lets them in by himself.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

import simpy

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.station import ABANDONED
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.costs import Cost, Costs, Delay, at_primary

Process = Generator[simpy.Event, Any, Any]

PART = 1 << 20
"""Stride of the step word: a rule has effects, and an effect is made of parts, each with draws of its own."""
NEWEST = "read the newest"
"""A read that goes to the primary, whatever other reads do."""


class Caller(NamedTuple):
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

    def __init__(self, clock: Clock, loop: Plane, costs: Mapping[str, Costs]) -> None:
        self._clock = clock
        self._costs = {**costs, NEWEST: at_primary(costs, loop)}
        visits = [cost for cost in costs.get("read", ()) if isinstance(cost, Cost)]
        self.lag = next((cost.lag for cost in visits if cost.lag is not None), None)
        """How far the replica of reads is behind, where they go to one."""

    def take(self, kind: str, caller: Caller, number: int, look: Callable[[], Any] | None = None) -> Process:
        """Let an effect take its time; returns what `look` sees as its first service begins."""
        return self._pass(self._costs[kind], caller, number, look)

    def only_visit(self, kind: str) -> Cost | None:
        """The visit that is all an effect costs; None where there is more to it."""
        costs = self._costs.get(kind, ())
        return costs[0] if len(costs) == 1 and isinstance(costs[0], Cost) else None

    def turn_away(self, cost: Cost, start: int, departure: int) -> Process:
        """Unavailable by a full queue at once, and when the caller's patience is over. The rest as a station says."""
        if start == ABANDONED:
            yield self._clock.sleep(departure - self._clock.instant)
        raise Unavailable(cost.errand.station.name)

    def visit(self, cost: Cost, caller: Caller) -> Process:
        """Pass a visit of its own, which is no effect's."""
        return self._pass((cost,), caller, 0)

    def _pass(self, costs: Costs, caller: Caller, number: int, look: Callable[[], Any] | None = None) -> Process:
        """All parts in turn. One generator does it all: they are what an effect costs the run."""
        clock, seen = self._clock, None
        for cost in costs:
            if isinstance(cost, Delay):
                yield clock.sleep(self.draw(cost.law, cost.stream, caller, number))
            else:
                now = clock.instant
                start, departure = cost.enter(now, caller.entity, caller.occasion, number, caller.place)
                if start < now:
                    yield from self.turn_away(cost, start, departure)
                if look is not None:
                    if start > now:
                        yield clock.sleep(start - now)
                    seen, look, now = look(), None, start
                yield clock.sleep(departure - now)
            number += PART
        return seen

    def draw(self, law: Law, stream: Stream, caller: Caller, number: int) -> int:
        """A draw at the caller's address, ns."""
        return law.draw_ns(stream, caller.entity, caller.occasion, number, caller.place)
