"""What an effect costs: visits to stations, and delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.streams import Stream

Enter = Callable[[int, int, int, int, int], tuple[int, int]]
"""See `enter` of engine.entrance.Entrance."""


@dataclass(frozen=True, eq=False, slots=True)
class Cost:
    """What a visit costs. enter : see Entrance; lag : how far behind the replica is that a read is served by."""

    errand: Errand
    enter: Enter
    lag: tuple[Law, Stream] | None = None


@dataclass(frozen=True)
class Delay:
    """Time that passes at no station."""

    law: Law
    stream: Stream


Costs = tuple[Cost | Delay, ...]
"""Of one effect, one after the other; one visit at least."""


def cost(loop: Plane, errand: Errand, lag: tuple[Law, Stream] | None = None) -> Cost:
    """What an errand costs in a run."""
    return Cost(errand, loop.entrance(errand).enter, lag)


def at_primary(costs: Mapping[str, Costs], loop: Plane) -> Costs:
    """What a read of the newest records costs: as any other, but where a compare-and-set lands, not at a replica."""
    visits = [part for part in costs.get("compare_and_set", ()) if isinstance(part, Cost)]

    def moved(part: Cost | Delay) -> Cost | Delay:
        if isinstance(part, Delay) or part.lag is None:
            return part
        return cost(loop, part.errand.elsewhere(visits[-1].errand))

    return tuple(moved(part) for part in costs.get("read", ()))
