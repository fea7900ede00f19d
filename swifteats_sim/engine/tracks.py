"""Where an entity is at an instant: a function of its legs (DESIGN, decision 4), in compiled code.

A leg is straight, or a way along lines. last .. points : see Tracks, and engine.ways for the last three.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.ways import metre_on, point_on

NONE = -1
START, END, PREVIOUS, OWNER, WAY, STRETCHES, TIMES = range(7)
"""Words of a leg in `Legs.times`, and how many it has."""
X0, Y0, X1, Y1, BEGIN, PLACES = range(6)
"""Numbers of a leg in `Legs.places`, and how many it has."""


class Tracks(NamedTuple):
    """All arrays of which a position is a function, each handed to compiled code by itself.

    last : the number of each entity's last leg. times : int64[TIMES * room], of each leg START and END (ns), PREVIOUS
    leg (NONE: none), OWNER (NONE: given up before it began), WAY and STRETCHES: its first stretch in `ways`, and how
    many it has (NONE, 0: it is straight). places : float64[PLACES * room], metres: where it starts and ends, and how
    far along the first line of its way it begins.
    """

    last: NDArray[np.int64]
    times: NDArray[np.int64]
    places: NDArray[np.float64]
    ways: NDArray[np.int64]
    lines: NDArray[np.int64]
    points: NDArray[np.float64]


@compiled
def leg_at(last, times, entity, at):  # type: ignore[no-untyped-def]
    """The leg that an entity is on at an instant of the past or present."""
    leg = last[entity]
    while times[TIMES * leg + START] > at and times[TIMES * leg + PREVIOUS] != NONE:
        leg = times[TIMES * leg + PREVIOUS]
    return leg


@compiled
def place_on(times, places, ways, lines, points, leg, at):  # type: ignore[no-untyped-def]
    """(x, y) in metres on a leg; the next one must start exactly where this one ends, whatever is rounded."""
    first = PLACES * leg
    if at >= times[TIMES * leg + END]:
        return places[first + X1], places[first + Y1]
    if times[TIMES * leg + WAY] != NONE:
        line, metre = metre_at(times, places, ways, lines, points, leg, at)
        return point_on(lines, points, line, metre)
    begun = times[TIMES * leg + START]
    share = max((at - begun) / max(times[TIMES * leg + END] - begun, 1), 0.0)
    x0, y0 = places[first + X0], places[first + Y0]
    return x0 + (places[first + X1] - x0) * share, y0 + (places[first + Y1] - y0) * share


@compiled
def metre_at(times, places, ways, lines, points, leg, at):  # type: ignore[no-untyped-def]
    """(line, metres along it) on a leg that is a way; before and after the leg, at its ends."""
    times_of, begun = TIMES * leg, times[TIMES * leg + START]
    after = max(min(at, times[times_of + END]) - begun, 0)
    way, count, begin = times[times_of + WAY], times[times_of + STRETCHES], places[PLACES * leg + BEGIN]
    return metre_on(lines, points, ways, way, count, begin, after)


@compiled
def position(last, times, places, ways, lines, points, entity, at):  # type: ignore[no-untyped-def]
    """(x, y) in metres of one entity at an instant."""
    return place_on(times, places, ways, lines, points, leg_at(last, times, entity, at), at)


@compiled
def positions(last, times, places, ways, lines, points, entities, instants):  # type: ignore[no-untyped-def]
    """float64[n, 2]: where each entity was at its own instant."""
    found = np.empty((len(entities), 2))
    for row in range(len(entities)):
        found[row, 0], found[row, 1] = position(last, times, places, ways, lines, points, entities[row], instants[row])
    return found


@compiled
def cut(last, times, places, ways, lines, points, entity, now):  # type: ignore[no-untyped-def]
    """End an entity's way at `now`; legs that it has not begun by then are nobody's."""
    leg = last[entity]
    while times[TIMES * leg + START] > now:
        times[TIMES * leg + OWNER] = NONE
        leg = times[TIMES * leg + PREVIOUS]
    last[entity] = leg
    if times[TIMES * leg + END] > now:
        x, y = place_on(times, places, ways, lines, points, leg, now)
        places[PLACES * leg + X1], places[PLACES * leg + Y1] = x, y
        times[TIMES * leg + END] = now
