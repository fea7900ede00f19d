"""Garbage is swept seldom while a run goes, and as before when it is over, however it ended."""

from __future__ import annotations

import gc

import pytest
from small_city import run

from swifteats_sim.simulation.assembly import Assembly
from swifteats_sim.simulation.sweeping import SELDOM, seldom_swept


def test_what_was_set_before_is_set_again_also_after_an_error() -> None:
    before = gc.get_threshold()
    with seldom_swept():
        assert gc.get_threshold() == SELDOM
    with pytest.raises(ZeroDivisionError), seldom_swept():
        1 / 0  # noqa: B018
    assert gc.get_threshold() == before


def test_a_run_is_swept_seldom_also_where_nothing_else_is_and_what_was_there_is_looked_at_again_afterwards() -> None:
    gc.disable()
    try:
        with seldom_swept():
            assert gc.isenabled()
            assert gc.get_freeze_count()
        assert not gc.isenabled()
        assert not gc.get_freeze_count()
    finally:
        gc.enable()


def assemblies() -> int:
    """How many there are, garbage included."""
    return sum(type(each) is Assembly for each in gc.get_objects())


def test_of_runs_one_after_the_other_only_the_last_is_still_there() -> None:
    """Each is one big circle: the next one in the process has it swept away."""
    before = assemblies()
    for _ in range(5):
        run("duration=10 min")
    assert assemblies() - before <= 1
