"""Token buckets, against one that is refilled in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.buckets import Buckets
from swifteats_sim.engine.clock import MINUTE, SECOND

ASKED = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), max_size=80).map(
    lambda pairs: list(zip(accumulate(gap for gap, _ in pairs), (key for _, key in pairs), strict=True))
)
"""(instant, key) in order of time, many at the same instant."""


@settings(max_examples=300, deadline=None)
@given(ASKED, st.integers(1, 60), st.integers(1, 6))
def test_a_job_passes_exactly_when_a_refilled_bucket_has_a_token(
    asked: list[tuple[int, int]], interval: int, burst: int
) -> None:
    buckets = Buckets(SECOND / interval, burst)
    assert buckets.interval == interval
    tokens, refilled = [Fraction(burst)] * 3, [0] * 3
    for now, key in asked:
        tokens[key] = min(Fraction(burst), tokens[key] + Fraction(now - refilled[key], interval))
        refilled[key] = now
        admitted = tokens[key] >= 1
        tokens[key] -= admitted
        assert buckets.admit(key, now) == admitted


def test_burst_counts_all_that_pass_at_once() -> None:
    buckets = Buckets(1000 / 60, 20)
    assert buckets.interval == 60_000_000
    assert [buckets.admit(1, 0) for _ in range(22)] == [True] * 20 + [False] * 2
    assert [buckets.admit(1, now) for now in (59_999_999, 60_000_000, 60_000_001)] == [False, True, False]


def test_a_refused_job_takes_no_token_and_no_other_key_notices() -> None:
    buckets = Buckets(1.0, 1)
    assert [buckets.admit(key, now) for key, now in [(0, 0), (0, SECOND - 1), (1, SECOND - 1), (0, SECOND)]] == [
        True, False, True, True,
    ]  # fmt: skip


def test_in_the_long_run_the_rate_passes() -> None:
    buckets = Buckets(10.0, 5)
    assert sum(buckets.admit(0, now) for now in range(0, MINUTE, SECOND // 100)) == 600 + 5 - 1


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1), (-1.0, 1), (1.0, 0), (float("nan"), 1)])
def test_a_bucket_that_nothing_could_ever_pass_is_an_error(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="a bucket needs"):
        Buckets(rate, burst)
