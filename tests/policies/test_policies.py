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
    FairShare,
    Nearest,
    NotesScore,
    Policy,
    UnknownPolicy,
    check_policy,
    policy_named,
    policy_names,
)
from swifteats_sim.policies.notes_score import scores

MINUTE = 60_000_000_000
BY_NUMBER = tuple(name for name in policy_names() if name != "notes_score")
"""Policies of which equals go by driver number; the notes' score leaves them as they were found (C6)."""


def around(drivers: list[int], travel: list[int], preparation_left: int = 10, scale: int = 1) -> Candidates:
    """Drivers so far away, without work and idle alike. scale : ns of a unit of time."""
    ones, times = np.ones(len(drivers), dtype=np.int64), np.array(travel, dtype=np.int64) * scale
    return Candidates(
        np.array(drivers, dtype=np.int64), ones, times, preparation_left * scale, 4 * scale, ones, ones, len(drivers),
        times / 1.0, 0.0,
    )  # fmt: skip


def away(metres: list[float], preparation: float, trip: float) -> Candidates:
    """Drivers 0, 1, ... so many metres away. preparation : minutes; trip : metres."""
    drivers = list(range(len(metres)))
    found = around(drivers, [0] * len(metres), 0)
    return found._replace(preparation_left=round(preparation * MINUTE), distance=np.array(metres), trip=trip)


def at_work(found: Candidates, orders: list[int], idle: list[int]) -> Candidates:
    return found._replace(orders=np.array(orders, dtype=np.int64), idle=np.array(idle, dtype=np.int64) * MINUTE)


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


def test_of_drivers_who_fit_within_two_minutes_fair_share_takes_who_has_had_the_least_work() -> None:
    # Food in 10: the gaps are 1, 3, 4 and 0; two drivers are too far from the best, however little work they have had.
    found = at_work(around([1, 2, 3, 4], [9, 7, 14, 10], 10, MINUTE), orders=[3, 2, 0, 5], idle=[0, 0, 9, 0])
    assert ranked(FairShare(), found) == [1, 4, 2, 3]
    # One minute later the second has a gap of 2, and is among those who share.
    found = at_work(around([1, 2, 3, 4], [9, 8, 14, 10], 10, MINUTE), orders=[3, 2, 0, 5], idle=[0, 0, 9, 0])
    assert ranked(FairShare(), found) == [2, 1, 4, 3]


def test_of_equal_work_fair_share_takes_who_has_been_idle_longest() -> None:
    found = at_work(around([1, 2, 3], [10, 11, 12], 10, MINUTE), orders=[2, 2, 2], idle=[4, 9, 6])
    assert ranked(FairShare(), found) == [2, 3, 1]


def test_whom_fair_share_does_not_share_with_goes_by_arrival_fit() -> None:
    found = at_work(around([1, 2, 3], [30, 10, 25], 10, MINUTE), orders=[0, 5, 3], idle=[9, 0, 0])
    assert ranked(FairShare(), found) == [2, 3, 1]


def test_the_notes_score_is_nought_for_urgent_food_as_the_ledger_reckons_it() -> None:
    """Preparation 0, 0.5 km to the restaurant, 5 km to the customer: 100 - 100 - 2.5 - 30 = -32.5, which is 0 (C6)."""
    assert scores(away([500.0], preparation=0, trip=5000.0)).tolist() == [0.0]
    # 5 minutes earlier the same driver is not late: 100 + 0 - 2.5 - 30.
    assert scores(away([500.0], preparation=5, trip=5000.0)).tolist() == [67.5]


@pytest.mark.parametrize("preparation", [-20, 0, 1])
def test_with_food_due_within_a_minute_all_tie_and_stay_as_they_were_found(preparation: int) -> None:
    """The floor of 5 minutes makes every driver 4 minutes late or more: whoever was found first is sent (C6)."""
    found = away([4900.0, 20.0, 2500.0, 600.0], preparation, trip=100.0)
    assert scores(found).tolist() == [0.0] * 4
    assert NotesScore().rank(found).tolist() == [0, 1, 2, 3]


def test_the_notes_score_hides_its_tie_behind_a_constant_until_the_trip_is_long() -> None:
    """Ten minutes assumed for ever, 5 km to the restaurant, 15 km to the customer: 100 - 25 - 80 = -5 (C7)."""
    assert scores(away([5000.0], preparation=10, trip=15_000.0)).tolist() == [0.0]
    assert scores(away([5000.0], preparation=10, trip=10_000.0)).tolist() == [100.0 - 25.0 - 2 * (10 + 20)]


def test_the_notes_score_rewards_who_waits_for_the_food() -> None:
    """Food in 10 minutes, drivers 10 and 5 minutes away: the one who comes in time loses to who stands about (C5)."""
    found = away([5000.0, 500.0], preparation=10, trip=2000.0)
    assert scores(found).tolist() == [100 + 0 - 25 - 2 * (10 + 5), 100 + 50 - 2.5 - 2 * (5 + 5)]
    assert ranked(NotesScore(), found) == [1, 0]
    in_time = found._replace(travel=np.array([10, 1], dtype=np.int64) * MINUTE)
    assert ranked(ArrivalFit(), in_time) == [0, 1]


def test_the_reward_for_waiting_has_a_limit() -> None:
    assert scores(away([1000.0], preparation=60, trip=1000.0)).tolist() == [100 + 50 - 5 - 2 * (5 + 5)]


@given(metres=st.lists(st.floats(0, 5000), min_size=1), preparation=st.floats(-30, 30), trip=st.floats(0, 20_000))
def test_the_notes_score_is_nearest_first(metres: list[float], preparation: float, trip: float) -> None:
    """Nobody nearer scores less, so that the best is the nearest, unless others are as good (C6)."""
    found = away(metres, preparation, trip)
    assert scores(found)[int(np.argmin(metres))] == scores(found).max()


@pytest.mark.parametrize("name", BY_NUMBER)
def test_equals_go_by_driver_number(name: str) -> None:
    assert ranked(policy_named(name), around([9, 3, 5], [6, 6, 6])) == [3, 5, 9]


@pytest.mark.parametrize("name", policy_names())
def test_every_registered_policy_conforms(name: str) -> None:
    check_policy(policy_named(name))


@pytest.mark.parametrize("name", BY_NUMBER)
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
    assert policy_names() == ("arrival_fit", "fair_share", "nearest", "notes_score")
    assert isinstance(policy_named("arrival_fit"), ArrivalFit)
    assert policy_named("nearest") is not policy_named("nearest")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("neerest", "unknown policy 'neerest'; did you mean 'nearest'?"),
        ("arrivalfit", "unknown policy 'arrivalfit'; did you mean 'arrival_fit'?"),
        ("xyz", "unknown policy 'xyz'; known: arrival_fit, fair_share, nearest, notes_score"),
    ],
)
def test_an_unknown_policy_is_answered_with_the_closest_name(name: str, message: str) -> None:
    with pytest.raises(UnknownPolicy) as caught:
        policy_named(name)
    assert str(caught.value) == message


def test_a_scenario_may_name_every_registered_policy_and_no_other() -> None:
    from swifteats_sim.scenario.rules import POLICIES

    assert sorted(POLICIES) == list(policy_names())
