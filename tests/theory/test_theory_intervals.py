"""Do our 95 % intervals hold the truth in 95 % of cases? On M/M/1 by Lindley's recursion, where the truth is known.

2,000 repeats: a perfect method then lies outside 0.93 .. 0.97 once in 25,000. Each chain starts in its stationary law,
so that nothing but the interval is judged.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from swifteats_sim.results.statistics import estimate

pytestmark = pytest.mark.slow

REPEATS, REPLICATIONS, JOBS = 2000, 30, 400
LOAD = 0.5
TRUTH = LOAD / (1.0 - LOAD)
"""Mean wait in services."""


@pytest.fixture(scope="module")
def moments() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and mean square of the waits of each run: float64[repeats, replications]."""
    chance = np.random.default_rng(20240617)
    shape = (REPEATS, REPLICATIONS)
    wait = np.where(chance.random(shape) < LOAD, chance.exponential(1.0 / (1.0 - LOAD), shape), 0.0)
    total, square = np.zeros(shape), np.zeros(shape)
    for _ in range(JOBS):
        total += wait
        square += wait * wait
        wait = np.maximum(wait + chance.exponential(1.0, shape) - chance.exponential(1.0 / LOAD, shape), 0.0)
    return total / JOBS, square / JOBS


def coverage(means: NDArray[np.float64]) -> float:
    """Share of the repeats whose interval, from one value a replication, holds the truth."""
    held = 0
    for values in means:
        found = estimate(values.tolist()).ci95
        assert found is not None
        held += found[0] <= TRUTH <= found[1]
    return held / len(means)


def test_intervals_from_replications_cover_the_truth(
    moments: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    assert 0.93 <= coverage(moments[0]) <= 0.97


def test_an_interval_from_pooled_waits_would_not(moments: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    """The control: waits within a run are alike, so a crowd of them knows less than it seems to."""
    middle, square = moments[0].mean(axis=1), moments[1].mean(axis=1)
    half = 1.96 * np.sqrt((square - middle**2) / (REPLICATIONS * JOBS))
    assert np.mean(np.abs(middle - TRUTH) <= half) < 0.7
