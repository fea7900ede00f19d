"""What heaps up is told for what it is: orders without a meal, a city that still fills, a backlog that stays."""

from __future__ import annotations

from typing import Any

from results_records import bare_run, orders, run, series

from swifteats_sim.results import Evidence, Tables, collect_findings, estimates, growths, judge, measure
from swifteats_sim.results.findings import Finding
from swifteats_sim.scenario.targets import Target

LIFE = ("paying", "paid", "assigned", "departed", "at_restaurant", "ready", "left")


def evidence(*tables: Tables) -> Evidence:
    return Evidence(tables, estimates([measure(each) for each in tables]), [growths(each) for each in tables])


def found(*tables: Tables) -> dict[str, Finding]:
    return {finding.id: finding for finding in collect_findings(evidence(*tables))}


def delivered(count: int, **more: Any) -> list[dict[str, Any]]:
    """Orders delivered in the span, half an hour after the click."""
    life = {"placed": 100, **dict.fromkeys(LIFE, 100), "at_door": 1900, "delivered": 1900, "closed": 1900}
    return [{**life, "state": "delivered", **more}] * count


def test_orders_without_a_meal_are_told_by_their_reasons() -> None:
    unpaid = {"placed": 70, "closed": 80, "state": "failed", "reason": "unpaid"}
    left = {"placed": 70, "paid": 71, "closed": 900, "state": "cancelled", "reason": "patience"}
    stranded = {"placed": 70, "paid": 71, "stranded": 1}
    bare = {"placed": 70, "paid": 71, "ready": 1000}
    waits = {"placed": 70, "paid": 71, "ready": 3500}
    lost = [unpaid] * 9 + [left] * 5 + [stranded] * 4 + [bare] * 3 + [waits]
    day = run(end=3600, orders=orders(*delivered(78), *lost, {**unpaid, "reason": "sold_out"}))
    assert found(day)["lost-orders"] == Finding(
        "lost-orders",
        "Orders without a meal, of 100 orders that ended or are stuck: 9 (9.0 %) not paid, after the last attempt; "
        "5 (5.0 %) given up by the customer, still without a driver; 4 (4.0 %) open, and nobody looks for a driver; "
        "3 (3.0 %) open without a driver, the food ready for 5 min or more.",
        ("A18", "#97", "A36", "#17"),
    )
    assert "lost-orders" not in found(run(end=3600, orders=orders(*delivered(900), *[unpaid] * 8)))
    assert "lost-orders" not in found(bare_run())


def test_a_city_that_is_still_filling_is_told_with_the_warm_up_that_it_needs() -> None:
    """An order a minute from minute 0 on, half an hour on its way; the span begins after ten minutes."""
    lives: list[dict[str, Any]] = [{"placed": 60 * n} for n in range(33)]
    for life in lives[:3]:
        door = life["placed"] + 1800
        life.update({**dict.fromkeys(LIFE, life["placed"]), "at_door": door, "delivered": door, "closed": door})
    levels = [float(min(n, 30)) for n in range(1, 34)]
    day = run(warmup=600, end=33 * 60, orders=orders(*lives), series=series(open_orders=levels))
    assert found(day)["filling-city"].text == (
        "The city is still filling when the measured span begins, 10 min after the first order: an order takes 30 min "
        "from click to door. Open orders grow for that alone, which is not held against the fleet. After a warm-up of "
        "30 min the city is full."
    )
    seen = evidence(day)
    (judged,) = judge([Target("orders.delivered.rate", ">=", 0.0, "rate >= 0/min", "/s")], seen.estimates, seen.growths)
    assert (judged.verdict, judged.reason) == (
        "inconclusive", "the city is still filling: its warm-up is shorter than an order takes",
    )  # fmt: skip
    assert "filling-city" not in found(run(warmup=3600, end=7200, orders=orders(*lives[:3])))
    assert "filling-city" not in found(bare_run())


def hill(*levels: float) -> Tables:
    """An hour of warm-up, then a level each minute."""
    opened = [levels[0]] * 59 + list(levels)
    return run(
        warmup=3600,
        end=(59 + len(levels)) * 60,
        orders=orders({"placed": 0}),
        series=series(open_orders=opened, unassigned_orders=[each / 2 for each in opened]),
    )


def test_a_backlog_that_rose_is_told_and_whether_it_came_back() -> None:
    burst = found(hill(800, 800, 1400, 1300, 1290, 1296))["risen-backlog"]
    assert burst.text == (
        "Open orders: 800 at first, 1,400 at the worst (minute 62), 1,296 at the end; without a driver 400, 700 and "
        "648. They have not come back."
    )
    assert found(hill(800, 800, 1400, 1000, 850, 800))["risen-backlog"].text.endswith("They have come back.")
    assert "risen-backlog" not in found(hill(800, 820, 880, 850, 810, 830))
    assert "risen-backlog" not in found(hill(10, 12, 20, 14, 15, 18))  # by chance
