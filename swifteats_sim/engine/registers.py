"""What flows share with those who decide, about drivers and whoever follows them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from swifteats_sim.engine.legs import Legs


@dataclass(frozen=True)
class Registers:
    """What flows read and write per driver; who decides writes through the journal: see Plane.write.

    known_fix : int64, when the last processed fix was sent (ns, NONE: none). watched : a flag; follower : int64, the
    customer who follows the driver. watchers : int64[1], how many customers follow an order. geos : of each driver.
    legs : where drivers are; None where there is no city, and everybody is always on the move.
    """

    known_fix: array[int]
    watched: bytearray
    follower: array[int]
    watchers: array[int]
    geos: Sequence[int]
    legs: Legs | None = None
