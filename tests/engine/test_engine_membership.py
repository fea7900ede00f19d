"""A consumer group over time: timelines by hand, and what must hold at every instant."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.membership import Crash, Membership


def owners(group: Membership, now: int) -> list[int | None]:
    return [group.owner(partition, now) for partition in range(group.partitions)]


def timeline(group: Membership) -> dict[int, list[int | None]]:
    return {now: owners(group, now) for now in (0, *group.changes)}


NOBODY = [None] * 4


def test_without_crashes_nothing_ever_changes() -> None:
    group = Membership(3, 5, session=15, rebalance=3)
    assert group.changes == ()
    assert owners(group, 10**18) == [0, 1, 2, 0, 1]


def test_a_death_is_noticed_after_the_session_and_a_return_at_once() -> None:
    group = Membership(2, 4, session=15, rebalance=3, crashes=[Crash(0, 100, 60)])
    assert timeline(group) == {
        0: [0, 1, 0, 1],
        100: [None, 1, None, 1],
        115: NOBODY,
        118: [1, 1, 1, 1],
        160: NOBODY,
        163: [0, 1, 0, 1],
    }
    assert owners(group, 99) == [0, 1, 0, 1]
    assert owners(group, 114) == [None, 1, None, 1]
    assert [group.dead(0, now) for now in (99, 100, 159, 160)] == [False, True, True, False]
    assert not group.dead(1, 120)


def test_who_comes_back_unnoticed_joins_anew() -> None:
    group = Membership(2, 4, session=15, rebalance=3, crashes=[Crash(0, 100, 5)])
    assert timeline(group) == {0: [0, 1, 0, 1], 100: [None, 1, None, 1], 105: NOBODY, 108: [0, 1, 0, 1]}


def test_a_return_as_the_session_ends_is_one_rebalance() -> None:
    group = Membership(2, 4, session=15, rebalance=3, crashes=[Crash(0, 100, 15)])
    assert group.changes == (100, 115, 118)


def test_a_return_while_the_group_is_stopped_stops_it_anew() -> None:
    group = Membership(2, 4, session=15, rebalance=10, crashes=[Crash(0, 100, 20)])
    assert timeline(group) == {0: [0, 1, 0, 1], 100: [None, 1, None, 1], 115: NOBODY, 120: NOBODY, 130: [0, 1, 0, 1]}


def test_two_deaths_one_after_the_other() -> None:
    group = Membership(3, 3, session=15, rebalance=3, crashes=[Crash(2, 110, 500), Crash(0, 100, 500)])
    assert {now: found for now, found in timeline(group).items() if now < 500} == {
        0: [0, 1, 2],
        100: [None, 1, 2],
        110: [None, 1, None],
        115: [None, None, None],
        # 2 is dead when partitions are dealt out, so nobody waits for its session to end.
        118: [1, 1, 1],
    }


def test_a_death_noticed_while_the_group_is_stopped_does_not_stop_it_longer() -> None:
    group = Membership(3, 3, session=15, rebalance=10, crashes=[Crash(0, 100, 900), Crash(2, 105, 900)])
    assert [(now, owners(group, now)) for now in group.changes[:4]] == [
        (100, [None, 1, 2]), (105, [None, 1, None]), (115, [None] * 3), (125, [1, 1, 1]),
    ]  # fmt: skip


def test_a_death_after_the_deal_is_noticed_on_its_own() -> None:
    group = Membership(3, 3, session=15, rebalance=3, crashes=[Crash(0, 100, 900), Crash(2, 119, 900)])
    assert {now: found for now, found in timeline(group).items() if 118 <= now < 900} == {
        118: [1, 2, 1],
        119: [1, None, 1],
        134: [None, None, None],
        137: [1, 1, 1],
    }


def test_when_all_are_dead_nothing_is_taken_until_one_returns() -> None:
    group = Membership(2, 4, session=15, rebalance=3, crashes=[Crash(0, 100, 300), Crash(1, 100, 200)])
    assert timeline(group) == {
        0: [0, 1, 0, 1],
        100: NOBODY,
        300: NOBODY,
        303: [1, 1, 1, 1],
        400: NOBODY,
        403: [0, 1, 0, 1],
    }
    assert group.dead(1, 250)
    assert not group.dead(1, 300)


def test_crashes_of_one_consumer_that_overlap_are_one() -> None:
    both = [Crash(0, 130, 60), Crash(0, 100, 60), Crash(0, 110, 5), Crash(0, 190, 10)]
    assert timeline(Membership(2, 4, 15, 3, both)) == timeline(Membership(2, 4, 15, 3, [Crash(0, 100, 100)]))


def test_a_rebalance_may_take_no_time() -> None:
    group = Membership(2, 4, session=15, rebalance=0, crashes=[Crash(0, 100, 60)])
    assert timeline(group) == {0: [0, 1, 0, 1], 100: [None, 1, None, 1], 115: [1, 1, 1, 1], 160: [0, 1, 0, 1]}


def test_a_crash_at_the_very_start() -> None:
    group = Membership(2, 4, session=15, rebalance=3, crashes=[Crash(1, 0, 60)])
    assert timeline(group) == {0: [0, None] * 2, 15: NOBODY, 18: [0] * 4, 60: NOBODY, 63: [0, 1, 0, 1]}


def test_one_who_has_no_partition_is_missed_all_the_same() -> None:
    group = Membership(3, 2, session=15, rebalance=3, crashes=[Crash(2, 100, 900)])
    assert [(now, owners(group, now)) for now in group.changes[:3]] == [
        (100, [0, 1]), (115, [None, None]), (118, [0, 1]),
    ]  # fmt: skip


def test_a_stranger_cannot_crash() -> None:
    with pytest.raises(ValueError, match=r"consumers 0 \.\. 1"):
        Membership(2, 4, 15, 3, [Crash(2, 0, 1)])


CRASHES = st.lists(st.builds(Crash, st.integers(0, 2), st.integers(0, 120), st.integers(1, 60)), max_size=6)


@settings(max_examples=300, deadline=None)
@given(CRASHES, st.integers(0, 20), st.integers(0, 10))
def test_what_must_hold_at_every_instant(crashes: list[Crash], session: int, rebalance: int) -> None:
    group = Membership(3, 4, session, rebalance, crashes)
    assert list(group.changes) == sorted(set(group.changes))
    answers = []
    for now in range(250):
        dead = [
            any(each.at <= now < each.at + each.lasting for each in crashes if each.consumer == c) for c in range(3)
        ]
        assert [group.dead(consumer, now) for consumer in range(3)] == dead
        found = owners(group, now)
        assert all(owner is None or not dead[owner] for owner in found)
        answers.append((found, dead))
    # Answers change at the stated instants and at no other.
    changed = [now for now, (before, after) in enumerate(pairwise(answers), start=1) if before != after]
    assert [now for now in group.changes if now < 250] == changed
    # Long after the last crash all is as at first.
    assert found == [0, 1, 2, 0]


@settings(max_examples=200, deadline=None)
@given(CRASHES.filter(bool), st.integers(0, 20), st.integers(1, 10))
def test_everybody_stops_for_a_rebalance_after_each_return(crashes: list[Crash], session: int, rebalance: int) -> None:
    group = Membership(3, 4, session, rebalance, crashes)
    for consumer in range(3):
        for now in range(1, 250):
            if group.dead(consumer, now - 1) and not group.dead(consumer, now):
                stopped = [owners(group, later) for later in range(now, now + rebalance)]
                assert stopped == [NOBODY] * rebalance
