"""A day by the library's rules, to the minute, whatever the policy says; and what a policy may not say."""

from __future__ import annotations

import re

import pytest
from mdrp_examples import Scripted, plain, street

from swifteats_sim.mdrp.dispatching import BrokenRule, dispatch
from swifteats_sim.mdrp.policy import Load, Send
from swifteats_sim.mdrp.solution import Assignment


def test_a_trip_takes_what_the_rules_say() -> None:
    done = dispatch(plain(), Scripted({12: [Send(0, 0)], 20: [Load(0, (0,))]}))
    # there at 14, food at 20, leaves at 22, at the door at 25, handed over at 27
    assert done == (Assignment("c1", "r1", "o1", 12, 20, 20, ("o1",), (27,)),)


def test_who_comes_late_parks_for_two_minutes_first() -> None:
    done = dispatch(plain(), Scripted({30: [Send(0, 0), Load(0, (0,))]}))
    assert done == (Assignment("c1", "r1", "o1", 30, 30, 34, ("o1",), (41,)),)


def test_a_bundle_waits_for_its_last_order_and_goes_from_door_to_door() -> None:
    day = street([(10, 20, 0, 5), (11, 24, 0, 9)], [2], [(0, 120, 0)])
    done = dispatch(day, Scripted({16: [Send(0, 0)], 18: [Load(0, (1, 0))]}))
    # food at 24, leaves at 26, seven minutes to 9, two and two of service, four minutes back to 5
    assert done == (Assignment("c1", "r1", "o1", 16, 18, 24, ("o2", "o1"), (35, 43)),)


def test_the_next_trip_begins_where_and_when_the_last_one_ends() -> None:
    day = street([(10, 20, 0, 5), (11, 24, 0, 9)], [2], [(0, 120, 0)])
    script: dict[int, list[Send | Load]] = {16: [Send(0, 0)], 20: [Load(0, (0,))], 29: [Send(0, 1), Load(0, (1,))]}
    done = dispatch(day, Scripted(script))
    assert done[1] == Assignment("c1", "r1", "o2", 29, 29, 34, ("o2",), (45,))


def test_who_was_sent_for_one_order_may_leave_with_another() -> None:
    day = street([(10, 40, 0, 5), (17, 18, 0, 9)], [2], [(0, 120, 0)])
    done = dispatch(day, Scripted({16: [Send(0, 0)], 20: [Load(0, (1,))]}))
    assert done == (Assignment("c1", "r1", "o1", 16, 20, 20, ("o2",), (31,)),)


def test_a_policy_sees_an_order_from_the_minute_of_its_placement() -> None:
    watcher = Scripted({})
    dispatch(street([(30, 40, 0, 5), (10, 20, 0, 6)], [2], [(0, 32, 0)]), watcher)
    assert [view.now for view in watcher.seen] == list(range(10, 33))
    assert [len(view.placed) for view in watcher.seen] == [1] * 20 + [2] * 3
    first, last = watcher.seen[0], watcher.seen[-1]
    assert (first.ready.tolist(), last.ready.tolist()) == ([20], [20, 40])
    assert first.placed.base is None or len(first.placed.base) == 1


def test_a_policy_cannot_change_what_it_sees() -> None:
    watcher = Scripted({})
    dispatch(plain(), watcher)
    for array in watcher.seen[-1][1:]:
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ({12: [Load(0, (0,))]}, "at minute 12 the policy loads a courier whom it sent nowhere"),
        ({12: [Send(0, 0)], 13: [Send(0, 0)]}, "at minute 13 the policy sends a courier who is not free"),
        ({12: [Send(0, 0), Load(0, ())]}, "loads a courier whom it sent nowhere, or with nothing"),
        ({12: [Send(0, 0), Load(0, (1,))]}, "loads an order that is unknown, taken or from elsewhere"),
        ({12: [Send(0, 2)]}, "sends for an order that is not to be fetched"),
        ({12: [Send(0, 0), Load(0, (0,))], 27: [Send(0, 1)]}, "sends a courier who is not free"),
        ({12: [Send(0, 0), Load(0, (0,))], 40: [Send(0, 0)]}, "sends for an order that is not to be fetched"),
        ({59: [Send(0, 0), Load(0, (0,))]}, "lets a courier pick up after the shift"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused(script: dict[int, list[Send | Load]], said: str) -> None:
    day = street([(10, 20, 0, 5), (11, 21, 1, 5), (50, 60, 0, 5)], [2, 3], [(0, 60, 0)])
    with pytest.raises(BrokenRule, match=re.escape(said)):
        dispatch(day, Scripted(script))
