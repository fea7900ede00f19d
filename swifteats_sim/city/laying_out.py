"""The grounds of all geos beside each other on one plane, with the streets that lie on them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.ground import Ground, Recorded, Square
from swifteats_sim.city.onto_streets import Day, as_recorded, onto_streets
from swifteats_sim.city.sites import Site, lines_of, map_of, nodes_by_geo, traffic_of
from swifteats_sim.city.spots import Spread
from swifteats_sim.city.street_ground import Streets
from swifteats_sim.city.street_travel import AlongStreets
from swifteats_sim.city.travel import StraightLine, Travel
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.tracks import NONE
from swifteats_sim.engine.ways import Lines
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.streets import GRID, STRAIGHT
from swifteats_sim.scenario.traces import Trace
from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.trees import Trees

Grow = Callable[[StreetMap, Congestion, NDArray[np.int32]], Trees]
"""Grows the trees of these nodes, or finds them where they were grown before."""
FIXED = Streams(seed=0, replication=0)
"""A real city's restaurants stand where they stand, whatever the seed: so their trees are grown once."""
_GAP = 10_000.0
"""Metres between two grounds."""


class Layout:
    """Where each geo lies. grounds : by geo; sites : of those that have a map; congestion : of all streets."""

    def __init__(self, city: City) -> None:
        """Squares and maps from west to east, in the order of the geos' names. ScenarioError for a map that is none."""
        self._city, self.congestion = city, traffic_of(city)
        self.grounds, self.sites = dict[str, Ground](), dict[str, Site]()
        self._x, self._arcs = 0.0, 0
        for name in sorted(city.geos):
            if city.map_of(name) == STRAIGHT:
                self._lay_square(name)
            elif name not in self.grounds:
                self._lay_map(name)
        self.lines: Lines = lines_of(list(dict.fromkeys(self.sites.values())), self.congestion)

    def _lay_square(self, name: str) -> None:
        area = self._city.geos[name].area
        if area is None:
            self.grounds[name] = Recorded()
            return
        side = math.sqrt(area) * 1000.0
        self.grounds[name] = Square(self._x, side)
        self._x += side + _GAP

    def _lay_map(self, name: str) -> None:
        """With all geos that lie on the same map; each has a grid of its own."""
        city = self._city
        together = [each for each in sorted(city.geos) if city.map_of(each) == city.map_of(name)]
        geos = [name] if city.map_of(name) == GRID else together
        streets = map_of(city, name)
        west, east = streets.places[:, 0].min(), streets.places[:, 0].max()
        site = Site(streets, float(self._x - west), self._arcs)
        for geo, nodes in nodes_by_geo(city, geos, streets).items():
            self.grounds[geo], self.sites[geo] = Streets(site, nodes), site
        self._x += float(east - west) + _GAP
        self._arcs += streets.arcs

    def restaurants(self, name: str, streams: Streams) -> Spread:
        """Where a geo's are."""
        count = self._city.geos[name].restaurants
        assert count is not None
        return self.grounds[name].spread(count, (FIXED if name in self.sites else streams)(f"place.restaurant.{name}"))

    def recorded(self, trace: Trace) -> Day:
        """A recorded day, in the only geo."""
        (name,) = self.grounds
        site = self.sites.get(name)
        return as_recorded(trace) if site is None else onto_streets(trace, site, self._city.snap)

    def travel(self, name: str, restaurants: Spread, grow: Grow) -> Travel:
        """How one gets to these and from them."""
        geo, site = self._city.geos[name], self.sites.get(name)
        if site is None:
            return StraightLine(geo.speed, geo.detour)
        trees = grow(site.streets, self.congestion, restaurants.nodes)
        return AlongStreets(site, self.congestion, trees, self._city.starts)

    def standing(self, name: str, homes: Spread) -> NDArray[np.int64]:
        """int64[drivers]: a line that ends where each is; NONE where there are no streets."""
        site = self.sites.get(name)
        return np.full(len(homes.nodes), NONE, dtype=np.int64) if site is None else site.ends[homes.nodes]
