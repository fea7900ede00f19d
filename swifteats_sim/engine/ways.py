"""The way that an entity takes along lines of many points: which line it is on at an instant, and where on it.

lines : int64[lines + 1], where the points of each begin in `points`; points : float64[3 * points], see X .. ALONG.
ways : int64[2 * stretches], see LINE and PASSED; a way is some stretches, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled

X, Y, ALONG, POINT = range(4)
"""Numbers of a point, m: its place, and how far along its line it is; and how many it has."""
LINE, PASSED, STRETCH = range(3)
"""Words of a stretch: its line, and how long after the departure its end is reached (ns); and how many it has."""


@dataclass(frozen=True, eq=False)
class Lines:
    """All lines that ways may lead along. Arrays: see above; fastest : the greatest speed of any, m/ns."""

    lines: NDArray[np.int64]
    points: NDArray[np.float64]
    fastest: float


def no_lines() -> Lines:
    """None: everybody moves in straight lines."""
    return Lines(np.zeros(1, dtype=np.int64), np.zeros(0), 0.0)


@compiled
def length_of(lines, points, line):  # type: ignore[no-untyped-def]
    """Metres from the first to the last point of a line."""
    return points[POINT * (lines[line + 1] - 1) + ALONG]


@compiled
def point_on(lines, points, line, metre):  # type: ignore[no-untyped-def]
    """(x, y) so many metres along a line; its ends exactly."""
    low, high = lines[line], lines[line + 1] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if points[POINT * middle + ALONG] <= metre:
            low = middle
        else:
            high = middle
    here, there = POINT * low, POINT * high
    apart = points[there + ALONG] - points[here + ALONG]
    share = (metre - points[here + ALONG]) / apart if apart > 0.0 else 1.0
    if share >= 1.0:
        return points[there + X], points[there + Y]
    share = max(share, 0.0)
    x, y = points[here + X], points[here + Y]
    return x + (points[there + X] - x) * share, y + (points[there + Y] - y) * share


@compiled
def stretch_at(ways, first, count, after):  # type: ignore[no-untyped-def]
    """The stretch of a way that an entity is on so long (ns) after its departure."""
    low, high = first, first + count - 1
    while low < high:
        middle = (low + high) // 2
        if ways[STRETCH * middle + PASSED] > after:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def metre_on(lines, points, ways, first, count, begin, after):  # type: ignore[no-untyped-def]
    """(line, metres along it) of an entity so long after its departure, `begin` metres along its first line."""
    stretch = stretch_at(ways, first, count, after)
    line, entered = ways[STRETCH * stretch + LINE], 0
    if stretch > first:
        entered, begin = ways[STRETCH * (stretch - 1) + PASSED], 0.0
    share = (after - entered) / max(ways[STRETCH * stretch + PASSED] - entered, 1)
    return line, begin + (length_of(lines, points, line) - begin) * min(share, 1.0)
