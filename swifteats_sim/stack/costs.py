"""What an effect costs: visits to stations, and delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Stream


@dataclass(frozen=True)
class Cost:
    """What a visit costs. shared : flows use the station too.

    patience : longest wait; extra : ns added to the service, asked at arrival; lag : how far behind the replica is
    that a read is served by.
    """

    station: Station
    law: Law
    stream: Stream
    shared: bool
    patience: tuple[Law, Stream] | None = None
    extra: Callable[[], int] | None = None
    lag: tuple[Law, Stream] | None = None


@dataclass(frozen=True)
class Delay:
    """Time that passes at no station."""

    law: Law
    stream: Stream


Costs = tuple[Cost | Delay, ...]
"""Of one effect, one after the other; one visit at least."""


def at_primary(costs: Mapping[str, Costs]) -> Costs:
    """What a read of the newest records costs: as any other, but where a compare-and-set lands, not at a replica."""
    visits = [cost for cost in costs.get("compare_and_set", ()) if isinstance(cost, Cost)]

    def moved(cost: Cost | Delay) -> Cost | Delay:
        if isinstance(cost, Delay) or cost.lag is None:
            return cost
        return replace(cost, station=visits[-1].station, shared=visits[-1].shared, lag=None)

    return tuple(moved(cost) for cost in costs.get("read", ()))
