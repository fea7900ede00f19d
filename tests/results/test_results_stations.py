"""What stations and pools measure, reckoned by hand."""

from __future__ import annotations

import pytest
from results_records import bare_run, pools, stations

from swifteats_sim.results import measure


def test_a_station_is_busy_by_its_servers() -> None:
    """Those who gave up waited 15 s: they stood in the queue, but their wait ended in no service."""
    gateway = {
        "station": "gateway",
        "servers": 2,
        "visits": 60,
        "busy": 60,
        "wait": 30,
        "queued": 45,
        "max_wait": 4,
        "rejected": 3,
    }
    idle = {"station": "cache", "servers": 1, "visits": 0, "busy": 0, "wait": 0}
    assert measure(bare_run(stations=stations(gateway, idle))) == {
        "station.gateway.utilization.mean": 0.25,
        "station.gateway.queue.mean": 0.375,
        "station.gateway.throughput.rate": 0.5,
        "station.gateway.rejected.count": 3.0,
        "station.gateway.wait.mean": 0.5,
        "station.gateway.wait.max": 4.0,
        "station.cache.utilization.mean": 0.0,
        "station.cache.queue.mean": 0.0,
        "station.cache.throughput.rate": 0.0,
        "station.cache.rejected.count": 0.0,
    }


def test_a_pool_is_used_by_its_connections() -> None:
    orders = {
        "pool": "orders-db",
        "size": 3,
        "takes": 40,
        "held": 90,
        "wait": 20,
        "queued": 35,
        "max_wait": 2,
        "most": 3,
        "refused": 5,
    }
    idle = {"pool": "reports", "size": 2}
    assert measure(bare_run(pools=pools(orders, idle))) == {
        "pool.orders-db.utilization.mean": 0.25,
        "pool.orders-db.refused.count": 5.0,
        "pool.orders-db.in_use.max": 3.0,
        "pool.orders-db.wait.mean": 0.5,
        "pool.orders-db.wait.max": 2.0,
        "pool.reports.utilization.mean": 0.0,
        "pool.reports.refused.count": 0.0,
        "pool.reports.in_use.max": 0.0,
    }


def test_the_order_of_columns_does_not_matter() -> None:
    frame = stations({"station": "gateway", "servers": 2, "visits": 60, "busy": 60, "wait": 30})
    turned = frame[frame.columns[::-1]]
    assert measure(bare_run(stations=turned)) == measure(bare_run(stations=frame))


def test_a_crowd_may_wait_longer_than_an_int64_of_nanoseconds() -> None:
    """Ten million jobs in line for an hour."""
    full = stations({"station": "gateway", "servers": 1, "visits": 1, "busy": 3600, "wait": 0}).assign(queued=3.6e19)
    metrics = measure(bare_run(warmup=0, end=3600, stations=full))
    assert metrics["station.gateway.queue.mean"] == pytest.approx(1e7, rel=1e-12)


def test_a_pool_that_nobody_gets_a_connection_of_has_a_longest_wait_and_no_mean() -> None:
    metrics = measure(bare_run(pools=pools({"pool": "base", "size": 1, "held": 120, "queued": 900, "max_wait": 120})))
    assert metrics["pool.base.wait.max"] == 120.0
    assert "pool.base.wait.mean" not in metrics
