"""A recorded day moved onto the streets of its own city."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swifteats_sim.city.sites import Site
from swifteats_sim.city.spots import Points, Spread, off_street
from swifteats_sim.scenario.errors import ScenarioError
from swifteats_sim.scenario.rappi import unprojected
from swifteats_sim.scenario.traces import Trace
from swifteats_sim.streets.snapping import OffTheMap, Snapper


class Moved(NamedTuple):
    """How far so many places of one kind were moved. median, farthest : metres."""

    kind: str
    places: int
    median: float
    farthest: float


class Day(NamedTuple):
    """Where a recorded day took place; homes : where drivers log on; doors : by order. moved : where it has streets."""

    restaurants: Spread
    homes: Spread
    doors: Spread
    moved: tuple[Moved, ...] = ()


def as_recorded(trace: Trace) -> Day:
    """On a plane without streets."""
    return Day(off_street(trace.restaurants), off_street(trace.start), off_street(trace.customer))


def onto_streets(trace: Trace, site: Site, limit: float) -> Day:
    """Everything at the nearest nodes. limit : the farthest that one may be from its place, m.

    ScenarioError names the first that is farther, and a trace that has no coordinates on Earth.
    """
    if trace.origin is None:
        raise ScenarioError.of(str(trace.path), "has no coordinates on Earth: leave the map out")
    snapper, origin, moved = Snapper(site.streets, limit), trace.origin, list[Moved]()

    def snapped(kind: str, metres: Points) -> Spread:
        latitude, longitude = unprojected(metres, origin).T
        nodes, far = snapper.snap(kind, site.streets.plane.project(longitude, latitude))
        if len(far):
            moved.append(Moved(kind, len(far), float(np.median(far)), float(far.max())))
        return site.spots(nodes)

    columns = (("restaurant", trace.restaurants), ("driver", trace.start), ("order", trace.customer))
    try:
        restaurants, homes, doors = (snapped(kind, metres) for kind, metres in columns)
    except OffTheMap as far:
        raise ScenarioError.of(str(trace.path), f"{far}; see city.snap") from None
    return Day(restaurants, homes, doors, tuple(moved))
