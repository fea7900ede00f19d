"""The h3 cells that lie over a map. A geo is a set of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.street_map import StreetMap

RESOLUTION = 8
"""Cells of about 0.7 km2, 1 km across: few enough to name, small enough to follow the edge of a town."""
NOWHERE = -1
"""The geo of a node that is in none."""
Cells = NDArray[np.uint64]
"""h3's numbers, in order, each once."""


class CellError(ValueError):
    """A cell that no geo of this map can have."""


@dataclass(frozen=True, eq=False)
class Cover:
    """A map and the cells that its nodes are in."""

    streets: StreetMap
    resolution: int = RESOLUTION

    @cached_property
    def of_node(self) -> Cells:
        """uint64[nodes], in order of nodes."""
        places = self.streets.degrees.tolist()
        return np.array([h3.latlng_to_cell(lat, lon, self.resolution) for lon, lat in places], dtype=np.uint64)

    @cached_property
    def occupied(self) -> Cells:
        """All cells with a node."""
        return np.unique(self.of_node)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """int64[occupied], nodes."""
        return np.unique(self.of_node, return_counts=True)[1]

    @cached_property
    def density(self) -> NDArray[np.float64]:
        """float64[occupied], nodes per km2: of crossings, which is what tells a town from the road to it.

        Metres of street would count a road of 10 km, whose two nodes lie in two cells, in these cells alone.
        """
        areas = np.array([h3.cell_area(cell, "km^2") for cell in self.occupied.tolist()])
        density: NDArray[np.float64] = self.counts / areas
        return density

    def geo_of_node(self, geos: Sequence[Cells]) -> NDArray[np.int32]:
        """int32[nodes]: the number of each node's geo, or NOWHERE.

        CellError for a cell that is in two of them, and for a geo without nodes.
        """
        found = np.full(self.streets.nodes, NOWHERE, dtype=np.int32)
        for number, cells in enumerate(geos):
            for earlier in geos[:number]:
                for shared in np.intersect1d(earlier, cells).tolist():
                    raise CellError(f"cell {h3.int_to_str(shared)} is in two geos")
            inside = np.isin(self.of_node, cells)
            if not inside.any():
                raise CellError(f"no node of {self.streets.name} is in the cells of geo {number}")
            found[inside] = number
        return found

    def cells_named(self, names: Iterable[str]) -> Cells:
        """The cells with these names, as h3 writes them.

        They may hold no node, like a lake or a park, but not lie beside the map. CellError names the first that is no
        cell, is of another resolution, stands twice, or lies outside.
        """
        found: set[int] = set()
        for name in names:
            cell = self._named(name)
            if cell in found:
                raise CellError(f"cell {name!r} stands twice")
            found.add(cell)
        return in_order(found)

    def _named(self, name: str) -> int:
        cell = h3.str_to_int(name) if _is_hexadecimal(name) else 0
        if not h3.is_valid_cell(cell):
            raise CellError(f"{name!r} is no h3 cell")
        if h3.get_resolution(cell) != self.resolution:
            raise CellError(f"cell {name!r} has resolution {h3.get_resolution(cell)}, not {self.resolution}")
        lat, lon = h3.cell_to_latlng(cell)
        (west, south), (east, north) = self.streets.degrees.min(axis=0), self.streets.degrees.max(axis=0)
        if not (west <= lon <= east and south <= lat <= north) and cell not in self.occupied.tolist():
            raise CellError(
                f"cell {name!r}, at longitude {lon:.3f} and latitude {lat:.3f}, lies outside {self.streets.name}:"
                f" longitude {west:.3f} .. {east:.3f}, latitude {south:.3f} .. {north:.3f}"
            )
        return cell


def in_order(cells: Iterable[int]) -> Cells:
    """Cells from numbers in any order."""
    return np.array(sorted(set(cells)), dtype=np.uint64)


def names_of(cells: Cells) -> tuple[str, ...]:
    """As h3 writes them."""
    return tuple(h3.int_to_str(cell) for cell in cells.tolist())


def area_of(cells: Cells) -> float:
    """km2 on the globe, cell by cell: they are not all of one size."""
    return float(sum(h3.cell_area(cell, "km^2") for cell in cells.tolist()))


def neighbours(cell: int) -> list[int]:
    """The cells (six; five at a pentagon) that share a side with one, in order."""
    return sorted(each for each in h3.grid_disk(cell, 1) if each != cell)


def widened(cells: Cells, rings: int) -> Cells:
    """With all cells that are so many steps away or less: whoever is in them is near the border, or inside."""
    return in_order(near for cell in cells.tolist() for near in h3.grid_disk(cell, rings))


def _is_hexadecimal(name: str) -> bool:
    return 0 < len(name) <= 16 and all(letter in "0123456789abcdefABCDEF" for letter in name)
