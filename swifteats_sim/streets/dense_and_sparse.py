"""A map in two geos: where its streets are dense, and where they are sparse."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.cells import CellError, Cells, Cover, in_order, neighbours

LEAST_PATCH = 7
"""Cells: one and all around it."""


class Split(NamedTuple):
    """All occupied cells of a map. border : nodes per km2; smoothed cells with more began as dense."""

    dense: Cells
    sparse: Cells
    border: float


def dense_and_sparse(cover: Cover, least_patch: int = LEAST_PATCH) -> Split:
    """Split the occupied cells of a map by the density of its nodes.

    1. A cell's density is the mean of its own and its neighbours', of which empty ones count as none.
    2. Cells are dense above the border that leaves least variance within the two kinds (Otsu 1979). Each node counts
       once: of a city with woods around, the centre and the suburbs are told apart, not the city and the woods.
    3. Dense patches of less than `least_patch` cells become sparse; then so small sparse ones beside dense ones, dense.

    CellError where that leaves cells of one kind alone: then a user must name the cells of his geos.
    """
    around = {cell: neighbours(cell) for cell in cover.occupied.tolist()}
    smooth = _smoothed(cover, around)
    border = _border(smooth, cover.counts)
    dense = {cell for cell, density in zip(around, smooth.tolist(), strict=True) if density > border}
    for patch in _patches([cell for cell in around if cell in dense], around):
        if len(patch) < least_patch:
            dense.difference_update(patch)
    for patch in _patches([cell for cell in around if cell not in dense], around):
        if len(patch) < least_patch and any(near in dense for cell in patch for near in around[cell]):
            dense.update(patch)
    if len(dense) in (0, len(around)):
        raise CellError(f"the {len(around)} cells of {cover.streets.name} are of one density: name those of each geo")
    return Split(in_order(dense), in_order(cell for cell in around if cell not in dense), border)


def _smoothed(cover: Cover, around: dict[int, list[int]]) -> NDArray[np.float64]:
    """float64[occupied], nodes per km2."""
    density = dict(zip(around, cover.density.tolist(), strict=True))
    means = [np.mean([density.get(each, 0.0) for each in (cell, *near)]) for cell, near in around.items()]
    return np.array(means)


def _border(densities: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """The greatest of the lower ones, where the means of both kinds lie farthest apart for how many nodes they have."""
    by_density = np.argsort(densities, kind="stable")
    rising = densities[by_density]
    nodes, sums = np.cumsum(counts[by_density]), np.cumsum(rising * counts[by_density])
    lower, upper = nodes[:-1], nodes[-1] - nodes[:-1]
    apart = lower * upper * ((sums[-1] - sums[:-1]) / upper - sums[:-1] / lower) ** 2
    return float(rising[np.argmax(apart)]) if len(apart) else float(rising[0])


def _patches(cells: list[int], around: dict[int, list[int]]) -> list[list[int]]:
    """Cells that hang together, side by side."""
    left, found = dict.fromkeys(cells), []
    while left:
        patch = [left.popitem()[0]]
        for cell in patch:
            reached = [near for near in around[cell] if near in left]
            patch += reached
            for near in reached:
                del left[near]
        found.append(patch)
    return found
