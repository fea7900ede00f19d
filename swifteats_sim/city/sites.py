"""Street maps on the plane of a run: one beside the other, each once, whatever geos lie on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.spots import Points, Spread
from swifteats_sim.engine.ways import Lines
from swifteats_sim.scenario.city import City, Geo
from swifteats_sim.scenario.errors import ScenarioError, unknown_name
from swifteats_sim.scenario.streets import GRID, STRAIGHT, is_file
from swifteats_sim.streets.arriving import arriving
from swifteats_sim.streets.bundled import bundled_maps, find_map
from swifteats_sim.streets.cells import CellError, Cells, Cover
from swifteats_sim.streets.congestion import Congestion, congestion_of
from swifteats_sim.streets.dense_and_sparse import dense_and_sparse
from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.grid import grid_map
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.shapes import drawn, metres_along
from swifteats_sim.streets.street_map import ROADS, StreetMap

ROUNDING = 1.001
"""Times are whole ms: on the shortest arcs somebody may be so much faster than the map says."""


@dataclass(frozen=True, eq=False)
class Site:
    """A street map on the plane of a run. east : metres that it is moved; first : the line that its first arc is."""

    streets: StreetMap
    east: float
    first: int

    @cached_property
    def places(self) -> Points:
        """float64[nodes, 2], metres on the run's plane."""
        places: Points = self.streets.places + np.array([self.east, 0.0])
        return places

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """int64[nodes]: a line that ends in each."""
        found = arriving(self.streets)
        return self.first + found.arcs[found.begin[:-1]].astype(np.int64)

    def spots(self, nodes: NDArray[np.int32]) -> Spread:
        """Nodes as places of the run."""
        return Spread(self.places[nodes], nodes)


def map_of(city: City, geo: str) -> StreetMap:
    """The streets that a geo lies on. ScenarioError where there is no such map, or it is none."""
    name, key = city.map_of(geo), f"city.geos.{geo}.map" if city.geos[geo].map else "city.map"
    if name == GRID:
        return _grid(city.geos[geo], f"city.geos.{geo}.area")
    known = (*bundled_maps(), GRID, STRAIGHT)
    if name not in known and not is_file(name):
        raise ScenarioError.of(name[:80], unknown_name("map", name, known), key=key)
    try:
        return read_map(find_map(name))
    except MapError as wrong:
        raise ScenarioError.of(name, ": ".join(part for part in (wrong.key, wrong.message) if part), key=key) from None


def _grid(geo: Geo, key: str) -> StreetMap:
    assert geo.area is not None
    try:
        return grid_map(geo.kind, geo.area)
    except ValueError as wrong:
        raise ScenarioError.of(GRID, str(wrong), key=key) from None


def nodes_by_geo(city: City, geos: Sequence[str], streets: StreetMap) -> Mapping[str, NDArray[np.int32]]:
    """The nodes of each of the geos that lie on one map. ScenarioError for cells that they cannot have."""
    if all(city.cells_of(geo) == "all" for geo in geos):
        return {geo: np.arange(streets.nodes, dtype=np.int32) for geo in geos}
    cover = Cover(streets)
    cells = [_cells_of(city, geo, cover) for geo in geos]
    try:
        found = cover.geo_of_node(cells)
    except CellError as wrong:
        raise ScenarioError.of(streets.name, f"{wrong}: {' and '.join(geos)}", key="city.geos") from None
    return {geo: np.flatnonzero(found == number).astype(np.int32) for number, geo in enumerate(geos)}


def _cells_of(city: City, geo: str, cover: Cover) -> Cells:
    """The cells of one geo, which hold some node. ScenarioError for those that it cannot have."""
    wanted, key = city.cells_of(geo), f"city.geos.{geo}.cells"
    if wanted == "all":
        return cover.occupied
    try:
        if not isinstance(wanted, tuple):
            split = dense_and_sparse(cover)
            return split.dense if wanted == "dense" else split.sparse
        cells = cover.cells_named(wanted)
    except CellError as wrong:
        raise ScenarioError.of(cover.streets.name, str(wrong), key=key) from None
    if not np.isin(cells, cover.occupied).any():
        raise ScenarioError.of(cover.streets.name, f"no node of {cover.streets.name} lies in these cells", key=key)
    return cells


def traffic_of(city: City) -> Congestion:
    """By what each class of road is slower or faster in each hour."""
    rushes = city.congestion.values()
    return congestion_of({hour: {road: rush.of(road) for road in ROADS} for rush in rushes for hour in rush.hours})


def lines_of(sites: Sequence[Site], congestion: Congestion) -> Lines:
    """All arcs of all sites, in the order of their first lines."""
    begins, points, fastest = [np.zeros(1, dtype=np.int64)], list[NDArray[np.float64]](), 0.0
    for site in sites:
        streets, along = site.streets, metres_along(site.streets)
        begins.append(streets.begin[1:].astype(np.int64) + begins[-1][-1])
        points.append(drawn(streets, site.east))
        least = congestion.all_ms(streets).min(axis=0)
        fastest = max(fastest, float((along[streets.begin[1:] - 1] / least).max()) * ROUNDING)
    return Lines(np.concatenate(begins), np.concatenate(points) if points else np.zeros(0), fastest / 1e6)
