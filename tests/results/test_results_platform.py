"""What flows, stations, kitchens and counters measure, reckoned by hand."""

from __future__ import annotations

from typing import Any

from results_records import flow, kitchens, offers, orders, run, shifts, states, stations

from swifteats_sim.results import measure
from swifteats_sim.scenario.metrics import catalogue


def platform(**parts: Any) -> dict[str, float]:
    metrics = measure(run(**parts))
    return {name: value for name, value in metrics.items() if not name.startswith("orders.")}


def test_gps_fixes_are_counted_by_birth() -> None:
    assert platform(flows={"gps": flow([1.0, 2.0, 6.0], born=6, rejected=2, stale=1)}) == {
        "gps.offered.rate": 6 / 120,
        "gps.latency.mean": 3.0,
        "gps.latency.p50": 2.0,
        "gps.latency.p90": 5.2,
        "gps.latency.p95": 5.6,
        "gps.latency.p99": 5.92,
        "gps.latency.p999": 5.992,
        "gps.latency.max": 6.0,
        "gps.completion.ratio": 0.5,
        "gps.rejected.ratio": 2 / 6,
        "location.stale.count": 1.0,
    }


def test_fixes_that_never_arrived_have_no_latency() -> None:
    metrics = platform(flows={"gps": flow([], born=4)})
    assert metrics == {
        "gps.offered.rate": 4 / 120,
        "gps.completion.ratio": 0.0,
        "gps.rejected.ratio": 0.0,
        "location.stale.count": 0.0,
    }


def test_tracking_is_timed_to_the_customer_s_map() -> None:
    metrics = platform(flows={"tracking": flow([0.25, 0.75], born=5)})
    assert (metrics["tracking.latency.p50"], metrics["tracking.latency.max"]) == (0.5, 0.75)


def test_a_station_is_busy_by_its_servers() -> None:
    gateway = {
        "station": "gateway",
        "servers": 2,
        "visits": 60,
        "busy": 60,
        "wait": 30,
        "max_wait": 4,
        "rejected": 3,
    }
    idle = {"station": "cache", "servers": 1, "visits": 0, "busy": 0, "wait": 0}
    assert platform(stations=stations(gateway, idle)) == {
        "station.gateway.utilization.mean": 0.25,
        "station.gateway.queue.mean": 0.25,
        "station.gateway.throughput.rate": 0.5,
        "station.gateway.rejected.count": 3.0,
        "station.gateway.wait.mean": 0.5,
        "station.gateway.wait.max": 4.0,
        "station.cache.utilization.mean": 0.0,
        "station.cache.queue.mean": 0.0,
        "station.cache.throughput.rate": 0.0,
        "station.cache.rejected.count": 0.0,
    }


def test_kitchens_without_cooks_are_left_out() -> None:
    cooked = kitchens({"cooks": 2, "busy": 120}, {"cooks": 1, "busy": 30}, {"cooks": 0, "busy": 0})
    assert platform(kitchens=cooked) == {"kitchen.utilization.mean": 0.375, "kitchen.utilization.max": 0.5}


def test_lost_races_are_shares_of_the_tries() -> None:
    counts = {
        "double_assignments": 0, "oversold": 2, "reserve_tries": 40, "reserve_conflicts": 10,
        "commit_tries": 0, "commit_conflicts": 0, "events": 99,
    }  # fmt: skip
    assert platform(counts=counts) == {
        "assignment.double.count": 0.0,
        "inventory.oversold.count": 2.0,
        "inventory.conflict.ratio": 0.25,
    }


def test_a_full_record_answers_the_whole_catalogue_and_nothing_else() -> None:
    life = dict.fromkeys(("placed", "answered", "paid", "accepted", "cooking", "ready", "eligible", "assigned"), 100)
    ends = dict.fromkeys(("at_restaurant", "picked_up", "delivered", "closed", "promised", "eta"), 110)
    races = (
        "double_assignments",
        "oversold",
        "reserve_tries",
        "reserve_conflicts",
        "commit_tries",
        "commit_conflicts",
    )
    day = run(
        orders=orders({**life, **ends, "state": "delivered"}),
        offers=offers({"committed": 100, "answered": 101, "released": 110}),
        stations=stations({"station": "gateway", "servers": 1, "visits": 1, "busy": 1, "wait": 0}),
        kitchens=kitchens({"cooks": 1, "busy": 1}),
        shifts=shifts((0, 180)),
        states=states((0, 0, "available")),
        flows={"gps": flow([1], born=1), "tracking": flow([1], born=1)},
        counts=dict.fromkeys(races, 1),
    )
    assert set(measure(day)) == set(catalogue(["gateway"]))
