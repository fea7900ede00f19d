"""A map in numbers: by class of road, and in all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.street_map import ROADS, StreetMap


@dataclass(frozen=True)
class Roads:
    """What a map has of one class of road, or of all.

    name : of the class; "all". arcs : how many. length : m, each direction by itself. slowest, mean, fastest : m/s; the
    mean is that of a driver who drives each once.
    """

    name: str
    arcs: int
    length: float
    slowest: float
    mean: float
    fastest: float


@dataclass(frozen=True)
class Numbers:
    """A map in numbers.

    one_way : share of the length that may be driven in one direction only. width, height : m, of the bounding box.
    roads : by class, those there are, and all in the end.
    """

    nodes: int
    arcs: int
    one_way: float
    width: float
    height: float
    roads: tuple[Roads, ...]


def numbers(streets: StreetMap) -> Numbers:
    """A map in numbers."""
    every = np.ones(streets.arcs, np.bool_)
    classes = [(name, streets.road == road) for road, name in enumerate(ROADS)]
    roads = tuple(_roads(streets, name, among) for name, among in (*classes, ("all", every)) if among.any())
    width, height = np.ptp(streets.places, axis=0).tolist()
    lonely = ~has_opposite(streets)
    one_way = float(streets.length[lonely].sum() / streets.length.sum())
    return Numbers(streets.nodes, streets.arcs, one_way, width, height, roads)


def _roads(streets: StreetMap, name: str, among: NDArray[np.bool_]) -> Roads:
    length, speed = streets.length[among], streets.speed[among]
    mean = float(length.sum() / (length / speed).sum())
    return Roads(name, int(among.sum()), float(length.sum()), float(speed.min()), mean, float(speed.max()))


def has_opposite(streets: StreetMap) -> NDArray[np.bool_]:
    """Whether an arc leads back from each arc's head to its tail, bool[arcs]."""
    there = streets.tail.astype(np.int64) * streets.nodes + streets.head
    back = streets.head.astype(np.int64) * streets.nodes + streets.tail
    place = np.minimum(np.searchsorted(there, back), streets.arcs - 1)
    opposite: NDArray[np.bool_] = there[place] == back
    return opposite
