"""What flows and the city share about drivers and those who follow them."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Registers:
    """What flows read and write per entity, by the names that steps use.

    known_fix : int64 per driver, when its last processed fix was sent; watched : a flag per driver;
    geo_of : the geo of an entity; moved : by distance (m), a test whether the entity is so far from where it was when
    the test last held; follower_of : the customer who follows a driver.
    """

    known_fix: array[int]
    watched: bytearray
    geo_of: Callable[[int], int]
    moved: Callable[[float], Callable[[int, int], bool]]
    follower_of: Callable[[int], int] = int
