"""Differences paired by replication: what both have in common falls out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.results.pairing import Values, difference, mean
from swifteats_sim.results.statistics import Estimate

METRIC = "call.wait.mean"


def runs(*values: float) -> Values:
    return [{METRIC: value} for value in values]


def test_a_difference_is_taken_replication_by_replication() -> None:
    # B - A is 1, 2, 3, 4, 5: mean 3, standard deviation sqrt(2.5), t(4) at 97.5 % 2.776445.
    found = difference(runs(11, 22, 33, 44, 55), runs(10, 20, 30, 40, 50), METRIC)
    assert found is not None
    assert (found.value, found.per_replication) == (3.0, (1.0, 2.0, 3.0, 4.0, 5.0))
    assert found.ci95 is not None
    assert list(found.ci95) == pytest.approx([3 - 1.963243, 3 + 1.963243], abs=1e-6)


def test_values_that_rise_and_fall_together_differ_by_little_however_far_they_swing() -> None:
    """Of A and B alone the spread is 20; of the difference nothing is left but its own."""
    swings = (100.0, 140.0, 120.0, 80.0, 160.0)
    found = difference(runs(*(each - 3 for each in swings)), runs(*swings), METRIC)
    assert found == Estimate(-3.0, (-3.0, -3.0), (-3.0,) * 5)


@given(st.lists(st.tuples(*[st.floats(-1e3, 1e3)] * 2), min_size=2, max_size=30))
def test_its_variance_is_that_of_both_less_twice_what_they_share(pairs: list[tuple[float, float]]) -> None:
    one, base = zip(*pairs, strict=True)
    found = difference(runs(*one), runs(*base), METRIC)
    assert found is not None
    spread = np.cov(one, base, ddof=1)
    whole = spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]
    assert np.var(found.per_replication, ddof=1) == pytest.approx(whole, abs=1e-6)
    assert found.value == pytest.approx(np.mean(one) - np.mean(base), abs=1e-9)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_the_same_values_differ_by_exactly_nothing(values: list[float]) -> None:
    found = difference(runs(*values), runs(*values), METRIC)
    assert found is not None
    assert found.value == 0.0
    assert found.ci95 == (None if len(values) == 1 else (0.0, 0.0))


def test_one_replication_has_a_difference_and_no_interval() -> None:
    assert difference(runs(5.0), runs(3.0), METRIC) == Estimate(2.0, None, (2.0,))


@pytest.mark.parametrize("gap", [[{}, {METRIC: 1.0}], [{METRIC: 1.0}, {}], [{}, {}]])
def test_a_replication_without_a_value_leaves_no_answer(gap: Values) -> None:
    whole = runs(1.0, 2.0)
    assert difference(gap, whole, METRIC) is None
    assert difference(whole, gap, METRIC) is None
    assert mean(gap, METRIC) is None


def test_no_replication_has_no_mean() -> None:
    assert mean([], METRIC) is None
    assert difference([], [], METRIC) is None


def test_replications_without_a_partner_are_refused() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        difference(runs(1.0, 2.0), runs(1.0), METRIC)
