"""The arcs of a map by the node that they lead to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.street_map import StreetMap


class Arriving(NamedTuple):
    """The counterpart of `StreetMap.leaving`.

    begin : int32[nodes + 1]; arcs : int32[arcs], of which begin[n] .. begin[n + 1] - 1 lead to node n, by number.
    """

    begin: NDArray[np.int32]
    arcs: NDArray[np.int32]


def arriving(streets: StreetMap) -> Arriving:
    """Sort all arcs by their heads."""
    arcs = np.argsort(streets.head, kind="stable").astype(np.int32)
    begin = np.searchsorted(streets.head[arcs], np.arange(streets.nodes + 1)).astype(np.int32)
    return Arriving(begin, arcs)
