"""Sums over a crowd, which do not fit into one word: three million messages behind for an hour are more ns than that.

A sum is two words, high and low, high times 2**40 and low.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled

BITS = 40
MASK = (1 << BITS) - 1
HALF = 20
HALF_MASK = (1 << HALF) - 1


@compiled
def add(words, place, value):  # type: ignore[no-untyped-def]
    """Add a value, which may be negative."""
    low = words[place + 1] + (value & MASK)
    words[place] += (value >> BITS) + (low >> BITS)
    words[place + 1] = low & MASK


@compiled
def add_product(words, place, count, duration):  # type: ignore[no-untyped-def]
    """Add `count` (below 2**30) times a duration (below 2**52 ns, which is 52 days)."""
    add(words, place, count * (duration & HALF_MASK))
    high = count * (duration >> HALF)
    words[place] += high >> (BITS - HALF)
    add(words, place, (high & HALF_MASK) << HALF)


def total(words: NDArray[np.int64], place: int) -> int:
    """The sum, as Python's integer."""
    return (int(words[place]) << BITS) + int(words[place + 1])
