"""From ways to a network: arcs between each two points that follow each other, and what of them hangs together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.components import largest
from swifteats_sim.streets.ways import MISSING, Ways

SHORTEST = 0.01
"""Metres of an arc at least: coordinates are given to a centimetre."""
DRAWN_WELL = 1.01
"""A length that the source gives counts where it is longer than the drawn line by more than this."""


@dataclass(frozen=True, eq=False)
class Network:
    """Arcs that are one straight line each.

    degrees : float64[nodes, 2]. tail, head : int64[arcs]. length : float64[arcs], m. speed : float64[arcs], m/s.
    road : int8[arcs]. tagged : bool[arcs].
    """

    degrees: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length: NDArray[np.float64]
    speed: NDArray[np.float64]
    road: NDArray[np.int8]
    tagged: NDArray[np.bool_]

    def among(self, nodes: NDArray[np.bool_]) -> Network:
        """What is left with these nodes, bool[nodes]."""
        kept = nodes[self.tail] & nodes[self.head]
        number = np.cumsum(nodes) - 1
        return Network(
            self.degrees[nodes], number[self.tail[kept]], number[self.head[kept]], self.length[kept],
            self.speed[kept], self.road[kept], self.tagged[kept],
        )  # fmt: skip


def laid_out(ways: Ways) -> Network:
    """The arcs of these ways, one direction after the other; those from a point to itself are left out."""
    way = np.repeat(np.arange(len(ways.road)), np.diff(ways.begin))
    near, far, of = ways.points[:-1], ways.points[1:], way[:-1]
    real = (way[1:] == of) & (near != MISSING) & (far != MISSING) & (near != far)
    near, far, of = near[real], far[real], of[real]
    length = _lengths(ways, near, far, of)
    ahead, back = ways.forward[of] > 0, ways.backward[of] > 0

    arc_of = np.concatenate((of[ahead], of[back]))
    return Network(
        ways.degrees, np.concatenate((near[ahead], far[back])), np.concatenate((far[ahead], near[back])),
        np.concatenate((length[ahead], length[back])),
        np.concatenate((ways.forward[of[ahead]], ways.backward[of[back]])), ways.road[arc_of], ways.tagged[arc_of],
    )  # fmt: skip


def connected(network: Network) -> tuple[Network, int]:
    """The largest part in which every node reaches each other one, and how many parts there were with streets."""
    used = np.zeros(len(network.degrees), np.bool_)
    used[network.tail] = used[network.head] = True
    network = network.among(used)
    if not len(network.degrees):
        return network, 0
    inside, count = largest(network.tail, network.head, len(network.degrees))
    return network.among(inside), count


def _lengths(ways: Ways, near: NDArray[np.int64], far: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Geodesics on WGS 84, m; longer in proportion where the source says so of the way."""
    from pyproj import Geod

    _, _, drawn = Geod(ellps="WGS84").inv(*ways.degrees[near].T, *ways.degrees[far].T)
    length = np.maximum(drawn, SHORTEST)
    whole = np.bincount(of, length, minlength=len(ways.road))
    longer = ways.length > DRAWN_WELL * whole  # false where none is given
    factor = np.ones(len(whole))
    factor[longer] = ways.length[longer] / whole[longer]
    stretched: NDArray[np.float64] = length * factor[of]
    return stretched
