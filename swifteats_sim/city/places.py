"""Where things are: geos with their ground and travel, restaurants and drivers' shifts, declared or recorded."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.ground import Ground, Plane, Spread, Square, off_street
from swifteats_sim.city.spots import Spot
from swifteats_sim.city.travel import StraightLine, Travel
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario.city import Geo
from swifteats_sim.scenario.traces import Trace

_GAP = 10_000.0
"""Metres between the grounds of two geos on the plane."""


@dataclass(frozen=True)
class Area:
    """One geo on the plane. restaurants, drivers : ranges of numbers."""

    index: int
    name: str
    kind: str
    travel: Travel
    ground: Ground
    restaurants: range
    drivers: range


@dataclass(frozen=True)
class Places:
    """Everything that has a place at the start.

    homes : of drivers, where they log on; on, off : int64[drivers], ns.
    """

    areas: tuple[Area, ...]
    restaurants: Spread
    homes: Spread
    on: NDArray[np.int64]
    off: NDArray[np.int64]

    def restaurant(self, number: int) -> Spot:
        """Where a restaurant is."""
        return self.restaurants.spot(number)


def declared_places(geos: dict[str, Geo], end: int, streams: Streams) -> Places:
    """Squares beside each other, restaurants and drivers spread evenly over each.

    end : ns, when drivers without declared shifts leave.
    Geos go by name, not by their order in the file; draws are addressed by geo, so that one more driver moves nobody.
    """
    areas, shifts = list[Area](), list[tuple[int, int]]()
    restaurants, homes = list[Spread](), list[Spread]()
    x = 0.0
    for index, name in enumerate(sorted(geos)):
        geo = geos[name]
        assert geo.area is not None
        assert geo.restaurants is not None
        side = math.sqrt(geo.area) * 1000.0
        waves = [(wave.drivers, wave.on, wave.off) for wave in geo.shifts] or [(geo.drivers or 0, 0, end)]
        drivers = sum(count for count, _, _ in waves)
        shifts += [(on, off) for count, on, off in waves for _ in range(count)]
        area = Area(
            index, name, geo.kind, StraightLine(geo.speed, geo.detour), Square(x, side),
            _following(areas, "restaurants", geo.restaurants), _following(areas, "drivers", drivers),
        )  # fmt: skip
        areas.append(area)
        restaurants.append(area.ground.spread(geo.restaurants, streams(f"place.restaurant.{name}")))
        homes.append(area.ground.spread(drivers, streams(f"place.driver.{name}")))
        x += side + _GAP
    on_off = np.array(shifts, dtype=np.int64).reshape(-1, 2)
    on, off = on_off[:, 0], on_off[:, 1]
    return Places(tuple(areas), _all(restaurants), _all(homes), on, off)


def recorded_places(name: str, geo: Geo, trace: Trace) -> Places:
    """The restaurants and shifts of a recorded day, in one geo."""
    speed = trace.speed or geo.speed
    # a trace that states a speed states it along the straight line
    detour = 1.0 if trace.speed else geo.detour
    restaurants, drivers = range(len(trace.restaurants)), range(len(trace.on))
    area = Area(0, name, geo.kind, StraightLine(speed, detour), Plane(), restaurants, drivers)
    return Places((area,), off_street(trace.restaurants), off_street(trace.start), trace.on, trace.off)


def _following(areas: list[Area], what: str, count: int) -> range:
    first = getattr(areas[-1], what).stop if areas else 0
    return range(first, first + count)


def _all(spreads: list[Spread]) -> Spread:
    return Spread(*(np.concatenate(columns) for columns in zip(*spreads, strict=True)))
