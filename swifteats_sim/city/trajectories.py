"""Where drivers are: append-only legs, of which a position is a function (DESIGN, decision 4)."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.travel import Waypoint

NONE = -1


class Leap(RuntimeError):
    """A driver was to be somewhere else from one instant to the next, or twice in one."""


class Trajectories:
    """The legs of all drivers, in columns; each leg knows its driver's previous one.

    A driver stands at the end of the last leg.
    """

    def __init__(self, start: NDArray[np.float64]) -> None:
        """Drivers who stand at their places from 0 on. start : float64[drivers, 2], metres."""
        count = len(start)
        self._start, self._end = array("q", [0]) * count, array("q", [0]) * count
        self._x0, self._y0 = array("d", start[:, 0]), array("d", start[:, 1])
        self._x1, self._y1 = array("d", start[:, 0]), array("d", start[:, 1])
        self._previous = array("q", [NONE]) * count
        self._driver = array("q", range(count))
        self._last = np.arange(count, dtype=np.int64)

    def go(self, driver: int, now: int, route: tuple[Waypoint, ...]) -> int:
        """Truncate the driver's way at `now` and append a route from there; returns the instant of arrival (ns)."""
        self.stop(driver, now)
        for here, there in pairwise(route):
            self._append(driver, now + here.after, now + there.after, here, there)
        return now + route[-1].after

    def stop(self, driver: int, now: int) -> None:
        """Cut the way at `now`: from then on the driver stands there."""
        last = int(self._last[driver])
        while self._start[last] > now:  # legs of a route that was left before they began
            self._driver[last] = NONE
            last = self._previous[last]
        self._last[driver] = last
        if self._end[last] > now:
            self._x1[last], self._y1[last] = self.position(driver, now)
            self._end[last] = now

    def position(self, driver: int, at: int) -> tuple[float, float]:
        """(x, y) in metres at an instant of the past or present: bit for bit as `positions`, which is slow for one."""
        leg = int(self._last[driver])
        while self._start[leg] > at and self._previous[leg] != NONE:
            leg = self._previous[leg]
        share = (at - self._start[leg]) / max(self._end[leg] - self._start[leg], 1)
        here, there = (self._x0[leg], self._y0[leg]), (self._x1[leg], self._y1[leg])
        if share >= 1.0:
            return there
        share = max(share, 0.0)
        return here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share

    def positions(self, drivers: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
        """float64[n, 2]: where each driver was at its own instant (ns); no loop over drivers."""
        start = np.frombuffer(self._start, dtype=np.int64)
        previous = np.frombuffer(self._previous, dtype=np.int64)
        leg = self._last[drivers]
        early = np.flatnonzero((start[leg] > at) & (previous[leg] != NONE))
        while len(early):
            leg[early] = previous[leg[early]]
            early = early[(start[leg[early]] > at[early]) & (previous[leg[early]] != NONE)]
        return self._interpolate(leg, at)

    def _interpolate(self, leg: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
        start = np.frombuffer(self._start, dtype=np.int64)[leg]
        span = np.frombuffer(self._end, dtype=np.int64)[leg] - start
        share = np.clip((at - start) / np.maximum(span, 1), 0.0, 1.0)
        columns = (self._x0, self._x1), (self._y0, self._y1)
        pairs = ((np.frombuffer(a)[leg], np.frombuffer(b)[leg]) for a, b in columns)
        # a + (b - a) may miss b by a rounding; the next leg must start exactly where this one ends
        return np.stack([np.where(share < 1.0, a + (b - a) * share, b) for a, b in pairs], axis=1)

    def _append(self, driver: int, start: int, end: int, here: Waypoint, there: Waypoint) -> None:
        last = int(self._last[driver])
        stands = self._end[last], self._x1[last], self._y1[last]
        if not self._end[last] <= start <= end or (here.x, here.y) != stands[1:]:
            raise Leap(f"driver {driver} stands at {stands} and sets out at {(start, here.x, here.y)}")
        self._previous.append(int(self._last[driver]))
        self._last[driver] = len(self._start)
        self._start.append(start)
        self._end.append(end)
        self._x0.append(here.x)
        self._y0.append(here.y)
        self._x1.append(there.x)
        self._y1.append(there.y)
        self._driver.append(driver)

    def legs(self) -> tuple[NDArray[Any], ...]:
        """(last, start, end, previous, x0, y0, x1, y1) for compiled readers, as they are until a leg is appended.

        last : int64 per driver, his last leg; the others are by leg.
        """
        integers = [np.frombuffer(column, dtype=np.int64) for column in (self._start, self._end, self._previous)]
        floats = [np.frombuffer(column) for column in (self._x0, self._y0, self._x1, self._y1)]
        return self._last, *integers, *floats

    def columns(self) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
        """Every leg but those given up before they began, in order of creation.

        driver; start, end : ns; x0, y0, x1, y1 : metres.
        """
        begun = np.array(self._driver, dtype=np.int64) != NONE
        integers = {"driver": self._driver, "start": self._start, "end": self._end}
        floats = {"x0": self._x0, "y0": self._y0, "x1": self._x1, "y1": self._y1}
        return {
            **{name: np.array(column, dtype=np.int64)[begun] for name, column in integers.items()},
            **{name: np.array(column, dtype=np.float64)[begun] for name, column in floats.items()},
        }
