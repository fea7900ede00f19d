"""Where things are: geos with their ground and travel, restaurants and drivers' shifts, declared or recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.ground import Ground
from swifteats_sim.city.laying_out import Grow, Layout
from swifteats_sim.city.onto_streets import Day
from swifteats_sim.city.spots import Spot, Spread
from swifteats_sim.city.travel import StraightLine, Travel
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.ways import Lines
from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.traces import Trace


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

    homes : of drivers, where they log on; on, off : int64[drivers], ns. lines : that drivers move along, where there
    are streets; standing : int64[drivers], the line at whose end each stands at the start, NONE where there is none.
    """

    areas: tuple[Area, ...]
    restaurants: Spread
    homes: Spread
    on: NDArray[np.int64]
    off: NDArray[np.int64]
    lines: Lines
    standing: NDArray[np.int64]

    def restaurant(self, number: int) -> Spot:
        """Where a restaurant is."""
        return self.restaurants.spot(number)


def declared_places(city: City, end: int, streams: Streams, grow: Grow) -> Places:
    """Geos beside each other, restaurants and drivers spread evenly over each.

    end : ns, when drivers without declared shifts leave; grow : see Layout.
    Geos go by name, not by their order in the file; draws are addressed by geo, so that one more driver moves nobody.
    """
    layout = Layout(city)
    areas, shifts = list[Area](), list[tuple[int, int]]()
    restaurants, homes = list[Spread](), list[Spread]()
    for index, name in enumerate(sorted(city.geos)):
        geo, ground = city.geos[name], layout.grounds[name]
        waves = [(wave.drivers, wave.on, wave.off) for wave in geo.shifts] or [(geo.drivers or 0, 0, end)]
        drivers = sum(count for count, _, _ in waves)
        shifts += [(on, off) for count, on, off in waves for _ in range(count)]
        restaurants.append(layout.restaurants(name, streams))
        homes.append(ground.spread(drivers, streams(f"place.driver.{name}")))
        areas.append(Area(
            index, name, geo.kind, layout.travel(name, restaurants[-1], grow), ground,
            _following(areas, "restaurants", len(restaurants[-1].nodes)), _following(areas, "drivers", drivers),
        ))  # fmt: skip
    on_off = np.array(shifts, dtype=np.int64).reshape(-1, 2)
    standing = np.concatenate([layout.standing(area.name, home) for area, home in zip(areas, homes, strict=True)])
    return Places(
        tuple(areas), _all(restaurants), _all(homes), on_off[:, 0], on_off[:, 1], layout.lines, standing
    )  # fmt: skip


def recorded_places(city: City, trace: Trace, grow: Grow) -> tuple[Places, Day]:
    """The restaurants and shifts of a recorded day, in one geo; and where it took place.

    On a map everything is moved to the nearest node of its streets. ScenarioError where one is too far.
    """
    ((name, geo),), layout = city.geos.items(), Layout(city)
    day = layout.recorded(trace)
    if name in layout.sites:
        travel = layout.travel(name, day.restaurants, grow)
    else:  # a trace that states a speed states it along the straight line
        travel = StraightLine(trace.speed or geo.speed, 1.0 if trace.speed else geo.detour)
    area = Area(
        0, name, geo.kind, travel, layout.grounds[name], range(len(trace.restaurants)), range(len(trace.on))
    )  # fmt: skip
    standing = layout.standing(name, day.homes)
    places = Places((area,), day.restaurants, day.homes, trace.on, trace.off, layout.lines, standing)
    return places, day


def _following(areas: list[Area], what: str, count: int) -> range:
    first = getattr(areas[-1], what).stop if areas else 0
    return range(first, first + count)


def _all(spreads: list[Spread]) -> Spread:
    return Spread(*(np.concatenate(columns) for columns in zip(*spreads, strict=True)))
