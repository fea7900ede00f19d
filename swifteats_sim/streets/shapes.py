"""Where on a street one is who has come so many metres along it."""

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


@compiled
def place_on_arc(begin, shape, along, arc, metre):  # type: ignore[no-untyped-def]  # numba infers float64
    """(x, y) so many metres along an arc's shape: its ends exactly, and at one of them where the metres are too many.

    begin, shape : see StreetMap; along : see metres_along.
    """
    low, high = begin[arc], begin[arc + 1] - 1
    if metre <= 0.0:
        return shape[low, 0], shape[low, 1]
    if metre >= along[high]:
        return shape[high, 0], shape[high, 1]
    while high - low > 1:
        middle = (low + high) // 2
        if along[middle] <= metre:
            low = middle
        else:
            high = middle
    share = (metre - along[low]) / (along[high] - along[low])
    x, y = shape[low, 0], shape[low, 1]
    return x + (shape[high, 0] - x) * share, y + (shape[high, 1] - y) * share


@compiled
def _measure(begin, shape, along):  # type: ignore[no-untyped-def]
    """Arc by arc, so that a sum never depends on the arcs before."""
    for arc in range(len(begin) - 1):
        for point in range(begin[arc] + 1, begin[arc + 1]):
            east, north = shape[point, 0] - shape[point - 1, 0], shape[point, 1] - shape[point - 1, 1]
            along[point] = along[point - 1] + np.sqrt(east * east + north * north)
