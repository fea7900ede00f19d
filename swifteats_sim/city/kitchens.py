"""Kitchens: the truth of when food is ready, and the platform's estimate of it (DESIGN, decision 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from swifteats_sim.engine.clock import to_ns
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage


class Preparation(NamedTuple):
    """The truth of one order, instants in ns. accepted : taken by the kitchen; cooking : a cook begins, -1 where
    cooks are not modelled; ready."""

    accepted: int
    cooking: int
    ready: int


class Kitchen(Protocol):
    """What the order's life and the dispatcher ask of the kitchens."""

    def confirm_in(self, order: int) -> int:
        """ns from payment until the kitchen takes the order."""

    def accept(self, order: int, restaurant: int, now: int) -> Preparation:
        """The kitchen takes the order now."""

    def estimate(self, order: int, restaurant: int, now: int) -> int:
        """What the platform believes: the instant at which the order will be ready (ns).

        Questions come in order of time; an order's first is asked when it is paid.
        """

    def usage(self, restaurant: int) -> tuple[int, int]:
        """(orders cooked, busy ns of all cooks) inside the measured span; (0, 0) where cooks are not modelled."""


@dataclass(frozen=True)
class KitchenTerms:
    """Laws of the three stages of preparation, and the relative error of the platform's estimate."""

    confirmation: Law
    cooking: Law
    packing: Law
    bias: float

    def biased(self, seconds: float) -> int:
        """A duration as the platform believes it, in ns."""
        return to_ns(max(0.0, seconds) * (1.0 + self.bias))


@dataclass(slots=True)
class _Known:
    """The instants of an order in the kitchen; the platform has heard of those that are past."""

    paid: int
    accepted: int = -1
    cooking: int = -1
    ready: int = -1
    queue_s: float = 0.0


@dataclass
class QueueKitchens:
    """Mode `queue`: the cooks of each restaurant are a station; cooking starts in order of acceptance.

    cooks : per restaurant; warmup, end : ns, the measured span.
    The platform's estimate knows the laws' means and how many orders are in the kitchen, not the draws.
    """

    cooks: list[int]
    terms: KitchenTerms
    stream: Stream
    warmup: int
    end: int
    _stations: dict[int, Station] = field(default_factory=dict)
    _cooked: dict[int, list[int]] = field(default_factory=dict)
    _known: dict[int, _Known] = field(default_factory=dict)

    def confirm_in(self, order: int) -> int:
        """See Kitchen."""
        return self.terms.confirmation.draw_ns(self.stream, order, 0)

    def accept(self, order: int, restaurant: int, now: int) -> Preparation:
        """See Kitchen."""
        known = self._known.setdefault(order, _Known(paid=now))
        known.accepted, known.queue_s = now, self._expected_wait(restaurant, now)
        start, done = self._station(restaurant).visit(now, self.terms.cooking.draw_ns(self.stream, order, 1))
        heappush(self._cooked.setdefault(restaurant, []), done)
        known.cooking, known.ready = start, done + self.terms.packing.draw_ns(self.stream, order, 2)
        return Preparation(now, known.cooking, known.ready)

    def estimate(self, order: int, restaurant: int, now: int) -> int:
        """See Kitchen: mean times of the stages ahead, from what the kitchen has reported by now."""
        known = self._known.setdefault(order, _Known(paid=now))
        terms = self.terms
        ahead = terms.cooking.mean + terms.packing.mean
        if 0 <= known.ready <= now:
            return known.ready
        if 0 <= known.cooking <= now:
            return known.cooking + terms.biased(ahead)
        if known.accepted >= 0:
            return max(now, known.accepted + terms.biased(known.queue_s)) + terms.biased(ahead)
        wait = self._expected_wait(restaurant, now)
        return known.paid + terms.biased(terms.confirmation.mean + wait + ahead)

    def usage(self, restaurant: int) -> tuple[int, int]:
        """See Kitchen."""
        station = self._stations.get(restaurant)
        return (station.usage.visits, station.usage.busy) if station else (0, 0)

    def _expected_wait(self, restaurant: int, now: int) -> float:
        """Seconds until a cook is free: 0 if one is, else (waiting + 1) / cooks x the mean time of cooking."""
        inside = self._cooked.get(restaurant, [])
        while inside and inside[0] <= now:
            heappop(inside)
        cooks = self.cooks[restaurant]
        if len(inside) < cooks:
            return 0.0
        waiting = len(inside) - cooks
        return (waiting + 1) / cooks * self.terms.cooking.mean

    def _station(self, restaurant: int) -> Station:
        station = self._stations.get(restaurant)
        if station is None:
            usage = Usage(self.warmup, self.end)
            station = Station("kitchen", 1, self.cooks[restaurant], "shared", None, usage)
            self._stations[restaurant] = station
        return station


def cooks_for(rate: float, cooking_s: float, utilization: float) -> int:
    """Fewest cooks that keep a kitchen with `rate` orders/s no busier than `utilization`; at least one."""
    return max(1, math.ceil(rate * cooking_s / utilization))
