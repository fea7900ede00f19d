"""What every source of a map is read into: points, and the ways for cars that lead along them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.errors import MapError
from swifteats_sim.streets.roads import Rules

Tell = Callable[[str], None]
"""Is told what is being done, for whoever waits."""
Box = tuple[float, float, float, float]
"""West, south, east, north, degrees."""
MISSING = -1


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways for cars.

    degrees : float64[points, 2], longitude and latitude. begin : int64[ways + 1], where the points of each way begin in
    `points`; points : int64[...], rows of `degrees`, or MISSING where the way is cut. road : int8[ways], in ROADS.
    forward, backward : float64[ways], m/s along and against the points, 0 where it is forbidden. tagged : bool[ways],
    whether the speed is from a tag. length : float64[ways], m, as the source has it; NaN where it has none.
    about : facts of the source, for the map's provenance.
    """

    degrees: NDArray[np.float64]
    begin: NDArray[np.int64]
    points: NDArray[np.int64]
    road: NDArray[np.int8]
    forward: NDArray[np.float64]
    backward: NDArray[np.float64]
    tagged: NDArray[np.bool_]
    length: NDArray[np.float64]
    about: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        degrees: NDArray[np.float64],
        counts: list[int],
        points: NDArray[np.int64],
        rules: list[Rules],
        length: NDArray[np.float64] | None = None,
        about: Mapping[str, str] | None = None,
    ) -> Ways:
        """Ways with so many points each, under these rules."""
        begin = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        road = np.array([rule.road for rule in rules], np.int8)
        forward, backward = (np.array([getattr(rule, name) for rule in rules]) for name in ("forward", "backward"))
        tagged = np.array([rule.tagged for rule in rules], np.bool_)
        given = np.full(len(rules), np.nan) if length is None else length
        return cls(degrees, begin, points, road, forward, backward, tagged, given, about or {})


def check_degrees(path: Path | str, degrees: NDArray[np.float64], key: Callable[[int], str]) -> None:
    """That these are longitudes and latitudes. Errors: MapError, with the key of the first row that is none."""
    fine = (np.abs(degrees) <= (180, 90)).all(axis=1)  # false for NaN
    if not fine.all():
        row = int(np.argmin(fine))
        longitude, latitude = degrees[row].tolist()
        raise MapError(path, f"({longitude}, {latitude}): must be longitude and latitude in degrees", key(row))


def inside(degrees: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    """Which points lie in a box, bool[points]; one whose west is east of its east crosses the date line."""
    west, south, east, north = box
    longitude, latitude = degrees.T
    beyond, before = west <= longitude, longitude <= east
    within: NDArray[np.bool_] = beyond | before if west > east else beyond & before
    within &= (south <= latitude) & (latitude <= north)
    return within


def cut(ways: Ways, box: Box) -> Ways:
    """The same ways, cut where they leave a box."""
    kept = inside(ways.degrees, box)
    points = np.where((ways.points != MISSING) & kept[ways.points], ways.points, MISSING)
    return Ways(
        ways.degrees, ways.begin, points, ways.road, ways.forward, ways.backward, ways.tagged, ways.length, ways.about
    )
