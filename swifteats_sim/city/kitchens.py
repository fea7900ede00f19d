"""Kitchens: the truth of when food is ready, and the platform's estimate of it (DESIGN, decision 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from swifteats_sim.engine.clock import to_ns
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.usage import Usage


class Preparation(NamedTuple):
    """The truth of one order. accepted : taken by the kitchen; cooking : a cook begins; ready. Instants in ns."""

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
        """What the platform believes: the instant at which the order will be ready (ns)."""


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


@dataclass
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

    cooks : per restaurant. The platform's estimate knows the laws' means and the queue's length, not the draws.
    """

    cooks: list[int]
    terms: KitchenTerms
    stream: Stream
    warmup: int
    end: int
    _stations: dict[int, Station] = field(default_factory=dict)
    _queued: dict[int, list[int]] = field(default_factory=dict)
    _known: dict[int, _Known] = field(default_factory=dict)

    def confirm_in(self, order: int) -> int:
        """See Kitchen."""
        return self.terms.confirmation.draw_ns(self.stream, order, 0)

    def accept(self, order: int, restaurant: int, now: int) -> Preparation:
        """See Kitchen."""
        known = self._known[order]
        known.accepted, known.queue_s = now, self._expected_wait(restaurant, now)
        start, done = self._station(restaurant).visit(now, self.terms.cooking.draw_ns(self.stream, order, 1))
        self._queued.setdefault(restaurant, []).append(start)
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
        """(orders, busy ns of all cooks) inside the measured span."""
        station = self._stations.get(restaurant)
        return (station.usage.visits, station.usage.busy) if station else (0, 0)

    def _expected_wait(self, restaurant: int, now: int) -> float:
        """Seconds until a cook is free, by the number of orders that wait: (waiting + 1) / cooks x mean, if all are busy."""
        waiting = self._queued.get(restaurant, [])
        waiting[:] = [start for start in waiting if start > now]
        if not waiting:
            return 0.0
        return (len(waiting) + 1) / self.cooks[restaurant] * self.terms.cooking.mean

    def _station(self, restaurant: int) -> Station:
        station = self._stations.get(restaurant)
        if station is None:
            usage = Usage(self.warmup, self.end)
            station = Station("kitchen", 1, self.cooks[restaurant], "shared", None, usage)
            self._stations[restaurant] = station
        return station


def cooks_for(rate: float, cooking_s: float, utilization: float) -> int:
    """Cooks that keep a kitchen with `rate` orders/s below `utilization`."""
    return max(1, math.ceil(rate * cooking_s / utilization))
