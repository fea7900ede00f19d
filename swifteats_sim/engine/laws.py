"""Probability laws as compiled scalar transforms of addressed uniforms, the same for both planes.

A service is several laws that add up, kept as one row of words (see FIXED): what is fixed is summed beforehand, and
uniform laws, which most services are made of, share the four numbers of a block. Any other law is four words (kind, a,
b, c) with a block of its own. numba's scalar log, exp and pow equal Python's `math` bit for bit, numpy's vectorised
ones do not: therefore nothing here is vectorised.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine import philox
from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.normal import inverse_normal
from swifteats_sim.engine.philox import to_unit
from swifteats_sim.engine.streams import Stream

NAMES = ("exponential", "erlang", "hyperexponential", "lognormal", "gamma", "empirical")
KINDS = {name: code for code, name in enumerate(NAMES)}
EXPONENTIAL, ERLANG, HYPEREXPONENTIAL, LOGNORMAL, GAMMA, EMPIRICAL = range(6)

LONGEST_S = 3.2e9
"""A hundred years: a longer draw of a wild law would not fit into 64 bits of nanoseconds beside the clock."""

STEP, PART = 1 << 32, 1 << 16
"""Strides of the step word: a step has parts, and a part counts the blocks that one value needs."""
SHARED = 4
"""Uniform laws that share a part."""
FIXED, QUADS, OTHERS, WIDTHS = range(4)
"""Words of a service: what it takes at least, how many parts uniform laws share, how many other laws there are; then
SHARED widths a shared part, 0 where it is not full, and KIND words a law."""
KIND = 4


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
    """One value of the law that stands at code[at : at + KIND]."""
    kind, a, b, c = int(code[at]), code[at + 1], code[at + 2], code[at + 3]
    if kind == ERLANG:
        return erlang(key, entity, index, step, attempt, a, b)
    if kind == GAMMA:
        return gamma(key, entity, index, step, attempt, a, b)
    u0, u1, _, _ = philox.block(key, entity, index, step, attempt)
    if kind == EXPONENTIAL:
        return -a * math.log(u0)
    if kind == HYPEREXPONENTIAL:
        return -(b if u0 < a else c) * math.log(u1)
    if kind == LOGNORMAL:
        return math.exp(a + b * inverse_normal(u0))
    return code[int(a) + int(u0 * (b - a))]


@compiled
def total(key, code, at, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The sum of one value of each law of the service that stands at code[at]."""
    value = code[at + FIXED]
    if code[at + QUADS] > 0.0:
        words = philox.rounds(
            key[0], key[1], np.uint64(entity), np.uint64(index), np.uint64(step * STEP), np.uint64(attempt)
        )
        u0, u1, u2, u3 = to_unit(words[0]), to_unit(words[1]), to_unit(words[2]), to_unit(words[3])
        value += _weighed(code, at + WIDTHS, u0, u1, u2, u3)
    if code[at + QUADS] > 1.0 or code[at + OTHERS] > 0.0:
        value += _rest(key, code, at, entity, index, step * STEP, attempt)
    return value


@compiled
def _weighed(code, at, u0, u1, u2, u3):  # type: ignore[no-untyped-def]
    """What the uniform laws of a part are worth together."""
    return (code[at] * u0 + code[at + 1] * u1) + (code[at + 2] * u2 + code[at + 3] * u3)


@apart
def _rest(key, code, at, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The same of all but the first four uniform laws, which few services have."""
    value, quads, first = 0.0, int(code[at + QUADS]), at + WIDTHS
    for part in range(1, quads):
        u0, u1, u2, u3 = philox.block(key, entity, index, step + part * PART, attempt)
        value += _weighed(code, first + SHARED * part, u0, u1, u2, u3)
    for other in range(int(code[at + OTHERS])):
        place = first + SHARED * quads + KIND * other
        value += draw(key, code, place, entity, index, step + (quads + other) * PART, attempt)
    return value


@compiled
def total_ns(key, code, at, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The same in integer nanoseconds, for laws in seconds."""
    return int(min(total(key, code, at, entity, index, step, attempt), LONGEST_S) * 1e9 + 0.5)


def moved(code: Sequence[float], by: int) -> list[float]:
    """A service's words for a place that lies `by` words farther on: tables are named by where they begin."""
    words = [float(word) for word in code]
    first = WIDTHS + SHARED * int(words[QUADS])
    for at in range(first, first + KIND * int(words[OTHERS]), KIND):
        if words[at] == EMPIRICAL:
            words[at + 1] += by
            words[at + 2] += by
    return words


class Law:
    """A law, or several that add up, ready to be drawn from.

    code : float64[...]: see FIXED; behind the laws the values of `empirical` ones, which name their values by position
    (from a to b).
    """

    __slots__ = ("code", "mean")

    def __init__(self, parts: Sequence[tuple[str, Sequence[float], Sequence[float]]], mean: float) -> None:
        """parts : (law, parameters, values of `empirical`), as in a scenario; mean : of their sum."""
        fixed, widths, others = 0.0, list[float](), list[tuple[str, Sequence[float], Sequence[float]]]()
        for name, parameters, table in parts:
            if name in ("deterministic", "uniform"):
                fixed += parameters[0]
                widths += [parameters[1] - parameters[0]] if name == "uniform" else []
            else:
                others.append((name, parameters, table))
        widths += [0.0] * (-len(widths) % SHARED)
        words = [fixed, float(len(widths) // SHARED), float(len(others)), *widths]
        self.code: NDArray[np.float64] = np.array(words + _rows(others, len(words)), dtype=np.float64)
        self.mean = mean

    def draw(self, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> float:
        """One value, in the law's SI unit."""
        return float(total(stream.key, self.code, 0, entity, index, step, attempt))

    def draw_ns(self, stream: Stream, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> int:
        """One duration in nanoseconds."""
        return int(total_ns(stream.key, self.code, 0, entity, index, step, attempt))


def _rows(laws: Sequence[tuple[str, Sequence[float], Sequence[float]]], start: int) -> list[float]:
    """The words of laws from word `start` on, and their tables behind them."""
    words, values = list[float](), list[float]()
    for name, parameters, table in laws:
        here = start + KIND * len(laws) + len(values)
        bounds = [here, here + len(table)] if name == "empirical" else list(parameters)
        words += [KINDS[name], *bounds, *[0.0] * (KIND - 1 - len(bounds))]
        values += table
    return words + values
