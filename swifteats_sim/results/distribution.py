"""A distribution: durations counted in buckets, for there are too many to keep them one by one."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Distribution(Protocol):
    """What a record tells of many durations, in ns: what the engine's histograms counted."""

    @property
    def lowest(self) -> NDArray[np.int64]:
        """int64[n]: the lower bounds, inside, of the buckets that hold anything, ascending."""

    @property
    def highest(self) -> NDArray[np.int64]:
        """int64[n]: their upper bounds, inside."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """int64[n]: how many they hold."""

    @property
    def number(self) -> int:
        """How many in all."""

    @property
    def total(self) -> int:
        """Their sum, exact."""

    @property
    def least(self) -> int:
        """The shortest, exact; 0 of none."""

    @property
    def most(self) -> int:
        """The longest, exact; 0 of none."""

    @property
    def mean(self) -> float:
        """Their mean, exact."""

    def quantile(self, share: float) -> float:
        """The duration that this share of them is not longer than, to half a bucket."""

    def share_above(self, value: int) -> float:
        """The share of them that is longer than this, to a bucket; exact for 0."""
