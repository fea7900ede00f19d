"""Slack, deferral and ETA: plain arithmetic, stated as the platform's owner means it."""

from __future__ import annotations

import pytest
from domain_play import MINUTE
from hypothesis import given
from hypothesis import strategies as st

from swifteats_sim.domain.eta import arrival_in
from swifteats_sim.domain.slack import defer_for, slack

TIME = st.integers(0, 10**15)
PAUSE = MINUTE // 2


def test_slack_is_how_long_the_driver_would_wait_for_the_food() -> None:
    assert slack(preparation_left=10 * MINUTE, travel=4 * MINUTE) == 6 * MINUTE
    # Food that waits for its driver has a negative slack, and so goes first.
    assert slack(preparation_left=0, travel=4 * MINUTE) == -4 * MINUTE


@pytest.mark.parametrize(("minutes", "wait"), [(-5, 0), (0, 0), (2, 0), (3, 1), (20, 18)])
def test_an_order_is_held_back_until_its_slack_is_the_tolerance(minutes: int, wait: int) -> None:
    assert defer_for(minutes * MINUTE, 2 * MINUTE, "corrected", PAUSE) == wait * MINUTE
    assert defer_for(minutes * MINUTE, 2 * MINUTE, "off", PAUSE) == 0


@pytest.mark.parametrize(("minutes", "wait"), [(20, 0), (0, 0), (-2, 0), (-3, PAUSE), (-20, PAUSE)])
def test_as_written_an_order_is_put_back_while_its_driver_would_be_late(minutes: int, wait: int) -> None:
    assert defer_for(minutes * MINUTE, 2 * MINUTE, "as_written", PAUSE) == wait


@given(TIME, TIME, TIME)
def test_as_written_a_deferral_never_ends_by_itself(preparation: int, travel: int, tolerance: int) -> None:
    """The food only grows older: who waits because the driver would be late, waits again (C2)."""
    wait = defer_for(slack(preparation, travel), tolerance, "as_written", PAUSE)
    assert not wait or defer_for(slack(preparation - wait, travel), tolerance, "as_written", PAUSE) == PAUSE


@given(TIME, TIME, TIME)
def test_after_its_deferral_an_order_is_eligible(preparation: int, travel: int, tolerance: int) -> None:
    wait = defer_for(slack(preparation, travel), tolerance, "corrected", PAUSE)
    assert defer_for(slack(preparation - wait, travel), tolerance, "corrected", PAUSE) == 0


def test_arrival_waits_for_the_later_of_food_and_driver() -> None:
    minutes = [arrival_in(left, travel, 2, 7) for left, travel in [(10, 4), (4, 10), (5, 5), (0, 0)]]
    assert minutes == [19, 19, 14, 9]
