"""Not enough evidence, said plainly: runs too short for how busy they are, undecided targets, single runs."""

from __future__ import annotations

import pytest
from results_records import bare_run, stations

from swifteats_sim.results.evidence import Evidence
from swifteats_sim.results.find_evidence import services_needed, too_short, undecided
from swifteats_sim.results.metrics import measure
from swifteats_sim.results.saturation import growths
from swifteats_sim.results.statistics import Estimate, estimate, estimates
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.verdict import judge
from swifteats_sim.scenario.targets import Target


@pytest.mark.parametrize(("load", "needed"), [(0.8, 1.7e5), (0.9, 6.5e5), (0.95, 2.5e6), (0.99, 6.2e7)])
def test_what_a_mean_queue_takes_is_as_known(load: float, needed: float) -> None:
    assert services_needed(load) == pytest.approx(needed, rel=0.03)


def test_four_times_as_many_for_half_the_share_and_no_number_at_full_load() -> None:
    assert services_needed(0.8, 0.025) == pytest.approx(4 * services_needed(0.8))
    assert services_needed(1.0) == float("inf")


def desk(busy: float, wait: float, visits: int = 2000) -> Tables:
    """Two minutes of a desk: busy for a share of it, with so long a wait each (s)."""
    row = {"station": "desk", "servers": 1, "visits": visits, "busy": busy * 120, "wait": wait * visits}
    return bare_run(stations=stations(row))


def finding(*tables: Tables) -> str | None:
    evidence = Evidence(tables, estimates([measure(each) for each in tables]), [growths(each) for each in tables])
    told = too_short(evidence)
    return None if told is None else told.text


def test_a_run_too_short_for_its_load_says_what_it_would_take() -> None:
    assert finding(desk(0.8, 0.24)) == (
        "Not enough evidence for waits at desk: it is 80.0 % busy, where a mean queue is known to 5 % after about "
        "170,000 services (M/M/1); this run had 2,000. 83 times as long a run, or as many replications more, would do."
    )


def test_a_station_without_room_is_told_so() -> None:
    text = finding(desk(1.0, 10.0))
    assert text is not None
    assert text.endswith("It has no room left: no run is long enough.")


def test_who_is_not_busy_or_makes_nobody_wait_is_not_mentioned() -> None:
    assert finding(desk(0.4, 0.24)) is None
    assert finding(desk(0.8, 0.001)) is None


def test_a_wait_that_is_known_well_enough_needs_no_longer_run() -> None:
    assert finding(desk(0.8, 0.24), desk(0.8, 0.24)) is None
    assert finding(desk(0.8, 0.24), desk(0.8, 0.44)) is not None


def told_of(values: list[float], limit: float) -> str | None:
    target = Target("call.wait.mean", "<", limit, f"mean < {limit:g} s", "s")
    every = estimates([{target.metric: each} for each in values])
    open_ = undecided(judge([target], every, [{}] * len(values)), Evidence([], every, []))
    return None if open_ is None else open_.text


def test_an_undecided_target_says_about_how_many_replications_would_tell() -> None:
    """Mean 3, half 1.96 of five: to be sure of being below 4 takes (t s / 1)^2: 13."""
    assert told_of([1.0, 2.0, 3.0, 4.0, 5.0], 4.0) == (
        "Not enough evidence to decide call.wait mean < 4 s (3 s ± 1.96 s: about 13 replications would tell, if the "
        "mean stays)."
    )


def test_a_decided_one_says_nothing_and_one_at_its_limit_that_nothing_helps() -> None:
    assert told_of([1.0, 2.0, 3.0, 4.0, 5.0], 9.0) is None
    text = told_of([1.0, 2.0, 3.0, 4.0, 5.0], 3.0)
    assert text is not None
    assert "its mean is the limit" in text


def test_one_replication_has_no_interval_and_nothing_like_one() -> None:
    assert estimate([3.0]) == Estimate(3.0, None, (3.0,))
    assert told_of([3.0], 2.0) is None
