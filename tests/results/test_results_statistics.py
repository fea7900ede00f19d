"""Intervals from one value per replication."""

from __future__ import annotations

import pytest

from swifteats_sim.results.statistics import Estimate, estimate, estimates


def test_one_replication_has_no_interval() -> None:
    assert estimate([4.0]) == Estimate(4.0, None, (4.0,))


def test_the_interval_is_student_s() -> None:
    # Mean 3, standard deviation sqrt(2.5); the 97.5 % point of t with 4 degrees of freedom is 2.776445.
    result = estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    assert result.value == 3.0
    assert result.ci95 is not None
    assert list(result.ci95) == pytest.approx([3 - 1.963243, 3 + 1.963243], abs=1e-6)


def test_two_replications_pay_for_their_scarcity() -> None:
    # One degree of freedom: 12.706205 times the standard error, which is half the distance.
    result = estimate([0.0, 2.0])
    assert result.ci95 is not None
    assert list(result.ci95) == pytest.approx([1 - 12.706205, 1 + 12.706205], abs=1e-6)


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert estimate([0.1] * 3) == Estimate(0.1, (0.1, 0.1), (0.1, 0.1, 0.1))


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_nothing_and_nan_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one value and only finite ones"):
        estimate(values)


def test_a_metric_that_some_replications_lack_shows_how_many_had_it() -> None:
    result = estimates([{"a.b.mean": 1.0}, {"a.b.mean": 1.0, "c.d.max": 7.0}])
    assert result == {
        "a.b.mean": Estimate(1.0, (1.0, 1.0), (1.0, 1.0)),
        "c.d.max": Estimate(7.0, None, (7.0,)),
    }


def test_the_interval_of_a_share_ends_where_shares_end() -> None:
    shares = estimates([{"menu.completion.ratio": value, "menu.wait.probability": 1 - value} for value in (1.0, 0.7)])
    done, waited = shares["menu.completion.ratio"].ci95, shares["menu.wait.probability"].ci95
    assert done is not None
    assert waited is not None
    assert (done[1], waited[0]) == (1.0, 0.0)
