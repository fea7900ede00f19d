"""Where those who move are: append-only legs, of which a position is a function (DESIGN, decision 4)."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.tracks import (
    BEGIN,
    END,
    NONE,
    OWNER,
    PLACES,
    PREVIOUS,
    STRETCHES,
    TIMES,
    WAY,
    X1,
    Y1,
    Tracks,
    cut,
    position,
    positions,
)
from swifteats_sim.engine.ways import LINE, PASSED, STRETCH, Lines, length_of, no_lines


class Legs:
    """The legs of all entities, each of which knows its entity's previous one; at the end of the last one it stands.

    count : of legs; fastest : the greatest speed of any, m/ns; lines : that ways may lead along. last, times, places,
    ways : see engine.tracks.Tracks, which `tracks` holds together for compiled code. on_moved : called when the latter
    three have moved to larger arrays.
    """

    def __init__(
        self, start: NDArray[np.float64], lines: Lines | None = None, standing: NDArray[np.int64] | None = None
    ) -> None:
        """Entities who stand at their places from 0 on. start : float64[entities, 2], metres.

        standing : int64[entities], the line at whose end each stands, NONE: at none.
        """
        self.lines = no_lines() if lines is None else lines
        self.count, self.fastest = len(start), self.lines.fastest
        self.last = np.arange(self.count, dtype=np.int64)
        room = 2 * self.count + 1
        times, places = np.zeros((room, TIMES), dtype=np.int64), np.zeros((room, PLACES))
        times[:, PREVIOUS], times[: self.count, OWNER], times[:, WAY] = NONE, self.last, NONE
        places[: self.count, :BEGIN] = np.tile(start, 2)
        self.times, self.places = times.reshape(-1), places.reshape(-1)
        self.ways, self._stretches = np.zeros(STRETCH * room, dtype=np.int64), 0
        if standing is not None:
            self._stand(standing)
        self.on_moved: Callable[[], None] = _nobody_asks
        self.tracks = self._tracks()

    def _stand(self, standing: NDArray[np.int64]) -> None:
        """Each has just come to the end of its line, by a way that took no time."""
        for entity in np.flatnonzero(standing != NONE).tolist():
            line, stretch = int(standing[entity]), self._stretches
            self.ways[STRETCH * stretch + LINE] = line
            self.times[TIMES * entity + WAY], self.times[TIMES * entity + STRETCHES] = stretch, 1
            self.places[PLACES * entity + BEGIN] = length_of(self.lines.lines, self.lines.points, line)
            self._stretches += 1

    def append(self, entity: int, span: tuple[int, int], way: tuple[float, float, float, float]) -> None:
        """One more leg for an entity, straight. span : (start, end), ns; way : (x0, y0, x1, y1), metres."""
        x0, y0, x1, y1 = way
        self.fastest = max(self.fastest, hypot(x1 - x0, y1 - y0) / max(span[1] - span[0], 1))
        self._append(entity, (*span, self.last[entity], entity, NONE, 0), (*way, 0.0))

    def append_way(
        self,
        entity: int,
        start: int,
        stretches: NDArray[np.int64],
        begin: float,
        ends: tuple[float, float, float, float],
    ) -> int:
        """One more leg for an entity, along lines; returns when it ends (ns).

        stretches : int64[STRETCH * n]; begin : metres along the first line; ends : (x0, y0, x1, y1), metres.
        """
        first, count, end = self._stretches, len(stretches) // STRETCH, start + int(stretches[-STRETCH + PASSED])
        while STRETCH * (first + count) > len(self.ways):
            self.ways = np.concatenate((self.ways, np.zeros_like(self.ways)))
            self._moved()
        self.ways[STRETCH * first : STRETCH * (first + count)] = stretches
        self._stretches += count
        self._append(entity, (start, end, self.last[entity], entity, first, count), (*ends, begin))
        return end

    def _append(self, entity: int, times: tuple[int, ...], places: tuple[float, ...]) -> None:
        leg = self.count
        if TIMES * leg == len(self.times):
            self._grow()
        self.times[TIMES * leg : TIMES * leg + TIMES] = times
        self.places[PLACES * leg : PLACES * leg + PLACES] = places
        self.last[entity] = leg
        self.count += 1

    def stop(self, entity: int, now: int) -> None:
        """End an entity's way at `now` (ns): from then on it stands there."""
        cut(*self.tracks, entity, now)

    def stand(self, entity: int) -> tuple[int, float, float]:
        """(instant in ns, x, y) at which an entity's last leg ends."""
        leg = int(self.last[entity])
        places = self.places[PLACES * leg : PLACES * leg + PLACES]
        return int(self.times[TIMES * leg + END]), float(places[X1]), float(places[Y1])

    def position(self, entity: int, at: int) -> tuple[float, float]:
        """(x, y) in metres at an instant of the past or present."""
        place: tuple[float, float] = position(*self.tracks, entity, at)
        return place

    def positions(self, entities: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
        """float64[n, 2]: where each entity was at its own instant (ns)."""
        found: NDArray[np.float64] = positions(*self.tracks, entities, at)
        return found

    def _grow(self) -> None:
        self.times = np.concatenate((self.times, np.zeros_like(self.times)))
        self.places = np.concatenate((self.places, np.zeros_like(self.places)))
        self._moved()

    def _moved(self) -> None:
        """The arrays are others now."""
        self.tracks = self._tracks()
        self.on_moved()

    def _tracks(self) -> Tracks:
        return Tracks(self.last, self.times, self.places, self.ways, self.lines.lines, self.lines.points)


class Movement:
    """A test of an entity at an instant: is it `distance` (m) or more from where it was when this last held (A44)?"""

    def __init__(self, legs: Legs, distance: float) -> None:
        """It has held for nobody."""
        self.legs, self.distance = legs, distance
        self._last: dict[int, tuple[float, float]] = {}

    def __call__(self, entity: int, at: int) -> bool:
        """See Movement. at : ns."""
        x, y = self.legs.position(entity, at)
        if entity in self._last:
            east, north = x - self._last[entity][0], y - self._last[entity][1]
            if east * east + north * north < self.distance * self.distance:
                return False
        self._last[entity] = x, y
        return True


def _nobody_asks() -> None:
    """Nobody else holds the arrays."""
