"""Where those who move are: append-only legs, of which a position is a function (DESIGN, decision 4)."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled

NONE = -1
START, END, PREVIOUS, OWNER, TIMES = range(5)
"""Words of a leg in `Legs.times`, and how many it has."""
X0, Y0, X1, Y1, PLACES = range(5)
"""Numbers of a leg in `Legs.places`, and how many it has."""


@compiled
def leg_at(last, times, entity, at):  # type: ignore[no-untyped-def]
    """The leg that an entity is on at an instant of the past or present."""
    leg = last[entity]
    while times[TIMES * leg + START] > at and times[TIMES * leg + PREVIOUS] != NONE:
        leg = times[TIMES * leg + PREVIOUS]
    return leg


@compiled
def place_on(times, places, leg, at):  # type: ignore[no-untyped-def]
    """(x, y) in metres on a leg; the next one must start exactly where this one ends, whatever is rounded."""
    begun, first = times[TIMES * leg + START], PLACES * leg
    share = (at - begun) / max(times[TIMES * leg + END] - begun, 1)
    if share >= 1.0:
        return places[first + X1], places[first + Y1]
    share = max(share, 0.0)
    x0, y0 = places[first + X0], places[first + Y0]
    return x0 + (places[first + X1] - x0) * share, y0 + (places[first + Y1] - y0) * share


@compiled
def position(last, times, places, entity, at):  # type: ignore[no-untyped-def]
    """(x, y) in metres of one entity at an instant."""
    return place_on(times, places, leg_at(last, times, entity, at), at)


@compiled
def positions(last, times, places, entities, instants):  # type: ignore[no-untyped-def]
    """float64[n, 2]: where each entity was at its own instant."""
    found = np.empty((len(entities), 2))
    for row in range(len(entities)):
        found[row, 0], found[row, 1] = position(last, times, places, entities[row], instants[row])
    return found


@compiled
def cut(last, times, places, entity, now):  # type: ignore[no-untyped-def]
    """End an entity's way at `now`; legs that it has not begun by then are nobody's."""
    leg = last[entity]
    while times[TIMES * leg + START] > now:
        times[TIMES * leg + OWNER] = NONE
        leg = times[TIMES * leg + PREVIOUS]
    last[entity] = leg
    if times[TIMES * leg + END] > now:
        places[PLACES * leg + X1], places[PLACES * leg + Y1] = place_on(times, places, leg, now)
        times[TIMES * leg + END] = now


class Legs:
    """The legs of all entities, each of which knows its entity's previous one; at the end of the last one it stands.

    count : of legs; fastest : the greatest speed of any, m/ns. last : int64[entities], the number of each one's last
    leg. times : int64[TIMES * room], of each leg START and END (ns), PREVIOUS leg (NONE: none) and OWNER (NONE: given
    up before it began). places : float64[PLACES * room], metres. on_moved : called when these two have moved to larger
    arrays.
    """

    def __init__(self, start: NDArray[np.float64]) -> None:
        """Entities who stand at their places from 0 on. start : float64[entities, 2], metres."""
        self.count = len(start)
        self.fastest = 0.0
        self.last = np.arange(self.count, dtype=np.int64)
        room = 2 * self.count + 1
        times, places = np.zeros((room, TIMES), dtype=np.int64), np.zeros((room, PLACES))
        times[:, PREVIOUS], times[: self.count, OWNER] = NONE, self.last
        places[: self.count] = np.tile(start, 2)
        self.times, self.places = times.reshape(-1), places.reshape(-1)
        self.on_moved: Callable[[], None] = _nobody_asks

    def append(self, entity: int, span: tuple[int, int], way: tuple[float, float, float, float]) -> None:
        """One more leg for an entity. span : (start, end), ns; way : (x0, y0, x1, y1), metres."""
        if TIMES * self.count == len(self.times):
            self._grow()
        leg, (x0, y0, x1, y1) = self.count, way
        self.fastest = max(self.fastest, hypot(x1 - x0, y1 - y0) / max(span[1] - span[0], 1))
        self.times[TIMES * leg : TIMES * leg + TIMES] = *span, self.last[entity], entity
        self.places[PLACES * leg : PLACES * leg + PLACES] = way
        self.last[entity] = leg
        self.count += 1

    def stop(self, entity: int, now: int) -> None:
        """End an entity's way at `now` (ns): from then on it stands there."""
        cut(self.last, self.times, self.places, entity, now)

    def stand(self, entity: int) -> tuple[int, float, float]:
        """(instant in ns, x, y) at which an entity's last leg ends."""
        leg = int(self.last[entity])
        places = self.places[PLACES * leg : PLACES * leg + PLACES]
        return int(self.times[TIMES * leg + END]), float(places[X1]), float(places[Y1])

    def position(self, entity: int, at: int) -> tuple[float, float]:
        """(x, y) in metres at an instant of the past or present."""
        place: tuple[float, float] = position(self.last, self.times, self.places, entity, at)
        return place

    def positions(self, entities: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
        """float64[n, 2]: where each entity was at its own instant (ns)."""
        found: NDArray[np.float64] = positions(self.last, self.times, self.places, entities, at)
        return found

    def _grow(self) -> None:
        self.times = np.concatenate((self.times, np.zeros_like(self.times)))
        self.places = np.concatenate((self.places, np.zeros_like(self.places)))
        self.on_moved()


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
