"""Small cities to tell stories about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, kolmogi

from swifteats_sim.city.ground import Square
from swifteats_sim.city.kitchens import KitchenTerms
from swifteats_sim.city.places import Area, Places, declared_places
from swifteats_sim.city.spots import Points, off_street
from swifteats_sim.city.travel import StraightLine
from swifteats_sim.engine.clock import SECOND, to_ns
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.tracks import NONE
from swifteats_sim.engine.ways import no_lines
from swifteats_sim.scenario.city import City, Geo
from swifteats_sim.scenario.traces import Trace
from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.street_map import StreetMap
from swifteats_sim.streets.trees import Trees

ALPHA = 1e-4
STREAMS = Streams(seed=1, replication=0)
SPEED = 10.0
"""m/s of the cities made by hand, along straight lines."""


def geo(**keys: Any) -> Geo:
    """A dense geo of 4 km2 with 3 restaurants and 5 drivers, unless told otherwise."""
    declared = {"kind": "dense", "area": "4 km2", "restaurants": 3, "drivers": 5}
    return Geo.model_validate({**declared, **keys})


def no_trees(streets: StreetMap, congestion: Congestion, roots: NDArray[np.int32]) -> Trees:
    """Where everything is straight, nobody grows a tree."""
    raise AssertionError(f"trees of {streets.name}")


def places_of(geos: Mapping[str, Geo], end: int) -> Places:
    """The declared places of geos without streets."""
    return declared_places(City(geos=dict(geos)), end, STREAMS, no_trees)


def fixed(seconds: float, mean: float | None = None) -> Law:
    """Always the same; `mean` is what the platform believes."""
    return Law([("deterministic", (seconds,), ())], seconds if mean is None else mean)


def terms(
    confirmation: float = 60.0, cooking: Law | None = None, packing: float = 120.0, bias: float = 0.0
) -> KitchenTerms:
    """1 min to confirm, 10 min to cook, 2 min to pack, unless told otherwise."""
    return KitchenTerms(fixed(confirmation), cooking or fixed(600.0), fixed(packing), bias)


def area(side: float, restaurants: range, drivers: range, index: int = 0, x: float = 0.0) -> Area:
    """A square geo whose streets are straight lines at 10 m/s."""
    return Area(index, f"geo{index}", "dense", StraightLine(SPEED, 1.0), Square(x, side), restaurants, drivers)


def square_of(area: Area) -> Square:
    """Its ground."""
    assert isinstance(area.ground, Square)
    return area.ground


def standing(areas: Sequence[Area], restaurants: Sequence[tuple[float, float]], homes: Points) -> Places:
    """Places made by hand, with no shifts."""
    never = np.zeros(len(homes), dtype=np.int64)
    places = off_street(np.array(restaurants, dtype=np.float64).reshape(-1, 2))
    return Places(tuple(areas), places, off_street(homes), never, never, no_lines(), never + NONE)


def day(speed: float | None = None) -> Trace:
    """Three orders of two restaurants, two shifts."""
    return Trace(
        kind="mdrplib",
        path=Path("day"),
        placed=instants(10, 20, 20),
        ready=instants(700, 650, 900),
        promised=np.array([2000 * SECOND, -1, 2400 * SECOND], dtype=np.int64),
        restaurant=np.array([1, 0, 1], dtype=np.int64),
        customer=np.array([[5.0, 6.0], [-7.5, 8.0], [9.0, -1.0]]),
        restaurants=np.array([[0.0, 0.0], [100.0, 50.0]]),
        on=instants(0, 60),
        off=instants(3600, 7200),
        start=np.array([[1.0, 2.0], [3.0, 4.0]]),
        vehicles=("", ""),
        order_ids=("a", "b", "c"),
        origin=None,
        speed=speed,
    )


def instants(*seconds: float) -> NDArray[np.int64]:
    """Instants in ns."""
    return np.array([to_ns(second) for second in seconds], dtype=np.int64)


def is_drawn_from(sample: NDArray[np.float64], cdf: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bool:
    """Kolmogorov-Smirnov at ALPHA, by the law of large samples."""
    count = len(sample)
    below = cdf(np.sort(sample))
    steps = np.arange(count + 1) / count
    distance = max(np.max(steps[1:] - below), np.max(below - steps[:-1]))
    return bool(distance * np.sqrt(count) <= kolmogi(ALPHA))


def counts_fit(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> bool:
    """Chi-square at ALPHA."""
    expected = counts.sum() * shares
    assert expected.min() >= 5, "too few for the test to hold"
    return bool(((counts - expected) ** 2 / expected).sum() <= chdtri(len(counts) - 1, ALPHA))


def is_uncorrelated(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether the correlation is within 4 standard errors of none."""
    apart, away = one - one.mean(), other - other.mean()
    correlation = (apart * away).sum() / np.sqrt((apart * apart).sum() * (away * away).sum())
    return bool(abs(correlation) <= 4 / np.sqrt(len(one)))
