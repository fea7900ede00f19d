"""`retry_storm`: 60 calls/s at a service of 100/s, ten seconds of standstill, and what retries make of them."""

from __future__ import annotations

import pytest
from scenario_runs import rehearsed, values, verdicts

BUDGET = "stack.flows.call.steps.0.retry.budget=10 %"


@pytest.mark.slow
def test_after_a_pause_of_ten_seconds_nothing_is_answered_in_time_ever_again() -> None:
    """60 x 4 attempts > 100: the service stays full of work that nobody waits for any longer."""
    storm = rehearsed("retry_storm.yaml")
    found, call = values(storm), storm.tables[0].flows["call"]
    assert found["call.throughput.rate"] == 0
    assert verdicts(storm)["call.completion.ratio"] == "saturated"
    assert 235 < call.attempts / 600 < 245
    assert found["station.service.throughput.rate"] == pytest.approx(100, rel=0.02)
    # The work left behind grows by what comes and is not served.
    queue = storm.tables[0].series["queue.service"].to_numpy()
    assert (queue[-1] - queue[-6]) / 300 == pytest.approx(call.attempts / 600 - 100, rel=0.03)


def test_before_the_pause_the_retries_do_no_harm() -> None:
    calm = values(rehearsed("retry_storm.yaml", "stack.stations.service.pauses=[]"))
    assert calm["call.completion.ratio"] > 0.999
    assert calm["call.attempts.mean"] == pytest.approx(1, abs=0.001)


def test_a_budget_of_one_retry_in_ten_first_attempts_brings_it_back() -> None:
    """At most 60 + 6 attempts/s against 100: the backlog of the pause drains within half a minute."""
    kept = rehearsed("retry_storm.yaml", BUDGET)
    found, minutes = values(kept), kept.tables[0].series.set_index("at")
    assert found["call.throughput.rate"] == pytest.approx(found["call.offered.rate"], rel=0.001)
    assert found["call.throughput.rate"] == pytest.approx(60, rel=0.03)
    assert verdicts(kept)["call.completion.ratio"] == "pass"
    # The minute of the pause shows it; the one after it is as good as any other.
    done = minutes["done.call"].to_numpy() / 60
    assert done[1] < 50
    assert (done[2:] > 55).all()
