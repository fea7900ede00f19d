"""Probability laws as compiled scalar transforms of addressed uniforms, the same for both planes.

A law is four words (kind, a, b, c); a service is several laws that add up. numba's scalar log, exp and pow
equal Python's `math` bit for bit, numpy's vectorised ones do not: therefore nothing here is vectorised.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine import philox
from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.normal import inverse_normal
from swifteats_sim.engine.streams import Stream

KINDS = {
    name: code
    for code, name in enumerate(
        (
            "deterministic",
            "uniform",
            "exponential",
            "erlang",
            "hyperexponential",
            "lognormal",
            "gamma",
            "empirical",
        )
    )
}
DETERMINISTIC, UNIFORM, EXPONENTIAL, ERLANG, HYPEREXPONENTIAL, LOGNORMAL, GAMMA, EMPIRICAL = range(8)

LONGEST_S = 3.2e9
"""A hundred years: a longer draw of a wild law would not fit into 64 bits of nanoseconds beside the clock."""

STEP, PART = 1 << 32, 1 << 16
"""Strides of the step word: a step has parts, and a part counts the blocks that one value needs."""


@compiled
def erlang(key, entity, index, step, attempt, shape, mean):  # type: ignore[no-untyped-def]
    """The sum of `shape` exponentials with `mean` in all."""
    total = 0.0
    for stage in range(int(shape)):
        total -= math.log(philox.block(key, entity, index, step + stage, attempt)[0])
    return total * mean / shape


@compiled
def gamma(key, entity, index, step, attempt, shape, scale):  # type: ignore[no-untyped-def]
    """Gamma by rejection; source: Marsaglia and Tsang, ACM TOMS 26 (2000), with their boost for shape < 1."""
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    trial = 0
    while True:
        u0, u1, u2, _ = philox.block(key, entity, index, step + trial, attempt)
        trial += 1
        x = inverse_normal(u0)
        v = 1.0 + x / math.sqrt(9.0 * d)
        if v > 0.0:
            v = v * v * v
            if math.log(u1) < 0.5 * x * x + d - d * v + d * math.log(v):
                boost = 1.0 if shape >= 1.0 else u2 ** (1.0 / shape)
                return d * v * boost * scale


@apart
def draw(key, code, at, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """One value of the law that stands at code[at : at + 4]."""
    kind, a, b, c = int(code[at]), code[at + 1], code[at + 2], code[at + 3]
    if kind == DETERMINISTIC:
        return a
    if kind == ERLANG:
        return erlang(key, entity, index, step, attempt, a, b)
    if kind == GAMMA:
        return gamma(key, entity, index, step, attempt, a, b)
    u0, u1, _, _ = philox.block(key, entity, index, step, attempt)
    if kind == UNIFORM:
        return a + (b - a) * u0
    if kind == EXPONENTIAL:
        return -a * math.log(u0)
    if kind == HYPEREXPONENTIAL:
        return -(b if u0 < a else c) * math.log(u1)
    if kind == LOGNORMAL:
        return math.exp(a + b * inverse_normal(u0))
    return code[int(a) + int(u0 * (b - a))]


@compiled
def total(key, code, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The sum of one value of each law in `code`."""
    value = 0.0
    for part in range(int(code[0])):
        value += draw(key, code, 1 + 4 * part, entity, index, step * STEP + part * PART, attempt)
    return value


@compiled
def total_ns(key, code, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The same in integer nanoseconds, for laws in seconds."""
    return int(min(total(key, code, entity, index, step, attempt), LONGEST_S) * 1e9 + 0.5)


class Law:
    """A law, or several that add up, ready to be drawn from.

    code : float64[...]: the number of laws, four words each (kind, a, b, c), then the values of `empirical`
    ones, which name their values by position (from a to b).
    """

    __slots__ = ("code", "mean")

    def __init__(self, parts: Sequence[tuple[str, Sequence[float], Sequence[float]]], mean: float) -> None:
        """parts : (law, parameters, values of `empirical`), as in a scenario; mean : of their sum."""
        words, values = [float(len(parts))], list[float]()
        for name, parameters, table in parts:
            start = 1 + 4 * len(parts) + len(values)
            bounds = [start, start + len(table)] if name == "empirical" else list(parameters)
            words += [KINDS[name], *bounds, *[0.0] * (3 - len(bounds))]
            values += table
        self.code: NDArray[np.float64] = np.array(words + values, dtype=np.float64)
        self.mean = mean

    def draw(self, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> float:
        """One value, in the law's SI unit."""
        return float(total(stream.key, self.code, entity, index, step, attempt))

    def draw_ns(self, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> int:
        """One duration in nanoseconds."""
        return int(total_ns(stream.key, self.code, entity, index, step, attempt))
