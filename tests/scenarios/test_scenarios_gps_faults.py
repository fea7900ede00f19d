"""`gps_ingest` when consumers and brokers die: who waits, what is handled twice, and what is lost (A23, A26)."""

from __future__ import annotations

import pytest
from scenario_runs import LOCATION_ONLY, is_binomial, rehearsed, shipped, values

from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.streams import Streams
from swifteats_sim.simulation.software import Software, alone

FIXES, WORKERS, RATE = 2000, 30, 1 / 0.009
"""Fixes per second, location workers, and fixes per second of one of them."""
DRIVERS = 10_000
TEN_DIE = "[" + ", ".join(f"{{consumer: {each}, at: AT, for: 1 min}}" for each in range(10)) + "]"


def lags(until: int, *settings: str) -> list[int]:
    """Messages logged and not yet done at the end of each second."""
    scenario = shipped("gps_ingest.yaml", *LOCATION_ONLY, *settings)
    software = Software(scenario, Streams(scenario.seed, 0), alone(scenario))
    software.start()
    levels = list[int]()
    for second in range(1, until + 1):
        software.loop.advance(second * SECOND)
        software.loop.tally()
        levels.append(software.equipment.traffic["fixes"].waiting)
    return levels


@pytest.mark.slow
def test_a_dead_worker_s_share_waits_for_its_session_then_everything_for_the_rebalance_then_it_drains() -> None:
    """One of 30 dies at 5 s: 2,000/s / 30 stand still for 15 s, all 2,000/s for 3 s more, then 29 workers catch up.

    The servers are shared here, so that the workers alone set the pace, wherever their partitions were before.
    """
    crash = "stack.topics.fixes.crashes=[{consumer: 0, at: 5 s, for: 2 min}]"
    level = dict(enumerate(lags(60, crash, "stack.stations.location.balancing=shared"), start=1))
    assert level[5] == pytest.approx(32, abs=15)  # Little: 2,000/s x 16 ms
    assert level[20] - level[5] == pytest.approx(15 * FIXES / WORKERS, rel=0.03)
    assert level[23] - level[20] == pytest.approx(3 * FIXES, rel=0.03)
    assert level[23] - level[24] == pytest.approx(29 * RATE - FIXES, rel=0.05)
    # 60 partitions on 29 workers: two have a third one, 100/s each, and are long behind; the others are done.
    assert (level[30] - level[60]) / 30 == pytest.approx(2 * (RATE - 3 * FIXES / 60), rel=0.1)


def faults(crashes: str, *settings: str) -> dict[str, float]:
    """What ten deaths at once cost; counted up to their return, which is after the end."""
    short = ("warmup=0 s", "duration=30 s", "replications=1", f"stack.topics.fixes.crashes={crashes}")
    found = values(rehearsed("gps_ingest.yaml", *LOCATION_ONLY, *short, *settings))
    return {each: found[f"broker.fixes.{each}.count"] for each in ("lost", "duplicate")}


@pytest.mark.slow
def test_after_the_work_a_crash_repeats_what_was_in_hand_and_loses_nothing() -> None:
    """Awaited handlers hold one message at most: up to ten of ten workers, busy 60 % of their time."""
    found = faults(TEN_DIE.replace("AT", "9.9 s"))
    assert found["lost"] == 0
    assert 1 <= found["duplicate"] <= 10


@pytest.mark.slow
def test_automatic_commits_repeat_what_was_done_since_the_last_one() -> None:
    """C46, A23: 4.9 s after a commit, 4.9 s x 67/s of ten workers come again; nothing old is in hand to lose."""
    found = faults(TEN_DIE.replace("AT", "9.9 s"), "stack.topics.fixes.commit=auto")
    assert found["lost"] == 0
    assert found["duplicate"] == pytest.approx(4.9 * FIXES / WORKERS * 10, rel=0.03)


@pytest.mark.slow
def test_automatic_commits_lose_what_was_in_hand_when_they_were_made() -> None:
    """2 ms after a commit, most of what ten workers hold was taken before it: committed, never done."""
    found = faults(TEN_DIE.replace("AT", "10.002 s"), "stack.topics.fixes.commit=auto")
    assert 1 <= found["lost"] <= 10
    assert found["duplicate"] <= 10


@pytest.mark.slow
@pytest.mark.parametrize(("acks", "lost"), [("leader", 0.5 * FIXES), ("all", 0)])
def test_a_leader_takes_along_only_what_it_alone_has_and_had_acknowledged(acks: str, lost: float) -> None:
    """A26: its replicas are half a second behind. Whoever publishes during the election waits and loses nothing."""
    terms = (f"stack.topics.fixes.acks={acks}", "stack.topics.fixes.replication_lag=500 ms")
    loss = "stack.topics.fixes.leader_losses=[{at: 8 s, for: 2 s}]"
    short = ("warmup=2 s", "duration=15 s", "replications=1")
    found = rehearsed("gps_ingest.yaml", *LOCATION_ONLY, *short, *terms, loss)
    measured, gps = values(found), found.tables[0].flows["gps"]
    # Each driver sends once in 5 s, at a phase of his own: half a second meets a tenth of them.
    assert is_binomial(gps.failed / DRIVERS, lost / DRIVERS, DRIVERS)
    assert measured["broker.fixes.lost.count"] == gps.failed
    assert gps.born - gps.completed - gps.failed < 120
    # Two seconds for the new leader, then for those who waited as long: 4,000 at 30 / 9 ms.
    assert 2.0 < measured["gps.wait.max"] < 2.0 + 2 * FIXES / (WORKERS * RATE) + 0.2
