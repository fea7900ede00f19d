"""How wide an interval is, as a share of what it is about, and how many replications a narrower one takes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.results.precision import UNCOUNTABLE, Width, width, widths
from swifteats_sim.results.statistics import LEVEL, Estimate, estimate, quantile_of_t
from swifteats_sim.scenario import Target

WAIT = "call.wait.mean"


def target(metric: str, operator: str, limit: float) -> Target:
    return Target(metric, operator, limit, f"{operator} {limit}", "s")


def test_half_of_the_interval_is_told_as_a_share_of_the_mean() -> None:
    # Mean 3, half 1.963243 (t with 4 degrees of freedom, standard deviation sqrt(2.5)).
    found = width(WAIT, estimate([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert (found.value, found.replications) == (3.0, 5)
    assert found.half == pytest.approx(1.963243, abs=1e-6)
    assert found.share == pytest.approx(1.963243 / 3, abs=1e-6)


def test_what_never_varies_is_known_exactly_also_where_it_is_0() -> None:
    assert width(WAIT, estimate([0.0] * 10)).share == 0.0
    assert width(WAIT, estimate([0.3] * 10)).share == 0.0


def test_one_replication_knows_nothing() -> None:
    found = width(WAIT, estimate([0.3]))
    assert (found.half, found.share, found.needed(0.02)) == (None, math.inf, UNCOUNTABLE)


def test_of_what_may_be_near_0_the_limit_is_the_yardstick() -> None:
    """One lost in a million, give or take one: of 1 in 1,000 that is nothing, of itself it is all."""
    lost = Estimate(1e-6, (0.0, 2e-6), (0.0, 2e-6) * 5)
    assert width("gps.dropped.ratio", lost, [1e-3]).share == pytest.approx(1e-3)
    assert width("gps.dropped.ratio", lost).share == pytest.approx(1.0)
    bias = Estimate(0.5, (-1.5, 2.5), (-1.5, 2.5) * 5)
    assert width("eta.error.mean", bias, [-200.0, 100.0]).share == pytest.approx(2 / 200)


def test_of_a_time_the_mean_is_the_yardstick_however_far_its_limit() -> None:
    assert width(WAIT, Estimate(0.07, (0.069, 0.071), (0.07,) * 10), [0.2]).share == pytest.approx(1 / 70)


def test_what_varies_about_0_is_never_known_to_a_share_of_it() -> None:
    found = width("eta.error.mean", Estimate(0.0, (-1.0, 1.0), (-1.0, 1.0)), [0.0])
    assert (found.share, found.needed(0.02)) == (math.inf, UNCOUNTABLE)


@settings(deadline=None)
@given(st.lists(st.floats(1, 100), min_size=10, max_size=40), st.floats(0.001, 0.2))
def test_what_is_needed_is_just_enough_were_the_spread_to_stay(values: list[float], precision: float) -> None:
    found = width(WAIT, estimate(values))
    needed = found.needed(precision)
    if found.share <= precision:
        assert needed == len(values)
    elif needed < UNCOUNTABLE:
        assert needed > len(values)
        spread = found.share * math.sqrt(len(values)) / quantile_of_t(LEVEL, len(values) - 1)
        share = {count: quantile_of_t(LEVEL, count - 1) * spread / math.sqrt(count) for count in (needed - 1, needed)}
        assert share[needed] <= precision * (1 + 1e-9)
        assert share[needed - 1] > precision * (1 - 1e-9)


def test_the_needed_number_is_found_by_trying() -> None:
    """Normal values of 10 % spread: 1 % takes (1.966 x 10)^2 = 386 of them, 2 % takes 99."""
    values = (1 + 0.1 * np.random.default_rng(3).standard_normal(2000)).tolist()
    assert width(WAIT, estimate(values)).needed(0.01) == 2000
    spread = float(np.std(values, ddof=1)) * math.sqrt(9 / 10)
    ten = [1 + spread * sign for sign in (-1, 1) * 5]  # as spread as all of them
    assert width(WAIT, estimate(ten)).needed(0.01) == pytest.approx(386, rel=0.03)
    assert width(WAIT, estimate(ten)).needed(0.02) == pytest.approx(99, rel=0.03)


def test_the_metrics_that_targets_judge_by_an_interval_are_looked_at_once_each() -> None:
    found = {WAIT: estimate([1.0, 2.0]), "call.wait.p99": estimate([5.0, 6.0]), "orders.failed.count": estimate([0.0])}
    judged = [
        target(WAIT, "<", 3.0),
        target(WAIT, ">", 0.5),
        target("orders.failed.count", "==", 0),
        target("x.wait.max", "<", 1),
    ]
    assert [each.metric for each in widths(judged, ["call.wait.p99"], found)] == [WAIT]
    assert [each.metric for each in widths([], ["call.wait.p99"], found)] == ["call.wait.p99"]
    assert widths(judged[2:3], ["call.wait.p99"], found) == ()
    assert isinstance(widths(judged, [], found)[0], Width)
