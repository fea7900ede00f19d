"""Philox4x64-10: a counter-based generator, so that a random number is a function of its address.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The constants are
theirs; the tests hold the output against numpy's Philox.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from swifteats_sim.engine.compiled import apart, compiled

_MULTIPLIER_0 = 0xD2E7470EE14C6C93
_MULTIPLIER_1 = 0xCA5A826395121157
_WEYL_0 = 0x9E3779B97F4A7C15
_WEYL_1 = 0xBB67AE8584CAA73B
_DROPPED_BITS = np.uint64(12)
_TO_UNIT = 1.0 / 4503599627370496.0  # 2**-52


@intrinsic  # type: ignore[untyped-decorator]  # numba calls it with its own types
def rounds(typing: Any, k0: Any, k1: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
    """Four random uint64 for a key of two words and a counter of four, where it is called: all rounds in a row."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        k0, k1, c0, c1, c2, c3 = arguments
        for _ in range(10):
            high_0, low_0 = _product(builder, c0, _MULTIPLIER_0)
            high_1, low_1 = _product(builder, c2, _MULTIPLIER_1)
            c0, c1 = builder.xor(builder.xor(high_1, c1), k0), low_1
            c2, c3 = builder.xor(builder.xor(high_0, c3), k1), low_0
            k0, k1 = builder.add(k0, k0.type(_WEYL_0)), builder.add(k1, k1.type(_WEYL_1))
        return cgutils.pack_array(builder, [c0, c1, c2, c3])

    return types.UniTuple(types.uint64, 4)(*[types.uint64] * 6), code


def _product(builder: Any, word: Any, multiplier: int) -> tuple[Any, Any]:
    """The upper and the lower half of the processor's own product of 128 bits."""
    wide = ir.IntType(128)
    product = builder.mul(builder.zext(word, wide), wide(multiplier))
    return builder.trunc(builder.lshr(product, wide(64)), word.type), builder.trunc(product, word.type)


@apart
def philox(k0, k1, c0, c1, c2, c3):  # type: ignore[no-untyped-def]  # numba infers uint64
    """The same, called."""
    return rounds(k0, k1, c0, c1, c2, c3)


@compiled
def to_unit(word):  # type: ignore[no-untyped-def]  # numba infers float64
    """A uint64 as a float strictly inside (0, 1): the middle of one of 2**52 cells, so log never fails."""
    return (np.float64(np.int64(word >> _DROPPED_BITS)) + 0.5) * _TO_UNIT  # a signed word is one instruction


@compiled
def block(key, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """Four uniforms of one address. key : uint64[2]; the rest are integers."""
    w0, w1, w2, w3 = philox(key[0], key[1], np.uint64(entity), np.uint64(index), np.uint64(step), np.uint64(attempt))
    return to_unit(w0), to_unit(w1), to_unit(w2), to_unit(w3)


@compiled
def uniform(key, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The uniform of one address, in (0, 1)."""
    return block(key, entity, index, step, attempt)[0]


@compiled
def uniforms(key, count, index, step):  # type: ignore[no-untyped-def]
    """float64[count]: the uniforms of entities 0 .. count-1."""
    out = np.empty(count)
    for entity in range(count):
        out[entity] = block(key, entity, index, step, 0)[0]
    return out
