"""A city that is nowhere: a grid of streets with arterials, for places without data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.limits import KMH
from swifteats_sim.streets.plane import Plane
from swifteats_sim.streets.street_map import ROADS, StreetMap

M2 = 1e6
"""Square metres of a square kilometre."""
CENTRE = Plane(0.0, 0.0)
MOST_NODES = 1_000_000


class Density(StrEnum):
    """Of a city's streets."""

    DENSE = "dense"
    SPARSE = "sparse"


@dataclass(frozen=True)
class Grid:
    """Streets at right angles.

    block : m between two streets. every : each such street is an arterial. street, arterial : m/s.
    """

    block: float
    every: int
    street: float
    arterial: float


GRIDS = {
    Density.DENSE: Grid(block=200, every=5, street=18 * KMH, arterial=27 * KMH),
    Density.SPARSE: Grid(block=300, every=5, street=26 * KMH, arterial=39 * KMH),
}
"""Trips of some kilometres are as fast as the peak hour has them: 25 and 35 km/h (ours, after A52)."""


def grid_map(kind: Density | str, area_km2: float) -> StreetMap:
    """A square of about this many km2, the same each time; its centre lies at 0, 0, in no one's country.

    Errors: ValueError for an area with fewer than 2 x 2 crossings, or more than MOST_NODES.
    """
    grid = GRIDS[Density(kind)]
    if not 0 < area_km2 < MOST_NODES * grid.block**2 / M2:
        raise ValueError(f"area {area_km2} km2: must be above 0 and below {MOST_NODES * grid.block**2 / M2:.0f} km2")
    side = max(2, round(math.sqrt(area_km2 * M2) / grid.block) + 1)
    tail, head = _arcs(side)
    across = np.abs(tail - head) == 1
    street = np.where(across, tail // side, tail % side)
    arterial = (street - side // 2) % grid.every == 0
    places = _places(side, grid.block)
    shape = np.stack((places[tail], places[head]), axis=1).reshape(-1, 2)
    road = np.where(arterial, ROADS.index("secondary"), ROADS.index("residential")).astype(np.int8)
    return StreetMap(
        f"grid-{Density(kind)}", CENTRE.degrees(places), places, tail, head, np.full(len(tail), float(grid.block)),
        np.where(arterial, grid.arterial, grid.street), road, np.arange(0, 2 * len(tail) + 1, 2, dtype=np.int32), shape,
        {
            "attribution": "", "source": "synthetic: a grid", "kind": str(Density(kind)), "area": f"{area_km2:g} km2",
            "block": f"{grid.block:g} m", "arterial": f"every {grid.every} streets",
        },
    )  # fmt: skip


def _places(side: int, block: float) -> NDArray[np.float64]:
    steps = (np.arange(side) - (side - 1) / 2) * block
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)


def _arcs(side: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Both ways between neighbours, sorted."""
    node = np.arange(side * side, dtype=np.int32).reshape(side, side)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    one = np.concatenate([near.reshape(-1) for near, _ in pairs])
    other = np.concatenate([far.reshape(-1) for _, far in pairs])
    tail, head = np.concatenate((one, other)), np.concatenate((other, one))
    order = np.lexsort((head, tail))
    return tail[order], head[order]
