"""`defects` of the choice: who counts as free, who is ranked first, and how long it takes to find out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from defect_pairs import BROKEN, NAMED, tried
from scenario_runs import SURE

MINUTE = 60.0


def test_c5_where_drivers_are_plenty_the_one_who_waits_longest_is_rewarded() -> None:
    """Both send at once; the score takes the nearest, arrival fit the one who comes with the food."""
    pair = tried("c05_early_arrival_rewarded")
    misfit, none = pair.metric("assignment.misfit.mean")
    assert misfit > MINUTE
    assert none == 0
    waits, fits = pair.metric("driver.wait.mean")
    assert waits > fits + MINUTE
    assert pair.named("defect-c5") == NAMED
    assert pair.broken("assignment.misfit.mean") == BROKEN


def test_c6_where_everybody_scores_zero_anybody_is_sent() -> None:
    pair = tried("c06_ties_at_zero")
    detour, none = pair.metric("assignment.detour.mean")
    assert detour > MINUTE
    assert none < 1
    assert pair.named("defect-c6") == NAMED
    assert pair.broken("assignment.detour.mean") == BROKEN


def test_c7_every_meal_takes_ten_minutes() -> None:
    pair = tried("c07_preparation_constant")
    constant, known = (offers["preparation_left"].to_numpy() / 1e9 for offers in pair.offers)
    assert set(constant) == {10 * MINUTE}
    assert np.ptp(known) > 5 * MINUTE
    assert pair.named("defect-c7") == NAMED
    assert pair.broken("eta.error.mean") == BROKEN


def test_c9_who_has_just_come_back_is_nearest_again() -> None:
    pair = tried("c09_workload_ignored")
    uneven, even = pair.metric("driver.fairness.ratio")
    assert uneven < 0.5
    assert even > 0.9
    assert pair.named("defect-c9") == NAMED
    assert pair.broken("driver.fairness.ratio") == BROKEN


def test_c10_drivers_who_have_gone_home_are_asked() -> None:
    pair = tried("c10_ghost_drivers")
    ghosts, none = pair.metric("assignment.ghosts.count")
    assert ghosts > 10
    assert none == 0
    silent, answered = pair.metric("assignment.declined.ratio")
    assert silent > answered + 0.1
    assert pair.named("defect-c10") == NAMED
    assert pair.broken("assignment.ghosts.count") == BROKEN


def test_c11_a_search_reads_every_driver_in_the_radius_one_after_the_other() -> None:
    """1 to 3 ms each, drawn once a search; what a search costs anyway takes 0.06 to 0.3 s."""
    pair = tried("c11_sequential_reads")
    offers = pair.offers[0]
    seconds, members = offers["searched"] / 1e9, offers["members"]
    assert members.mean() > 700
    assert seconds.between(members * 0.001 + 0.06, members * 0.003 + 0.3).all()
    spread = 0.002 / math.sqrt(12 * len(offers))
    assert ((seconds - 0.17) / members).mean() == pytest.approx(0.002, abs=SURE * spread)
    slow, fast = pair.metric("assignment.search.p95")
    assert slow > 1.5
    assert fast < 0.5
    assert pair.named("defect-c11") == NAMED
    assert pair.broken("assignment.search.p95") == BROKEN
