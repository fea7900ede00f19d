"""Kitchens of a recorded day: the truth stands in the trace, the estimate learns from food already ready."""

from __future__ import annotations

from fractions import Fraction

import pytest
from city_examples import terms
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.city.kitchens import Preparation
from swifteats_sim.city.recorded import RecordedKitchens
from swifteats_sim.engine.clock import SECOND, to_ns

DECLARED = 780
"""Seconds of confirmation, cooking and packing together."""


def kitchens(placed: list[float], ready: list[float], bias: float = 0.0) -> RecordedKitchens:
    def by_order(seconds: list[float]) -> dict[int, int]:
        return {order: to_ns(second) for order, second in enumerate(seconds)}

    return RecordedKitchens(by_order(placed), by_order(ready), terms(bias=bias))


def estimate(k: RecordedKitchens, order: int, restaurant: int, at: float) -> float:
    return k.estimate(order, restaurant, to_ns(at)) / SECOND


def test_recorded_kitchens_start_at_once_and_are_ready_when_the_day_says() -> None:
    k = kitchens([0], [700])
    assert k.confirm_in(0) == 0
    assert k.accept(0, 5, to_ns(30)) == Preparation(to_ns(30), -1, to_ns(700))
    assert k.usage(5) == (0, 0)


def test_food_is_never_ready_before_it_is_accepted() -> None:
    k = kitchens([0], [700])
    assert k.accept(0, 5, to_ns(900)) == Preparation(to_ns(900), -1, to_ns(900))
    assert estimate(k, 0, 5, 900) == 900
    assert k.ready[0] == to_ns(700), "the recorded day stays as it was"


def test_at_first_the_declared_laws_are_all_there_is() -> None:
    k = kitchens([100], [5000])
    assert estimate(k, 0, 5, 100) == 100 + DECLARED
    k.accept(0, 5, to_ns(130))
    assert estimate(k, 0, 5, 4999) == 100 + DECLARED
    assert estimate(k, 0, 5, 5000) == 5000


def test_a_ready_time_that_has_passed_says_nothing_before_acceptance() -> None:
    assert estimate(kitchens([0], [700]), 0, 5, 800) == DECLARED


@pytest.mark.parametrize("late", [701, 5000, 100_000])
def test_an_order_s_own_ready_time_is_unknown_until_it_has_come(late: float) -> None:
    early, other = kitchens([0], [700]), kitchens([0], [late])
    for k in (early, other):
        k.accept(0, 5, 0)
    assert [early.estimate(0, 5, at) for at in (0, to_ns(699), to_ns(700) - 1)] == [
        other.estimate(0, 5, at) for at in (0, to_ns(699), to_ns(700) - 1)
    ]
    assert estimate(early, 0, 5, 700) == 700
    assert estimate(other, 0, 5, 700) == DECLARED


def test_food_that_is_ready_teaches_its_restaurant_and_a_little_the_city() -> None:
    k = kitchens([0, 600, 600], [1200, 9000, 9000])
    k.accept(0, 5, 0)
    assert k.estimate(1, 5, to_ns(1200) - 1) == to_ns(600 + DECLARED), "not before it is ready"
    city = Fraction(1200 + 5 * DECLARED, 6)
    own = (1200 + 5 * city) / 6
    assert k.estimate(1, 5, to_ns(1200)) == round((600 + own) * SECOND)
    assert k.estimate(2, 6, to_ns(1200)) == round((600 + city) * SECOND) == to_ns(600 + 850)


def test_what_is_learnt_runs_from_placement_to_when_it_really_was_ready() -> None:
    k = kitchens([100, 0], [700, 9000])
    k.accept(0, 5, to_ns(1300))  # accepted after the recorded instant: 1200 s from placement
    assert estimate(k, 1, 6, 1300) == (1200 + 5 * DECLARED) / 6


def test_the_bias_stretches_the_whole_preparation() -> None:
    k = kitchens([100], [5000], bias=-0.5)
    assert estimate(k, 0, 5, 100) == 100 + DECLARED / 2
    k.accept(0, 5, to_ns(100))
    assert estimate(k, 0, 5, 5000) == 5000


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 90)), min_size=1, max_size=12))
def test_the_estimate_is_that_of_all_food_ready_by_now(orders: list[tuple[int, int, int]]) -> None:
    """orders : (restaurant, minutes until accepted, minutes until ready); all placed at 0, asked about every 10 min."""
    k = kitchens([0] * len(orders), [60 * ready for _, _, ready in orders])
    actual = [max(accepted, ready) for _, accepted, ready in orders]
    accepted_by = 0
    for minute in range(0, 100, 10):
        for order in sorted(range(len(orders)), key=lambda order: orders[order][1]):
            if accepted_by <= orders[order][1] <= minute:
                k.accept(order, orders[order][0], to_ns(60 * orders[order][1]))
        accepted_by = minute + 1
        there = [n for n, (_, accepted, _) in enumerate(orders) if accepted <= minute and actual[n] <= minute]
        city = Fraction(60 * sum(actual[n] for n in there) + 5 * DECLARED, len(there) + 5)
        for order, (restaurant, _, _) in enumerate(orders):
            mine = [actual[n] for n in there if orders[n][0] == restaurant]
            mean = (60 * sum(mine) + 5 * city) / (len(mine) + 5)
            wanted = 60 * actual[order] if order in there else mean
            assert k.estimate(order, restaurant, to_ns(60 * minute)) == pytest.approx(int(wanted * SECOND), abs=1)
