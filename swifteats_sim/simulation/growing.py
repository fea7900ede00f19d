"""The trees of a city's restaurants: read where a run before has grown them, grown where none has."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.onto_streets import Moved
from swifteats_sim.city.street_ground import Streets
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.streets import STRAIGHT
from swifteats_sim.simulation.town import build_town
from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.tree_cache import TreeCache, default_folder
from swifteats_sim.streets.trees import Trees, grow_trees

Growing = Callable[[str, int, int], None]
"""Told (map, grown, to be grown)."""


@dataclass(frozen=True)
class Grown:
    """The trees of a geo's restaurants. area : of the geo, km2; map : its name; grown : of those trees, now."""

    geo: str
    area: float
    map: str
    trees: int
    grown: int
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Ready:
    """What a scenario's streets took. trees : by geo; moved : what of a recorded day lies on streets now."""

    trees: tuple[Grown, ...] = ()
    moved: tuple[Moved, ...] = ()


NO_STREETS = Ready()
"""There was nothing to be made ready."""


def grow(
    streets: StreetMap,
    congestion: Congestion,
    roots: NDArray[np.int32],
    workers: int = 1,
    told: Growing = lambda streets, grown, of: None,
) -> Trees:
    """The trees of these nodes, from the user's cache where it has them; by this process alone, unless told."""
    cache, name = TreeCache(default_folder(os.environ)), streets.name
    return grow_trees(streets, congestion, roots, cache, workers, lambda done, of: told(name, done, of))


def make_ready(scenario: Scenario, workers: int, told: Growing) -> Ready:
    """Grow the trees that a scenario's replications will read."""
    city, found = scenario.city, list[tuple[str, Trees, int]]()
    if city is None or all(city.map_of(geo) == STRAIGHT for geo in city.geos):
        return NO_STREETS

    def growing(streets: StreetMap, congestion: Congestion, roots: NDArray[np.int32]) -> Trees:
        trees = grow(streets, congestion, roots, workers, told)
        found.append((streets.name, trees, 2 * congestion.slots * len(np.unique(roots))))
        return trees

    town = build_town(scenario, Streams(scenario.seed, 0), growing)
    geos = [(area.name, area.ground) for area in town.places.areas if isinstance(area.ground, Streets)]
    grown = tuple(
        Grown(geo, ground.area, name, count, trees.grown, trees.notices)
        for (geo, ground), (name, trees, count) in zip(geos, found, strict=True)
    )
    return Ready(grown, town.moved)
