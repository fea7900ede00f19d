"""Kitchens in mode `recorded`: the truth is a trace's ready times; the estimate learns from food already ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from swifteats_sim.city.demand import TWIN_STRIDE
from swifteats_sim.city.kitchens import KitchenTerms, Preparation
from swifteats_sim.engine.clock import to_ns

NEVER = -1
_PRIOR_WEIGHT = 5
"""Orders that the city-wide mean counts for beside a restaurant's own."""


@dataclass
class _Mean:
    total: int = 0
    count: int = 0

    def add(self, value: int) -> None:
        self.total += value
        self.count += 1


@dataclass
class RecordedKitchens:
    """placed, ready : by order, recorded instants (ns); those of a client's second try are the first one's.

    The platform never sees an order's ready time before it has come. It estimates placed-to-ready by the mean
    of the restaurant's orders that are ready by now, drawn towards the city's mean, and that towards the
    declared laws.
    """

    placed: Mapping[int, int]
    ready: Mapping[int, int]
    terms: KitchenTerms
    _restaurants: dict[int, _Mean] = field(default_factory=dict)
    _actual: dict[int, int] = field(default_factory=dict)
    _city: _Mean = field(default_factory=_Mean)
    _coming: list[tuple[int, int, int]] = field(default_factory=list)

    def confirm_in(self, order: int) -> int:
        """See Kitchen: recorded kitchens start at once."""
        return 0

    def accept(self, order: int, restaurant: int, now: int) -> Preparation:
        """See Kitchen: never ready before it is accepted."""
        ready = self._actual[order] = max(now, self.ready[order % TWIN_STRIDE])
        heappush(self._coming, (ready, restaurant, self.placed[order % TWIN_STRIDE]))
        return Preparation(now, NEVER, ready)

    def estimate(self, order: int, restaurant: int, now: int) -> int:
        """See Kitchen."""
        while self._coming and self._coming[0][0] <= now:
            ready, where, placed = heappop(self._coming)
            self._restaurants.setdefault(where, _Mean()).add(ready - placed)
            self._city.add(ready - placed)
        actual = self._actual.get(order)
        if actual is not None and actual <= now:
            return actual
        own = self._restaurants.get(restaurant, _Mean())
        mean = (own.total + _PRIOR_WEIGHT * self._city_mean()) / (own.count + _PRIOR_WEIGHT)
        return self.placed[order % TWIN_STRIDE] + round(mean * (1.0 + self.terms.bias))

    def usage(self, restaurant: int) -> tuple[int, int]:
        """See Kitchen."""
        return 0, 0

    def _city_mean(self) -> float:
        terms = self.terms
        declared = to_ns(terms.confirmation.mean + terms.cooking.mean + terms.packing.mean)
        return (self._city.total + _PRIOR_WEIGHT * declared) / (self._city.count + _PRIOR_WEIGHT)
