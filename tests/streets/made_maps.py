"""Maps made by hand or by chance, to try what is reckoned on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.street_map import ROADS, StreetMap

CENTRE = -21.9, 64.1
METRES_A_DEGREE = 111_000.0


class Arc(NamedTuple):
    """length : m, None where it is as long as its shape; bends : points between its ends, m."""

    tail: int
    head: int
    length: float | None = None
    speed: float = 10.0
    road: str = "residential"
    bends: Sequence[tuple[float, float]] = ()


def made(places: Sequence[tuple[float, float]] | NDArray[np.float64], arcs: Sequence[Arc]) -> StreetMap:
    """A map of places (m) and arcs, in any order."""
    spots = np.array(places, dtype=np.float64).reshape(-1, 2)
    in_order = sorted(arcs, key=lambda arc: (arc.tail, arc.head))
    shapes = [np.array([spots[arc.tail], *arc.bends, spots[arc.head]]) for arc in in_order]
    measured = [float(np.hypot(*np.diff(shape, axis=0).T).sum()) for shape in shapes]
    return StreetMap(
        name="made",
        degrees=CENTRE + spots / METRES_A_DEGREE / (np.cos(np.radians(CENTRE[1])), 1.0),
        places=spots,
        tail=np.array([arc.tail for arc in in_order], dtype=np.int32),
        head=np.array([arc.head for arc in in_order], dtype=np.int32),
        length=np.array([m if arc.length is None else arc.length for arc, m in zip(in_order, measured, strict=True)]),
        speed=np.array([arc.speed for arc in in_order]),
        road=np.array([ROADS.index(arc.road) for arc in in_order], dtype=np.int8),
        begin=np.cumsum([0, *map(len, shapes)]).astype(np.int32),
        shape=np.concatenate(shapes),
        provenance={"attribution": ""},
    )


def by_chance(seed: int, nodes: int, more: int) -> StreetMap:
    """One circle through all nodes, in an order drawn, and at most so many more arcs: one-way, crooked, of any kind."""
    chance = np.random.default_rng(seed)
    places = chance.uniform(0.0, 10_000.0, (nodes, 2))
    circle = chance.permutation(nodes)
    ways = {(int(a), int(b)) for a, b in zip(circle, np.roll(circle, 1), strict=True)}
    ways |= {(int(a), int(b)) for a, b in chance.integers(0, nodes, (more, 2))}
    return made(places, [_crooked(chance, places, *way) for way in sorted(ways) if way[0] != way[1]])


def _crooked(chance: np.random.Generator, places: NDArray[np.float64], tail: int, head: int) -> Arc:
    """Of a length in whole metres and at one of few speeds, so that many ways take equally long."""
    bends = [tuple(bend) for bend in chance.uniform(0.0, 10_000.0, (chance.integers(3), 2)).tolist()]
    length, speed = float(chance.integers(0, 6) * 100), float(chance.choice([5.0, 10.0, 20.0]))
    return Arc(tail, head, length, speed, ROADS[chance.integers(len(ROADS))], bends)


def grid(columns: int, rows: int, spacing: float = 100.0, speed: float = 10.0) -> StreetMap:
    """A square grid of streets in both directions; node number = row * columns + column."""
    places = [(spacing * column, spacing * row) for row in range(rows) for column in range(columns)]
    along = [(n, n + 1) for n in range(columns * rows) if (n + 1) % columns]
    across = [(n, n + columns) for n in range(columns * (rows - 1))]
    ways = [way for one, other in along + across for way in ((one, other), (other, one))]
    return made(places, [Arc(*way, spacing, speed) for way in ways])


def rush(**hours: float) -> Congestion:
    """The factor of every road in some hours, such as h8=0.5; others are free."""
    factors = np.ones((24, len(ROADS)))
    for hour, factor in hours.items():
        factors[int(hour.removeprefix("h"))] = factor
    return Congestion(factors)
