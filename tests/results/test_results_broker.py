"""What the topics of a broker measure, reckoned by hand."""

from __future__ import annotations

from results_records import bare_run, times, to_half_a_bucket, topics

from swifteats_sim.results import measure

FIXES = {
    "topic": "fixes",
    "messages": 600,
    "bytes": 205_800,
    "waited": 1_800,
    "most": 90,
    "lost": 4,
    "duplicates": 3,
    "dead": 2,
}


def test_a_topic_is_counted_timed_and_weighed() -> None:
    day = bare_run(
        topics=topics(FIXES),
        delays={"fixes": times(0.25, 0.75, 0.5)},
    )
    expected = {
        "broker.fixes.throughput.rate": 5.0,
        "broker.fixes.volume.rate": 1715.0,
        "broker.fixes.lag.mean": 15.0,
        "broker.fixes.lag.max": 90.0,
        "broker.fixes.lost.count": 4.0,
        "broker.fixes.duplicate.count": 3.0,
        "broker.fixes.dead.count": 2.0,
        "broker.fixes.delay.mean": 0.5,
        "broker.fixes.delay.p50": 0.5,
        "broker.fixes.delay.p90": 0.7,
        "broker.fixes.delay.p95": 0.725,
        "broker.fixes.delay.p99": 0.745,
        "broker.fixes.delay.p999": 0.7495,
        "broker.fixes.delay.max": 0.75,
    }
    assert measure(day) == to_half_a_bucket(expected)


def test_a_topic_that_nobody_reads_has_no_delay() -> None:
    metrics = measure(bare_run(topics=topics(FIXES), delays={"fixes": times()}))
    assert not [name for name in metrics if ".delay." in name]
