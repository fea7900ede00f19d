"""Where things are: geos with their travel, restaurants and drivers' shifts, declared or from a recorded day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.travel import Points, StraightLine, Travel
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario.city import Geo
from swifteats_sim.scenario.traces import Trace

_GAP = 10_000.0
"""Metres between the squares of two geos on the plane."""


@dataclass(frozen=True)
class Area:
    """One geo on the plane.

    x, side : left edge and side of the square in metres (side 0 for a recorded day: no edge is known).
    restaurants, drivers : ranges of numbers.
    """

    index: int
    name: str
    kind: str
    travel: Travel
    x: float
    side: float
    restaurants: range
    drivers: range

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in the geo."""
        return not self.side or (self.x <= x <= self.x + self.side and 0.0 <= y <= self.side)


@dataclass(frozen=True)
class Places:
    """Everything that has a place at the start.

    restaurants : float64[m, 2]; homes : float64[k, 2], where drivers log on, metres; on, off : int64[k], ns.
    """

    areas: tuple[Area, ...]
    restaurants: Points
    homes: Points
    on: NDArray[np.int64]
    off: NDArray[np.int64]


def declared_places(geos: dict[str, Geo], end: int, streams: Streams) -> Places:
    """Squares beside each other, restaurants and drivers spread evenly over each.

    end : ns, when drivers without declared shifts leave.
    Geos go by name, not by their order in the file; draws are addressed by geo, so that one more driver moves nobody.
    """
    areas, shifts = list[Area](), list[tuple[int, int]]()
    restaurants, homes = list[Points](), list[Points]()
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
            index, name, geo.kind, StraightLine(geo.speed, geo.detour), x, side,
            _following(areas, "restaurants", geo.restaurants), _following(areas, "drivers", drivers),
        )  # fmt: skip
        areas.append(area)
        restaurants.append(_spread(area, geo.restaurants, streams, "restaurant"))
        homes.append(_spread(area, drivers, streams, "driver"))
        x += side + _GAP
    on_off = np.array(shifts, dtype=np.int64).reshape(-1, 2)
    on, off = on_off[:, 0], on_off[:, 1]
    return Places(tuple(areas), np.concatenate(restaurants), np.concatenate(homes), on, off)


def recorded_places(name: str, geo: Geo, trace: Trace) -> Places:
    """The restaurants and shifts of a recorded day, in one geo."""
    speed = trace.speed or geo.speed
    # a trace that states a speed states it along the straight line
    detour = 1.0 if trace.speed else geo.detour
    restaurants, drivers = range(len(trace.restaurants)), range(len(trace.on))
    area = Area(0, name, geo.kind, StraightLine(speed, detour), 0.0, 0.0, restaurants, drivers)
    return Places((area,), trace.restaurants, trace.start, trace.on, trace.off)


def _following(areas: list[Area], what: str, count: int) -> range:
    first = getattr(areas[-1], what).stop if areas else 0
    return range(first, first + count)


def _spread(area: Area, count: int, streams: Streams, what: str) -> Points:
    stream = streams(f"place.{what}.{area.name}")
    x, y = (stream.uniforms(count, axis) * area.side for axis in (0, 1))
    return np.stack([area.x + x, y], axis=1)
