"""Balancing: the published sequence of nginx, and health checks played one by one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.balancing import Health, HealthChecked, Weighted, outages
from swifteats_sim.engine.pauses import Pace, Window


def test_the_sequence_is_that_of_nginx() -> None:
    balancer = Weighted([5, 1, 1])
    assert "".join("abc"[balancer.choose(0, 0)] for _ in range(14)) == "aabacaa" * 2


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_a_round_takes_each_as_often_as_its_weight(weights: list[int]) -> None:
    balancer = Weighted(weights)
    for _ in range(2):
        taken = Counter(balancer.choose(0, 0) for _ in range(sum(weights)))
        assert [taken[instance] for instance in range(len(weights))] == weights


def test_equal_weights_are_taken_in_turn() -> None:
    balancer = Weighted([2, 2, 2])
    assert [balancer.choose(0, 0) for _ in range(6)] == [0, 1, 2, 0, 1, 2]


def test_an_instance_goes_out_at_the_last_failed_check_and_comes_back_at_a_good_one() -> None:
    pace = Pace([Window(5, 35)], 0)
    assert outages(pace, Health(every=10, failures=1)) == [10, 40]
    assert outages(pace, Health(every=10, failures=3)) == [30, 40]
    assert outages(pace, Health(every=10, failures=4)) == []
    assert outages(pace, Health(every=50, failures=1)) == []


def test_a_slow_instance_still_answers_its_checks() -> None:
    assert outages(Pace([Window(0, 100, speed=0.01)], 0), Health(every=10, failures=1)) == []


STANDSTILLS = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 30)), max_size=6)


@settings(max_examples=300, deadline=None)
@given(STANDSTILLS, st.integers(1, 12), st.integers(1, 4))
def test_outages_are_those_of_checks_played_one_by_one(
    standstills: list[tuple[int, int]], every: int, failures: int
) -> None:
    pace = Pace([Window(start, start + length) for start, length in standstills], 0)
    row, out, edges = 0, False, list[int]()
    for check in range(0, 200, every):
        row = row + 1 if any(start <= check < start + length for start, length in standstills) else 0
        if out != (row >= failures):
            out = not out
            edges.append(check)
    assert outages(pace, Health(every, failures)) == edges


def test_those_that_are_out_are_passed_over_in_turn() -> None:
    paces = [Pace([Window(0, 20, instance=1)], instance) for instance in range(3)]
    balancer = HealthChecked(paces, Health(every=10, failures=1))
    assert [balancer.choose(now, 0) for now in (0, 1, 2, 3, 20, 20, 20)] == [0, 2, 0, 2, 0, 1, 2]
