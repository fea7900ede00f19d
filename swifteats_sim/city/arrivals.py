"""When customers order: a Poisson process, or one whose count is exact in every ten minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.clock import MINUTE, SECOND
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream
from swifteats_sim.scenario.demand import CurvePoint

STRATUM = 10 * MINUTE
_GAP, _THIN, _WHERE, _CARRY = 0, 1, 2, 3


class Arrivals(Protocol):
    """Instants of orders."""

    @property
    def intensity(self) -> Intensity:
        """Orders/s over time."""

    def instants(self, end: int, stream: Stream) -> Iterator[tuple[int, int]]:
        """(number, instant in ns) in order of time, before `end`; a number is an address, and may be skipped."""


@dataclass(frozen=True)
class Intensity:
    """Orders/s over time: `rate` times the level of a curve, linear between its points and constant outside."""

    rate: float
    curve: tuple[CurvePoint, ...] = ()

    def at(self, instant: int) -> float:
        """Orders/s at an instant (ns)."""
        if not self.curve:
            return self.rate
        instants, levels = [point.at for point in self.curve], [point.level for point in self.curve]
        return self.rate * float(np.interp(instant, instants, levels))

    @property
    def peak(self) -> float:
        """The highest rate."""
        return self.rate * max((point.level for point in self.curve), default=1.0)


@dataclass(frozen=True)
class Poisson:
    """A Poisson process, thinned to its intensity (Lewis and Shedler 1979)."""

    intensity: Intensity

    def instants(self, end: int, stream: Stream) -> Iterator[tuple[int, int]]:
        """See Arrivals."""
        peak, now = self.intensity.peak, 0
        if peak == 0.0:
            return
        gap = Law([("exponential", (1.0 / peak,), ())], 1.0 / peak)
        for number in count():
            now += gap.draw_ns(stream, number, _GAP)
            if now >= end:
                return
            if stream.uniform(number, _THIN) * peak < self.intensity.at(now):
                yield number, now


@dataclass(frozen=True)
class Stratified:
    """A Poisson process given its count in every ten minutes: the expected one, rounded without drift.

    The offered load is then a setting, not an estimate, and replications compare with less noise; within ten minutes
    the instants are as random as a Poisson process's given its count.
    """

    intensity: Intensity

    def instants(self, end: int, stream: Stream) -> Iterator[tuple[int, int]]:
        """See Arrivals."""
        expected = stream.uniform(0, _CARRY)  # random, so that rounding down favours no count
        number = 0
        for start in range(0, end, STRATUM):
            edges, mass = self._mass(start, start + STRATUM)
            expected += float(mass[-1])
            due = range(number, int(expected))
            shares = np.array([stream.uniform(each, _WHERE) for each in due]) * mass[-1]
            instants = np.sort(np.interp(shares, mass, edges).astype(np.int64))
            yield from ((each, at) for each, at in zip(due, instants.tolist(), strict=True) if at < end)
            number = due.stop

    def _mass(self, start: int, stop: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Second by second: the instants (ns), and the orders expected from `start` until then."""
        edges = np.append(np.arange(start, stop, SECOND, dtype=np.float64), float(stop))
        rates = np.array([self.intensity.at(int(edge)) for edge in edges])
        pieces = (rates[1:] + rates[:-1]) / 2 * np.diff(edges) / SECOND
        return edges, np.concatenate([[0.0], np.cumsum(pieces)])


PROCESSES: Mapping[str, Callable[[Intensity], Arrivals]] = {"poisson": Poisson, "stratified": Stratified}
"""By the names that a scenario uses."""
