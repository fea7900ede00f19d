"""Changes of keys, against chains written out in full."""

from __future__ import annotations

from itertools import accumulate, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swifteats_sim.engine.changes import NEVER, Changes, Invalidation
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.streams import Stream

LAW = Law([("exponential", (10.0,), ())], 10.0)
STREAM, FATE = Stream(1, 0, "changes"), Stream(1, 0, "invalidations")
ASKED = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 1)), max_size=30).map(
    lambda pairs: list(zip(accumulate(gap for gap, _ in pairs), (key for _, key in pairs), strict=True))
)


def chain(key: int) -> list[int]:
    """The first 200 changes of a key, about 2000 s."""
    return list(accumulate(LAW.draw_ns(STREAM, key, number) for number in range(200)))


@settings(max_examples=100, deadline=None)
@given(ASKED, st.integers(0, 30), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_last_change_and_the_last_removal_are_those_of_the_whole_chain(
    asked: list[tuple[int, int]], delay: int, failures: float
) -> None:
    changes = Changes(LAW, STREAM, Invalidation(delay * SECOND, failures, FATE))
    for second, key in asked:
        now = second * SECOND
        happened = list(takewhile(lambda at: at <= now, chain(key)))  # noqa: B023
        removals = [
            at + delay * SECOND
            for number, at in enumerate(chain(key))
            if FATE.uniform(key, number) >= failures and at + delay * SECOND <= now
        ]
        assert changes.latest(key, now) == max(happened, default=NEVER)
        assert changes.removal(key, now) == max(removals, default=NEVER)


def test_a_change_has_happened_at_its_instant() -> None:
    changes = Changes(Law([("deterministic", (10.0,), ())], 10.0), STREAM)
    asked = [10 * SECOND - 1, 10 * SECOND, 20 * SECOND - 1, 95 * SECOND]
    assert [changes.latest(0, now) for now in asked] == [NEVER, 10 * SECOND, 10 * SECOND, 90 * SECOND]
    assert changes.removal(0, 95 * SECOND) == NEVER


def test_changes_that_take_no_time_are_an_error() -> None:
    with pytest.raises(ValueError, match="a law that takes time"):
        Changes(Law([("deterministic", (0.0,), ())], 0.0), STREAM)
