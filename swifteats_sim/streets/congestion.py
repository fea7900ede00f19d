"""How fast the streets are by hour of the day and class of road, and so how long each arc takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.streets.street_map import ROADS, StreetMap

HOURS = 24
HOUR = 3_600_000_000_000
"""Nanoseconds."""
Milliseconds = NDArray[np.uint32]
"""Of every arc, at least 1: integers, so that the sums along two ways are equal or are not."""


@dataclass(frozen=True, eq=False)
class Congestion:
    """By what each road's free speed is multiplied in each hour of the day.

    factors : float64[24, len(ROADS)], greater than 0. Hours with equal factors share a slot: whatever is reckoned in
    advance is reckoned once a slot. ValueError where a factor is none.
    """

    factors: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.factors.shape != (HOURS, len(ROADS)):
            raise ValueError(f"factors must be [{HOURS} hours, {len(ROADS)} roads], not {self.factors.shape}")
        wrong = np.argwhere(~(np.isfinite(self.factors) & (self.factors > 0.0)))
        if len(wrong):
            hour, road = wrong[0]
            raise ValueError(f"the factor of {ROADS[road]} at {hour} h must be above 0, not {self.factors[hour, road]}")

    @cached_property
    def slot_of_hour(self) -> NDArray[np.int64]:
        """int64[24]: slots are numbered from 0 on as the day first comes to them."""
        _, first, group = np.unique(self.factors, axis=0, return_index=True, return_inverse=True)
        number = np.empty(len(first), dtype=np.int64)
        number[np.argsort(first)] = np.arange(len(first))
        return number[group]

    @property
    def slots(self) -> int:
        """How many differ."""
        return int(self.slot_of_hour.max()) + 1

    def slot_at(self, instant: int) -> int:
        """The slot of an instant (ns since midnight, of whichever day)."""
        return int(self.slot_of_hour[instant // HOUR % HOURS])

    def arc_ms(self, streets: StreetMap, slot: int) -> Milliseconds:
        """uint32[arcs]: how long each arc takes whoever enters it in a slot. OverflowError beyond 49 days."""
        hour = int(np.argmax(self.slot_of_hour == slot))
        seconds = streets.length / (streets.speed * self.factors[hour, streets.road])
        milliseconds = np.maximum(np.rint(seconds * 1000.0), 1.0)
        if not np.all(milliseconds <= np.iinfo(np.uint32).max):
            raise OverflowError(f"arc {np.argmax(milliseconds)} of {streets.name} takes {seconds.max():.3g} s")
        found: Milliseconds = milliseconds.astype(np.uint32)
        return found

    def all_ms(self, streets: StreetMap) -> Milliseconds:
        """uint32[slots, arcs]: see arc_ms."""
        return np.stack([self.arc_ms(streets, slot) for slot in range(self.slots)])


def free_flow() -> Congestion:
    """Nothing is ever in the way: one slot."""
    return Congestion(np.ones((HOURS, len(ROADS))))


def congestion_of(factors: Mapping[int, Mapping[str, float]]) -> Congestion:
    """Factors by hour (0 .. 23) and class of road; what is not named is free. ValueError for a name that is none."""
    found = np.ones((HOURS, len(ROADS)))
    for hour, by_road in factors.items():
        if not 0 <= hour < HOURS:
            raise ValueError(f"an hour of the day is 0 .. {HOURS - 1}, not {hour}")
        for road, factor in by_road.items():
            if road not in ROADS:
                raise ValueError(f"there are no roads of class {road!r}: {', '.join(ROADS)}")
            found[hour, ROADS.index(road)] = factor
    return Congestion(found)
