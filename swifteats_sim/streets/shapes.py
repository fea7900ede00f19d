"""How far along its street each point of a map is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.streets.street_map import StreetMap


def metres_along(streets: StreetMap) -> NDArray[np.float64]:
    """float64[points]: how far each point of `shape` is along its own arc; 0 for the first of each.

    The last of an arc is the length of its shape, which may differ a little from the arc's `length`.
    """
    along = np.zeros(len(streets.shape))
    _measure(streets.begin, streets.shape, along)
    return along


def drawn(streets: StreetMap, east: float = 0.0) -> NDArray[np.float64]:
    """float64[POINT * points]: all arcs as lines, see engine.ways, moved so many metres east."""
    moved = streets.shape + np.array([east, 0.0])
    return np.column_stack([moved, metres_along(streets)]).reshape(-1)


@compiled
def _measure(begin, shape, along):  # type: ignore[no-untyped-def]
    """Arc by arc, so that a sum never depends on the arcs before."""
    for arc in range(len(begin) - 1):
        for point in range(begin[arc] + 1, begin[arc + 1]):
            east, north = shape[point, 0] - shape[point - 1, 0], shape[point, 1] - shape[point - 1, 1]
            along[point] = along[point - 1] + np.sqrt(east * east + north * north)
