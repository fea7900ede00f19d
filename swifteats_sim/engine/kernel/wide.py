"""Sums over a crowd, which do not fit into one word: three million messages behind for an hour are more ns than that.

A sum is two words, the high and the low half of an integer of 128 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled

BITS = 64


@intrinsic  # type: ignore[untyped-decorator]  # numba calls it with its own types
def _sum(typing: Any, high: Any, low: Any, one: Any, other: Any) -> Any:
    """(high, low) of a sum with the product of two words more."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, word = ir.IntType(2 * BITS), ir.IntType(BITS)
        upper, lower = (builder.zext(each, wide) for each in arguments[:2])
        product = builder.mul(*[builder.sext(each, wide) for each in arguments[2:]])
        total = builder.add(builder.or_(builder.shl(upper, wide(BITS)), lower), product)
        words = [builder.trunc(each, word) for each in (builder.lshr(total, wide(BITS)), total)]
        return cgutils.pack_array(builder, words)

    return types.UniTuple(types.int64, 2)(*[types.int64] * 4), code


@compiled
def add(words, place, value):  # type: ignore[no-untyped-def]
    """Add a value, which may be negative."""
    words[place], words[place + 1] = _sum(words[place], words[place + 1], value, 1)


@compiled
def add_product(words, place, count, duration):  # type: ignore[no-untyped-def]
    """Add `count` times a duration."""
    words[place], words[place + 1] = _sum(words[place], words[place + 1], count, duration)


def total(words: NDArray[np.int64], place: int) -> int:
    """The sum, as Python's integer."""
    return (int(words[place]) << BITS) + (int(words[place + 1]) & ((1 << BITS) - 1))
