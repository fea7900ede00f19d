"""Offsets: what may be committed is what is settled without a gap, whatever the order in which it was settled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.live.messages.offsets import Offsets, Partition

HERE, THERE = Partition("t", 0), Partition("t", 1)


def offsets(*partitions: Partition) -> Offsets:
    made = Offsets()
    for partition in partitions:
        made.begin(partition)
    return made


@given(st.permutations(range(8)), st.integers(0, 8))
def test_committed_is_up_to_the_first_that_is_open(order: list[int], done: int) -> None:
    made = offsets(HERE)
    for offset in range(8):
        assert made.take(HERE, 10 + offset) == 1
    for offset in order[:done]:
        made.settle(HERE, 1, 10 + offset)
    still_open = set(order[done:])
    first = min(still_open, default=8)
    assert made.due() == ({HERE: 10 + first} if first else {})
    assert made.open() == len(still_open)


def test_what_is_committed_is_due_again_when_it_moves() -> None:
    made = offsets(HERE, THERE)
    for offset in (4, 7):  # a log may have gaps
        made.take(HERE, offset)
    made.settle(HERE, 1, 4)
    made.committed(made.due())
    assert made.due() == {}
    made.settle(HERE, 1, 7)
    assert made.due() == {HERE: 8}


def test_who_loses_a_partition_settles_nothing_there_also_when_it_comes_back() -> None:
    made = offsets(HERE)
    first = made.take(HERE, 5)
    assert first is not None
    made.end(HERE)
    assert made.take(HERE, 6) is None
    made.begin(HERE)
    again = made.take(HERE, 5)
    assert again is not None
    assert not made.holds(HERE, first)
    made.settle(HERE, first, 5)
    assert made.due() == {}
    made.settle(HERE, again, 5)
    assert made.due() == {HERE: 6}


def test_a_message_is_taken_once_a_term() -> None:
    made = offsets(HERE)
    assert [made.take(HERE, offset) for offset in (5, 6, 6, 5, 7)] == [1, 1, None, None, 1]
    assert made.open() == 3
