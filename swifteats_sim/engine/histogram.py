"""Durations counted in buckets, so that a record is as small after a hundred million jobs as after a thousand.

A log-bucket histogram (as HdrHistogram, G. Tene): exact below 2 * SHARES ns, then SHARES equal buckets an octave, so a
bucket is never wider than 1/1024 of what lies in it. How many, their sum, the least and the most stay exact.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from swifteats_sim.engine.compiled import compiled

SHARES = 1 << 10
"""Buckets of an octave."""
EXACT = 64 - 11
"""Leading zeros of the least duration that is not exact."""
BUCKETS = 54 * SHARES
"""All that an int64 may need: 432 KiB of counts."""
ERROR = 1 / (2 * SHARES)
"""The greatest relative error of a quantile: half a bucket."""
PAGE = 4096
"""Durations that wait to be counted together, since a call for each would cost more than the count."""
NONE_LEAST, NONE_MOST = (1 << 63) - 1, -1
"""The least and the most of nothing."""

Integers = NDArray[np.int64]


@intrinsic  # type: ignore[untyped-decorator]  # numba calls it with its own types
def _leading_zeros(typing: Any, value: Any) -> Any:
    """The processor's own count of the zero bits before the first one of an int64."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.int64), code


@compiled
def bucket_of(value):  # type: ignore[no-untyped-def]  # numba infers int64
    """The bucket of a duration of 0 ns or more (int64): its 11 leading bits, and how many follow them."""
    octave = max(0, EXACT - _leading_zeros(value))
    return octave * SHARES + (value >> octave)


@compiled
def tally(counts, values):  # type: ignore[no-untyped-def]
    """Count each of the values (int64[...], none below 0) in `counts` (int64[BUCKETS])."""
    for value in values:
        counts[bucket_of(value)] += 1


def bounds_of(buckets: Integers) -> tuple[Integers, Integers]:
    """The least and the greatest duration of each bucket, ns."""
    octaves = np.maximum(buckets // SHARES - 1, 0)
    lowest = (buckets - octaves * SHARES) << octaves
    return lowest, lowest + ((1 << octaves) - 1)


@dataclass(frozen=True, eq=False)
class Distribution:
    """What a histogram has counted, ns.

    lowest, highest, counts : int64[n]: the bounds, both inside, of buckets that hold anything, ascending, and how many
    they hold. total : the sum; least, most : the extremes, 0 of nothing; all three exact.
    """

    lowest: Integers
    highest: Integers
    counts: Integers
    total: int
    least: int
    most: int

    def __eq__(self, other: object) -> bool:
        """Equal buckets, counts, sums and extremes."""
        if not isinstance(other, Distribution):
            return NotImplemented
        same = np.array_equal(self.lowest, other.lowest) and np.array_equal(self.counts, other.counts)
        return same and (self.total, self.least, self.most) == (other.total, other.least, other.most)

    __hash__ = None  # type: ignore[assignment]  # its arrays have none

    @property
    def number(self) -> int:
        """How many durations."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Their mean, exact to the last digit of a float; ZeroDivisionError for none."""
        return self.total / self.number

    def quantile(self, share: float) -> float:
        """The duration at `share` * (number - 1) in ascending order, linear between neighbours (as numpy's `linear`).

        The middle of its bucket stands for each but the first and the last, which are known, and none lies outside
        of these: so it is off by half a bucket at most, ERROR times what it is. ValueError for none.
        """
        if not self.counts.size:
            raise ValueError("nothing was counted")
        place = share * (self.number - 1)
        below = self._at(int(place))
        above = self._at(min(int(place) + 1, self.number - 1))
        return below + (above - below) * (place - int(place))

    def _at(self, rank: int) -> float:
        """What stands for the duration of this rank, from 0."""
        if rank in (0, self.number - 1):
            return float(self.most if rank else self.least)
        bucket = int(np.searchsorted(np.cumsum(self.counts), rank, side="right"))
        lowest, highest = int(self.lowest[bucket]), int(self.highest[bucket])
        return min(max((lowest + highest) / 2, self.least), self.most)

    def share_above(self, value: int) -> float:
        """Share of durations whose bucket lies above that of `value`, thus exact below 2 * SHARES; 0 of nothing."""
        return int(self.counts[self.lowest > value].sum()) / self.number if self.counts.size else 0.0


class Histogram:
    """Durations (ns, none below 0) as they come."""

    __slots__ = ("_counts", "_least", "_most", "_page", "_total")

    def __init__(
        self, counts: Integers | None = None, total: int = 0, least: int = NONE_LEAST, most: int = NONE_MOST
    ) -> None:
        """What was counted elsewhere (int64[BUCKETS], with the exact sum and extremes); nothing at first."""
        self._counts = np.zeros(BUCKETS, dtype=np.int64) if counts is None else counts.copy()
        self._total, self._least, self._most = total, least, most
        self._page = array("q")

    def add(self, value: int) -> None:
        """One more."""
        self._page.append(value)
        if len(self._page) == PAGE:
            self._settle()

    def add_all(self, values: Integers) -> None:
        """int64[...] more; ValueError where one is below 0."""
        if not values.size:
            return
        least = int(values.min())
        if least < 0:
            raise ValueError(f"a duration of {least} ns: nothing ends before it began")
        tally(self._counts, values)
        self._total += (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())  # one sum could overflow
        self._least, self._most = min(self._least, least), max(self._most, int(values.max()))

    def merge(self, other: Histogram) -> None:
        """All that another one has counted, too."""
        other._settle()
        self._counts += other._counts
        self._total += other._total
        self._least, self._most = min(self._least, other._least), max(self._most, other._most)

    def distribution(self) -> Distribution:
        """What was counted so far."""
        self._settle()
        found = np.flatnonzero(self._counts)
        extremes = (self._least, self._most) if found.size else (0, 0)
        return Distribution(*bounds_of(found), self._counts[found], self._total, *extremes)

    def _settle(self) -> None:
        """Count what waits."""
        self.add_all(np.array(self._page, dtype=np.int64))
        del self._page[:]
