"""What a handful of orders measures, reckoned by hand."""

from __future__ import annotations

import pytest
from results_records import bare_run, orders, run

from swifteats_sim.results import measure


def of(metrics: dict[str, float], subject: str) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name.startswith(f"{subject}.")}


def test_orders_count_where_their_event_falls() -> None:
    day = run(
        orders=orders(
            {"placed": 10, "closed": 59, "state": "delivered"},  # ended in the warm-up: not counted
            {"placed": 10, "closed": 60, "state": "delivered"},  # ended as the span opened
            {"placed": 70, "closed": 170, "state": "delivered"},
            {"placed": 80, "closed": 90, "state": "failed"},
            {"placed": 59, "closed": 179.9, "state": "cancelled"},
            {"placed": 20},  # placed in the warm-up, still open
            {"placed": 179},
            {"placed": 100, "closed": 180, "state": "delivered"},  # the end is no longer in the span
        )
    )
    assert of(measure(day), "orders") == {
        "orders.carried_in.count": 3.0,
        "orders.offered.rate": 4 / 120,
        "orders.placed.count": 4.0,
        "orders.delivered.count": 2.0,
        "orders.delivered.rate": 2 / 120,
        "orders.failed.count": 1.0,
        "orders.cancelled.count": 1.0,
        "orders.in_flight.count": 3.0,
        "orders.unpaid.count": 0.0,
        "orders.sold_out.count": 0.0,
        "orders.duplicated.count": 0.0,
        "orders.completion.ratio": 0.5,
    }


def test_without_warmup_every_placed_order_is_accounted_for() -> None:
    ends = [("delivered", 50), ("failed", 60), ("cancelled", 70), ("placed", -1), ("placed", -1)]
    metrics = measure(run(warmup=0, orders=orders(*({"placed": 1, "state": s, "closed": at} for s, at in ends))))
    parts = ("delivered", "failed", "cancelled", "in_flight")
    assert [metrics[f"orders.{part}.count"] for part in parts] == [1, 1, 1, 2]
    assert metrics["orders.placed.count"] == 5


def test_an_order_s_life_is_timed_leg_by_leg() -> None:
    life = {
        "placed": 50, "answered": 60.25, "paid": 61, "accepted": 62, "cooking": 65, "ready": 100,
        "eligible": 70, "assigned": 72,
        "picked_up": 130, "at_door": 150, "delivered": 160, "closed": 160, "promised": 155, "eta": 162,
        "state": "delivered",
    }  # fmt: skip
    metrics = measure(run(orders=orders(life)))
    means = {name: value for name, value in metrics.items() if name.endswith(".mean") and "utilization" not in name}
    assert means == {
        "order.latency.mean": 10.25,
        "assignment.latency.mean": 2.0,
        "assignment.since_payment.mean": 11.0,
        "delivery.click_to_door.mean": 110.0,
        "delivery.preparation.mean": 50.0,
        "delivery.food_wait.mean": 30.0,
        "delivery.lateness.mean": 5.0,
        "kitchen.wait.mean": 3.0,
        "eta.error.mean": -2.0,
        "eta.absolute_error.mean": 2.0,
    }


def test_an_order_that_is_stranded_or_open_for_an_hour_is_not_completed() -> None:
    done = {"placed": 3700, "closed": 3800, "state": "delivered"}
    stranded, overdue, both = {"placed": 3900, "stranded": 1}, {"placed": 10}, {"placed": 10, "stranded": 1}
    day = run(warmup=3600, end=7200, orders=orders(done, stranded, overdue, both, {"placed": 3900}))
    assert measure(day)["orders.completion.ratio"] == 1 / 4


def test_a_latency_belongs_to_the_span_in_which_it_ends() -> None:
    early, late, open_ = (
        {"placed": 58, "paid": 58, "answered": 59},
        {"placed": 59, "paid": 60, "answered": 62},
        {"placed": 100},
    )
    metrics = measure(run(orders=orders(early, late, open_)))
    assert (metrics["order.latency.mean"], metrics["order.latency.max"]) == (3.0, 3.0)


def test_a_refusal_does_not_flatter_the_latency() -> None:
    refused, taken = {"placed": 60, "answered": 61}, {"placed": 60, "paid": 63, "answered": 64}
    assert measure(run(orders=orders(refused, taken)))["order.latency.mean"] == 4.0


def test_quantiles_are_interpolated_between_observations() -> None:
    day = run(orders=orders(*({"placed": 60, "paid": 60, "answered": 60 + latency} for latency in range(1, 102))))
    assert of(measure(day), "order") == {
        "order.latency.mean": 51.0,
        "order.latency.p50": 51.0,
        "order.latency.p90": 91.0,
        "order.latency.p95": 96.0,
        "order.latency.p99": 100.0,
        "order.latency.p999": pytest.approx(100.9, rel=1e-12),
        "order.latency.max": 101.0,
    }


def test_a_delivery_before_its_promise_is_not_late() -> None:
    day = run(
        orders=orders(
            {"placed": 0, "delivered": 100, "promised": 130},
            {"placed": 0, "delivered": 100, "promised": 100},
            {"placed": 0, "delivered": 100, "promised": 60},
            {"placed": 0, "delivered": 100},
        )
    )
    metrics = measure(day)
    assert metrics["delivery.on_time.ratio"] == 2 / 3
    assert (metrics["delivery.lateness.p50"], metrics["delivery.lateness.max"]) == (0.0, 40.0)


def test_failures_are_told_by_their_reason() -> None:
    ends = [("unpaid", 70), ("sold_out", 80), ("sold_out", 90), ("inventory_contended", 100), ("unpaid", 59)]
    failed = [{"placed": 1, "closed": at, "state": "failed", "reason": reason} for reason, at in ends]
    metrics = measure(run(orders=orders(*failed)))
    assert [metrics[f"orders.{name}.count"] for name in ("unpaid", "sold_out", "failed")] == [1, 2, 4]


def test_an_order_made_twice_counts_where_its_twin_was_placed() -> None:
    first, twin, earlier = {"placed": 59}, {"placed": 61, "twin_of": 0}, {"placed": 50, "twin_of": 1}
    assert measure(run(orders=orders(first, twin, earlier)))["orders.duplicated.count"] == 1.0


def test_what_never_happened_has_no_metric() -> None:
    assert measure(run()) == {
        "orders.carried_in.count": 0.0,
        "orders.offered.rate": 0.0,
        "orders.placed.count": 0.0,
        "orders.delivered.count": 0.0,
        "orders.delivered.rate": 0.0,
        "orders.failed.count": 0.0,
        "orders.cancelled.count": 0.0,
        "orders.in_flight.count": 0.0,
        "orders.unpaid.count": 0.0,
        "orders.sold_out.count": 0.0,
        "orders.duplicated.count": 0.0,
        "assignment.ghosts.count": 0.0,
        "assignment.deferred_late.count": 0.0,
    }


def test_a_run_without_a_city_has_no_orders_to_count() -> None:
    assert measure(bare_run(counts={"events": 7})) == {}


def test_a_run_that_ends_in_its_warmup_measures_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        measure(run(warmup=60, end=60))
