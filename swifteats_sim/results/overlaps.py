"""Offers that overlap: one was committed while an earlier one, of the same driver or order, was not over."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swifteats_sim.results.span import Nanoseconds, instants


def overlapping(offers: pd.DataFrame, whose: Literal["driver", "order"], until: Nanoseconds) -> NDArray[np.bool_]:
    """Which offers were committed before every earlier one of the same driver, or order, was over.

    offers : in order of commit, as they are recorded; until : when each was over, ns.
    """
    number = instants(offers, whose)
    latest = pd.Series(until).groupby(number).cummax().groupby(number).shift(fill_value=-1)
    return instants(offers, "committed") < latest.to_numpy(dtype=np.int64)


def double_assignments(offers: pd.DataFrame, end: int) -> int:
    """Offers committed to a driver who was not done with an earlier one (F5)."""
    return int(overlapping(offers, "driver", over(offers, "done", end)).sum())


def rivals(offers: pd.DataFrame, end: int) -> int:
    """Offers of an order committed while a driver was not done with an earlier one of it (C24)."""
    return int(overlapping(offers, "order", over(offers, "done", end)).sum())


def over(offers: pd.DataFrame, column: str, end: int) -> Nanoseconds:
    """An instant of each offer, or the end of the run where it never came."""
    at = instants(offers, column)
    return np.where(at < 0, end, at)
