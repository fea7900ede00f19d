"""What looks like a defect and is none: slow software, copies that must be expected, and losses of another kind."""

from __future__ import annotations

import pytest
from defect_pairs import FOLDER, has_finding
from scenario_runs import rehearsed

from swifteats_sim.experiments import Rehearsal

CITY = FOLDER / "small_city.yaml"


def cited(run: Rehearsal) -> set[str]:
    """The entries of the ledger that a run's findings cite."""
    return {ref for each in run.findings for ref in each.refs}


@pytest.mark.parametrize("away", [[], ["stack.topics.assignment.leader_losses=[{at: 22 min, for: 1 min}]"]])
def test_a_slow_database_does_not_wait_for_the_broker(away: list[str]) -> None:
    """C30: with the outbox no customer waits for the broker, though connections run short and it may be away."""
    slow = "stack.stations.database.pauses=[{at: 21 min, for: 2 min, speed: 0.2 %}]"
    busy = ("stack.pools.orders-db.size=6", "demand.orders.rate=60/min", "warmup=20 min", "duration=5 min")
    run = rehearsed(CITY, slow, *busy, *away)
    assert run.tables[0].pools.set_index("pool")["refused"]["orders-db"] > 0
    assert not has_finding(run, "defect-c30")


def test_a_leader_that_dies_with_requests_is_no_consumer_that_had_read_them() -> None:
    """A26: acknowledged by the leader alone. Nobody had read what is lost (C46), no search was in vain (C17)."""
    topic = "stack.topics.assignment"
    run = rehearsed(
        CITY, "warmup=20 min", f"{topic}.acks=leader", f"{topic}.replication_lag=5 min",
        f"{topic}.leader_losses=[{{at: 30 min, for: 10 s}}]",
    )  # fmt: skip
    requests = run.tables[0].topics.set_index("topic").loc["assignment"]
    assert requests["lost"] == requests["unreplicated"] > 3
    assert "A26" in cited(run)
    assert not has_finding(run, "defect-c46")
    assert not has_finding(run, "defect-c17")


def test_preparation_that_never_ages_under_deferral_is_held_back_for_good() -> None:
    """C7 alone: slack never falls, nothing is ever offered, and a finding says so (C2)."""
    run = rehearsed(CITY, "assignment.preparation=constant", "duration=20 min")
    assert len(run.tables[0].offers) == 0
    assert has_finding(run, "defect-c2")
    assert {"C2", "C7"} <= cited(run)
    assert not has_finding(run, "defect-c17")
