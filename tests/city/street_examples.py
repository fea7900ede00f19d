"""A small town on a grid of streets, and drivers who move along them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.sites import Site, lines_of
from swifteats_sim.city.spots import Spot
from swifteats_sim.city.street_travel import AlongStreets
from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.city.whereabouts import Whereabouts
from swifteats_sim.streets.congestion import Congestion, congestion_of, free_flow
from swifteats_sim.streets.grid import grid_map
from swifteats_sim.streets.shapes import metres_along
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.tree_cache import TreeCache
from swifteats_sim.streets.trees import grow_trees

SECOND = 1_000_000_000
SLOW_AT_8 = congestion_of({8: dict.fromkeys(("secondary", "residential"), 0.5)})


def one_way(streets: StreetMap, tail: int, head: int) -> StreetMap:
    """The same without the arc that leads back."""
    keep = ~((streets.tail == head) & (streets.head == tail))
    points = np.repeat(keep, np.diff(streets.begin))
    begin = np.concatenate([[0], np.cumsum(np.diff(streets.begin)[keep])]).astype(np.int32)
    return StreetMap(
        streets.name, streets.degrees, streets.places, streets.tail[keep], streets.head[keep], streets.length[keep],
        streets.speed[keep], streets.road[keep], begin, streets.shape[points], streets.provenance,
    )  # fmt: skip


@dataclass
class Town:
    """Streets, each `every`-th node of which may be a restaurant; drivers stand at the first nodes. starts : h."""

    streets: StreetMap = field(default_factory=lambda: grid_map("dense", 1.0))
    congestion: Congestion = field(default_factory=free_flow)
    drivers: int = 1
    starts: int = 0
    east: float = 0.0
    every: int = 1

    def __post_init__(self) -> None:
        site = Site(self.streets, self.east, 0)
        nodes = np.arange(self.streets.nodes, dtype=np.int32)
        trees = grow_trees(self.streets, self.congestion, nodes[:: self.every], TreeCache(None))
        self.travel = AlongStreets(site, self.congestion, trees, self.starts * 3600 * SECOND)
        homes = nodes[: self.drivers]
        lines = lines_of([site], self.congestion)
        self.fleet = Whereabouts(Trajectories(site.places[homes], lines, site.ends[homes]))
        self.spots = [Spot(x, y, node) for node, (x, y) in enumerate(site.places.tolist())]

    @property
    def legs(self) -> Trajectories:
        return self.fleet.trajectories

    @cached_property
    def speeds(self) -> NDArray[np.float64]:
        """m/s of each arc on the plane, at its fastest."""
        along = metres_along(self.streets)[self.streets.begin[1:] - 1]
        fastest: NDArray[np.float64] = along / self.congestion.all_ms(self.streets).min(axis=0) * 1000.0
        return fastest
