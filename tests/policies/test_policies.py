"""Dispatch policies: what they prefer, that all of them conform, and that the check catches those that do not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.domain.effects import Candidates
from swifteats_sim.policies import (
    ArrivalFit,
    Nearest,
    Policy,
    UnknownPolicy,
    check_policy,
    policy_named,
    policy_names,
)


def around(drivers: list[int], travel: list[int], preparation_left: int = 10) -> Candidates:
    versions = np.ones(len(drivers), dtype=np.int64)
    return Candidates(
        np.array(drivers, dtype=np.int64),
        versions,
        np.array(travel, dtype=np.int64),
        preparation_left,
        4,
        versions,
        versions,
        len(drivers),
    )


def ranked(policy: Policy, candidates: Candidates) -> list[int]:
    """Drivers, best first."""
    return [int(candidates.drivers[position]) for position in policy.rank(candidates)]


def test_nearest_takes_the_shortest_way_whatever_the_kitchen() -> None:
    assert ranked(Nearest(), around([7, 5, 9], [12, 3, 8])) == [5, 9, 7]


def test_arrival_fit_takes_who_comes_as_the_food_is_ready() -> None:
    # Food in 10: the gaps are 2, 7 and 1.
    assert ranked(ArrivalFit(), around([7, 5, 9], [12, 3, 9])) == [9, 7, 5]


def test_of_two_equal_gaps_arrival_fit_takes_the_shorter_way() -> None:
    assert ranked(ArrivalFit(), around([5, 7], [12, 8])) == [7, 5]


def test_arrival_fit_is_nearest_where_the_food_is_ready() -> None:
    candidates = around([7, 5, 9], [12, 3, 8], preparation_left=0)
    assert ranked(ArrivalFit(), candidates) == ranked(Nearest(), candidates) == [5, 9, 7]


@pytest.mark.parametrize("name", policy_names())
def test_equals_go_by_driver_number(name: str) -> None:
    assert ranked(policy_named(name), around([9, 3, 5], [6, 6, 6])) == [3, 5, 9]


@pytest.mark.parametrize("name", policy_names())
def test_every_registered_policy_conforms(name: str) -> None:
    check_policy(policy_named(name))


@pytest.mark.parametrize("name", policy_names())
@given(case=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), unique_by=lambda pair: pair[0]), data=st.data())
def test_the_order_in_which_candidates_are_found_does_not_matter(
    name: str, case: list[tuple[int, int]], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(case))
    policy = policy_named(name)
    here, there = (around([d for d, _ in pairs], [t for _, t in pairs], 3) for pairs in (case, other))
    assert ranked(policy, here) == ranked(policy, there)
    assert sorted(ranked(policy, here)) == sorted(driver for driver, _ in case)


class By:
    """A policy made of a function."""

    def __init__(self, rank: Callable[[Candidates], Any]) -> None:
        self._rank = rank

    def rank(self, candidates: Candidates) -> Any:
        return self._rank(candidates)


def in_place(candidates: Candidates) -> Any:
    candidates.travel.sort()
    return np.arange(len(candidates.travel))


def moody() -> Callable[[Candidates], Any]:
    """Ranks in one direction, then in the other."""
    calls = count()
    return lambda found: np.arange(len(found.drivers))[:: 1 if next(calls) % 2 else -1]


@pytest.mark.parametrize(
    ("rank", "message"),
    [
        (lambda found: found.drivers, "one candidate: positions must lie in 0 .. n-1 .*driver numbers"),
        (lambda found: np.arange(len(found.drivers)) - 1, "one candidate: positions must lie in 0 .. n-1"),
        (lambda found: np.repeat(np.arange(len(found.drivers)), 2), "one candidate: a candidate appears twice"),
        (in_place, "many candidates: the candidates were changed .*in-place sort"),
        (moody(), "many candidates: the same case was ranked in two ways .*state or chance"),
        (lambda found: found.travel / 2.0, "no candidate: positions must be integers, not float64 .*scores"),
        (lambda found: found.travel > 0, "no candidate: positions must be integers, not bool .*mask"),
        (lambda found: [], "no candidate: positions must be integers, not float64 .*plain list"),
        (lambda found: np.int64(0), "no candidate: rank must return positions in one dimension, not 0 .*scalar"),
        (lambda found: np.zeros((0, 2), dtype=np.int64), "no candidate: rank must return .* not 2 .*table"),
    ],
    ids=["driver ids", "negative", "duplicates", "mutates", "moody", "floats", "mask", "list", "scalar", "table"],
)
def test_a_policy_that_breaks_a_rule_is_told_which_and_why(rank: Callable[[Candidates], Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_policy(By(rank))


def test_a_policy_that_spoils_its_case_harms_no_later_check() -> None:
    for _ in range(2):
        with pytest.raises(AssertionError, match="the candidates were changed"):
            check_policy(By(in_place))
    check_policy(Nearest())


def test_a_policy_may_leave_candidates_out() -> None:
    check_policy(By(lambda found: np.arange(len(found.drivers))[:1]))


def test_policies_have_names() -> None:
    assert policy_names() == ("arrival_fit", "nearest")
    assert isinstance(policy_named("arrival_fit"), ArrivalFit)
    assert policy_named("nearest") is not policy_named("nearest")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("neerest", "unknown policy 'neerest'; did you mean 'nearest'?"),
        ("arrivalfit", "unknown policy 'arrivalfit'; did you mean 'arrival_fit'?"),
        ("xyz", "unknown policy 'xyz'; known: arrival_fit, nearest"),
    ],
)
def test_an_unknown_policy_is_answered_with_the_closest_name(name: str, message: str) -> None:
    with pytest.raises(UnknownPolicy) as caught:
        policy_named(name)
    assert str(caught.value) == message


def test_a_scenario_may_name_every_registered_policy_and_no_other() -> None:
    from typing import get_args

    from swifteats_sim.scenario.rules import Assignment

    assert get_args(Assignment.model_fields["policy"].annotation) == policy_names()
