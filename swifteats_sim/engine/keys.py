"""What a job asks for, as an integer: one of a catalogue by popularity, or a place on a grid."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.engine.streams import Stream


def zipf_probabilities(count: int, exponent: float) -> NDArray[np.float64]:
    """float64[count]: how often the 1st, 2nd, ... of `count` is asked for, rank**-exponent over their sum.

    Python's `pow` and an exact sum, not numpy's, so that it is the same on every processor.
    """
    weights = _weights(count, exponent)
    return np.array(weights) / math.fsum(weights)


def _weights(count: int, exponent: float) -> list[float]:
    return [math.pow(rank, -exponent) for rank in range(1, count + 1)] if exponent else [1.0] * count


class ZipfKeys:
    """Keys 0 .. count-1; key k with the probability of rank k + 1."""

    def __init__(self, count: int, exponent: float) -> None:
        """exponent : 0 for equal popularity."""
        self.count, self.exponent = count, exponent
        self.sums = list(accumulate(_weights(count, exponent)))

    def key(self, stream: Stream, entity: int, index: int) -> int:
        """The key of one job, by its address."""
        return self.at(stream.uniform(entity, index))

    def at(self, uniform: float) -> int:
        """The key at this quantile, in (0, 1)."""
        return bisect_right(self.sums, uniform * self.sums[-1], 0, self.count - 1)

    def spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """(float64[count], int64[count]): probability of one key of a kind, and how many keys are of that kind."""
        return zipf_probabilities(self.count, self.exponent), np.ones(self.count, dtype=np.int64)


class CellKeys:
    """A point, uniform in a square and known to a cell, with one of `variants` drawn by popularity.

    The key is (row * columns + column) * variants + variant. The last row and column may be narrower than a cell.
    """

    def __init__(self, area_m2: float, cell_m: float, variants: int = 1, exponent: float = 0.0) -> None:
        """area_m2 : of the square; cell_m : a cell's side; exponent : of the variants' popularity."""
        self.side, self.cell = math.sqrt(area_m2), cell_m
        self.columns = max(1, math.ceil(self.side / cell_m))
        self.variants = ZipfKeys(variants, exponent)

    def key(self, stream: Stream, entity: int, index: int) -> int:
        """The key of one job, by its address."""
        x, y, variant, _ = stream.block(entity, index)
        row, column = self._line(y), self._line(x)
        return (row * self.columns + column) * self.variants.count + self.variants.at(variant)

    def _line(self, uniform: float) -> int:
        return min(int(uniform * self.side / self.cell), self.columns - 1)

    def spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """(float64[3 * variants], int64[3 * variants]): as `ZipfKeys.spectrum`; inner, edge and corner cells."""
        inner = self.columns - 1
        full = min(1.0, self.cell / self.side)
        rest = 1.0 - inner * full
        cells = np.array([full * full, full * rest, rest * rest])
        numbers = np.array([inner * inner, 2 * inner, 1], dtype=np.int64)
        variants = zipf_probabilities(self.variants.count, self.variants.exponent)
        return np.outer(cells, variants).ravel(), np.repeat(numbers, self.variants.count)
