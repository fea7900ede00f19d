"""Histograms against the durations themselves: numpy's quantiles, exact sums and shares, and what they weigh."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.typing import NDArray

from swifteats_sim.engine.histogram import (
    BUCKETS,
    ERROR,
    PAGE,
    SHARES,
    Distribution,
    Histogram,
    bounds_of,
    bucket_of,
)

GREATEST = 2**63 - 1
RANKS = (0.0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
EDGES = sorted({at + by for octave in range(63) for at in (2**octave, 3 * 2**octave // 2) for by in (-1, 0, 1)})


def counted(values: NDArray[np.int64]) -> Distribution:
    histogram = Histogram()
    for value in values.tolist():
        histogram.add(value)
    return histogram.distribution()


def drawn(kind: str, size: int, seed: int = 5) -> NDArray[np.int64]:
    """Durations as software has them: spread over a few octaves, over many, mostly none, or all but equal."""
    chance = np.random.default_rng(seed)
    kinds = {
        "service": chance.lognormal(16, 0.5, size),
        "overload": chance.exponential(1e12, size),
        "wait": chance.exponential(1e7, size) * (chance.random(size) < 0.3),
        "narrow": 70e6 + chance.integers(0, 3, size),
    }
    return kinds[kind].astype(np.int64)


def test_every_bucket_begins_where_the_one_before_ends() -> None:
    lowest, highest = bounds_of(np.arange(BUCKETS))
    assert (int(lowest[0]), int(highest[-1])) == (0, GREATEST)
    assert (lowest[1:] == highest[:-1] + 1).all()


def test_a_bucket_holds_its_bounds_and_its_number_is_an_integer_s_work() -> None:
    buckets = np.arange(0, BUCKETS, 7)
    for bucket, lowest, highest in zip(buckets.tolist(), *(each.tolist() for each in bounds_of(buckets)), strict=True):
        assert bucket_of(lowest) == bucket_of(highest) == bucket
    for value in (*EDGES, GREATEST):
        octave = max(0, value.bit_length() - 11)
        assert bucket_of(value) == octave * SHARES + (value >> octave)


def test_short_durations_are_exact_and_no_bucket_is_wider_than_a_1024th() -> None:
    lowest, highest = bounds_of(np.arange(BUCKETS))
    assert (lowest == highest)[: 2 * SHARES].all()
    assert ((highest - lowest + 1)[2 * SHARES :] <= lowest[2 * SHARES :] // 1024).all()


@pytest.mark.parametrize("kind", ["service", "overload", "wait", "narrow"])
@pytest.mark.parametrize("size", [1, 2, 3, 100, 20_000])
def test_quantiles_are_numpy_s_to_half_a_bucket_and_all_else_is_exact(kind: str, size: int) -> None:
    values = drawn(kind, size)
    seen = counted(values)
    for share, exact in zip(RANKS, np.quantile(values, RANKS).tolist(), strict=True):
        assert abs(seen.quantile(share) - exact) <= exact * ERROR
    assert (seen.number, seen.total) == (size, sum(values.tolist()))
    assert (seen.least, seen.most) == (seen.quantile(0.0), seen.quantile(1.0)) == (values.min(), values.max())
    assert seen.mean == sum(values.tolist()) / size
    assert seen.share_above(0) == np.count_nonzero(values) / size


def test_equal_durations_have_one_quantile() -> None:
    """The middle of their bucket is not among them: no quantile lies outside of what was seen."""
    seen = counted(np.full(9, 50_000_017))
    assert {seen.quantile(share) for share in RANKS} == {50_000_017.0}


def test_a_share_above_is_exact_where_buckets_are() -> None:
    seen = counted(np.array([0, 0, 1, 2047, 2048, 9_000_000]))
    assert [seen.share_above(at) for at in (0, 1, 2046, 2047, 9_000_000)] == [4 / 6, 3 / 6, 3 / 6, 2 / 6, 0.0]


def test_sums_are_wider_than_a_word() -> None:
    seen = counted(np.array([GREATEST] * 3))
    assert (seen.total, seen.mean, seen.quantile(0.5)) == (3 * GREATEST, float(GREATEST), float(GREATEST))


def test_two_histograms_are_one_of_both() -> None:
    every = drawn("service", 3 * PAGE + 5)
    left, right = Histogram(), Histogram()
    left.add_all(every[:1000])
    right.add_all(every[1000:])
    left.merge(right)
    left.merge(Histogram())
    assert left.distribution() == counted(every)
    assert left.distribution() != counted(every[:-1])


def test_what_was_counted_elsewhere_goes_on_here() -> None:
    """As by a compiled loop, which shares no more than the number of a bucket."""
    counts = np.zeros(BUCKETS, dtype=np.int64)
    for value in (5, 70_000_000):
        counts[bucket_of(value)] += 1
    histogram = Histogram(counts, 70_000_005, 5, 70_000_000)
    histogram.add(3)
    assert histogram.distribution() == counted(np.array([3, 5, 70_000_000]))
    assert counts.sum() == 2


def test_nothing_has_no_quantile() -> None:
    empty = Histogram().distribution()
    assert (empty.number, empty.total, empty.least, empty.most, empty.share_above(0)) == (0, 0, 0, 0, 0.0)
    with pytest.raises(ValueError, match="nothing was counted"):
        empty.quantile(0.5)


def test_a_duration_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing ends before it began"):
        counted(np.array([7, -1]))


def test_a_distribution_stays_as_it_was_and_travels() -> None:
    histogram = Histogram()
    histogram.add(7)
    before = histogram.distribution()
    histogram.add(9)
    assert before.number == 1
    assert pickle.loads(pickle.dumps(before)) == before
    assert before != "a distribution"


def test_a_million_durations_weigh_no_more_than_a_thousand() -> None:
    """What is kept are buckets with their counts: no more than those of the octaves in use."""
    histogram = Histogram()
    for seed in range(50):
        histogram.add_all(drawn("service", 20_000, seed))
    seen = histogram.distribution()
    octaves = seen.most.bit_length() - seen.least.bit_length() + 1
    assert seen.number == 1_000_000
    assert seen.counts.size <= octaves * SHARES
