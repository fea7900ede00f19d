"""What became of the jobs of a flow, reckoned by hand."""

from __future__ import annotations

from results_records import bare_run, flow, to_half_a_bucket

from swifteats_sim.results import measure


def test_a_flow_s_jobs_are_counted_by_birth() -> None:
    """Ten jobs in two minutes: three done, one of each other end, two under way. The one that gave up waited 6 s.

    One more was born in the warm-up and is done inside the span: the throughput counts it, by when it was done.
    """
    calls = flow(
        [1.0, 2.0, 6.0], born=10, rejected=1, abandoned=1, failed=1, expired=1, dropped=1, stale=2,
        wait=[0.0, 1.0, 5.0, 6.0], finished=4, calls=6, attempts=9, wasted=2, messages=6, bytes=600, presence=180,
    )  # fmt: skip
    expected = {
        "menu.offered.rate": 10 / 120,
        "menu.throughput.rate": 4 / 120,
        "menu.in_flight.mean": 1.5,
        "menu.messages.rate": 0.05,
        "menu.bytes.rate": 5.0,
        "menu.stale.count": 2.0,
        "menu.wasted.count": 2.0,
        "menu.completion.ratio": 0.3,
        "menu.rejected.ratio": 0.1,
        "menu.abandoned.ratio": 0.1,
        "menu.failed.ratio": 0.1,
        "menu.expired.ratio": 0.1,
        "menu.dropped.ratio": 0.1,
        "menu.attempts.mean": 1.5,
        "menu.latency.mean": 3.0,
        "menu.latency.p50": 2.0,
        "menu.latency.p90": 5.2,
        "menu.latency.p95": 5.6,
        "menu.latency.p99": 5.92,
        "menu.latency.p999": 5.992,
        "menu.latency.max": 6.0,
        "menu.wait.mean": 3.0,
        "menu.wait.p50": 3.0,
        "menu.wait.p90": 5.7,
        "menu.wait.p95": 5.85,
        "menu.wait.p99": 5.97,
        "menu.wait.p999": 5.997,
        "menu.wait.max": 6.0,
        "menu.wait.probability": 0.75,
    }
    assert measure(bare_run(flows={"menu": calls})) == to_half_a_bucket(expected)


def test_jobs_that_never_arrived_have_no_latency_no_wait_and_no_attempts() -> None:
    metrics = measure(bare_run(flows={"menu": flow([], born=4)}))
    assert metrics["menu.completion.ratio"] == 0.0
    assert not [name for name in metrics if ".latency." in name or ".wait." in name or ".attempts." in name]


def test_a_flow_without_jobs_has_rates_but_no_ratios() -> None:
    assert measure(bare_run(flows={"menu": flow([], born=0)})) == {
        "menu.offered.rate": 0.0,
        "menu.throughput.rate": 0.0,
        "menu.in_flight.mean": 0.0,
        "menu.messages.rate": 0.0,
        "menu.bytes.rate": 0.0,
        "menu.stale.count": 0.0,
        "menu.wasted.count": 0.0,
    }


def test_a_flow_that_never_waited_has_a_wait_of_zero() -> None:
    metrics = measure(bare_run(flows={"menu": flow([1.0, 1.0], born=2, wait=[0.0, 0.0])}))
    assert (metrics["menu.wait.max"], metrics["menu.wait.probability"]) == (0.0, 0.0)


def test_fixes_that_came_too_late_make_known_locations_stale() -> None:
    metrics = measure(bare_run(flows={"gps": flow([1.0] * 5, born=5, stale=3)}))
    assert metrics["location.stale.count"] == metrics["gps.stale.count"] == 3.0


def test_orders_are_measured_by_their_own_record() -> None:
    assert measure(bare_run(flows={"order": flow([1.0], born=1)})) == {}
