"""A recorded day moved onto the streets of its own city."""

from __future__ import annotations

from swifteats_sim.city.sites import Site
from swifteats_sim.city.spots import Points, Spread
from swifteats_sim.scenario.errors import ScenarioError
from swifteats_sim.scenario.rappi import unprojected
from swifteats_sim.scenario.traces import Trace
from swifteats_sim.streets.snapping import OffTheMap, Snapper


def snapped(trace: Trace, site: Site, limit: float) -> tuple[Spread, Spread, Spread]:
    """Restaurants, log-ons and doors at the nearest nodes. limit : the farthest that one may be from its place, m.

    ScenarioError names the first that is farther, and a trace that has no coordinates on Earth.
    """
    if trace.origin is None:
        raise ScenarioError.of(str(trace.path), "has no coordinates on Earth: leave the map out")
    plane, snapper = site.streets.plane, Snapper(site.streets, limit)

    def moved(kind: str, metres: Points) -> Spread:
        latitude, longitude = unprojected(metres, trace.origin or (0.0, 0.0)).T
        return site.spots(snapper.snap(kind, plane.project(longitude, latitude)).nodes)

    try:
        return moved("restaurant", trace.restaurants), moved("driver", trace.start), moved("order", trace.customer)
    except OffTheMap as far:
        raise ScenarioError.of(str(trace.path), f"{far}; see city.snap") from None
