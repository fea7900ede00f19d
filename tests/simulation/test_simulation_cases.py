"""Small cities in which one thing is scarce: what runs out decides how orders end."""

from __future__ import annotations

import numpy as np
import pytest
from small_city import CITY, run, scenario_of

from swifteats_sim.results import estimates, growths, judge, measure

MINUTE = 60_000_000_000


def test_without_drivers_every_customer_gives_up_when_patience_ends() -> None:
    tables = run("city.geos.centre.drivers=0", "city.customers.patience=20 min", "ordering.payment_success=100 %")
    ended = tables.orders[tables.orders["closed"] >= 0]
    assert set(ended["reason"]) == {"patience"}
    waited = ended["closed"] - ended["placed"]
    assert waited.min() >= 20 * MINUTE
    assert waited.max() <= 20 * MINUTE + 1_000_000_000  # the click and its write to the database
    overdue = tables.orders[(tables.orders["closed"] < 0) & (tables.orders["placed"] < tables.end - 21 * MINUTE)]
    assert overdue.empty


def test_without_drivers_and_with_patience_the_platform_gives_up_after_its_attempts() -> None:
    tables = run("city.geos.centre.drivers=0", "assignment.attempts=3", "ordering.payment_success=100 %")
    ended = tables.orders[tables.orders["closed"] >= 0]
    assert set(ended["reason"]) == {"no_driver"}
    tried = (ended["closed"] - ended["paid"]) / 1e9
    assert 120 < tried.min() < 125  # three searches with two pauses of 60 s between them (A36)


def test_the_last_portion_is_sold_once() -> None:
    """One item in each kitchen, one portion: the first order of a restaurant gets it, all others are refused."""
    tables = run("ordering.items=1", "ordering.stock=1", "ordering.payment_success=100 %")
    for _, orders in tables.orders.groupby("restaurant"):
        assert orders["reason"].tolist()[1:] == ["sold_out"] * (len(orders) - 1)
        assert orders["reason"].tolist()[0] != "sold_out"


def test_a_failed_order_gives_its_portion_back() -> None:
    """Payments always fail, and the one portion is on sale again each time."""
    tables = run("ordering.items=1", "ordering.stock=1", "ordering.payment_success=0 %", "demand.orders.rate=1/min")
    assert set(tables.orders["reason"]) <= {"unpaid", ""}
    assert (tables.orders["reason"] == "unpaid").sum() >= len(tables.orders) - 1


def test_orders_go_unpaid_as_often_as_two_attempts_allow() -> None:
    tables = run("demand.orders.rate=20/min", "ordering.payment_success=80 %", "city.geos.centre.drivers=0")
    tried = tables.orders[tables.orders["answered"] >= 0]
    unpaid, expected = (tried["reason"] == "unpaid").mean(), 0.2**2
    assert abs(unpaid - expected) <= 4 * np.sqrt(expected * (1 - expected) / len(tried))


def test_declines_are_as_frequent_as_declared() -> None:
    tables = run("demand.orders.rate=3/min", "city.drivers.accept=60 %", "city.drivers.no_answer=10 %")
    outcomes = tables.offers[tables.offers["answered"] >= 0]["outcome"].replace("cancelled", "accepted")
    shares = outcomes.value_counts(normalize=True)
    for outcome, share in {"accepted": 0.6, "declined": 0.3, "no_answer": 0.1}.items():
        assert abs(shares[outcome] - share) <= 4 * np.sqrt(share * (1 - share) / len(outcomes))


def test_who_declined_is_not_asked_again_for_the_same_order() -> None:
    tables = run("city.drivers.accept=30 %")
    assert not tables.offers.duplicated(["order", "driver"]).any()
    attempts = tables.offers.groupby("order")["attempt"].apply(list)
    assert all(each == list(range(1, len(each) + 1)) for each in attempts)


def test_a_driver_whose_shift_ends_finishes_the_order_first_and_sends_no_fix_afterwards() -> None:
    geo = "{kind: dense, area: 9 km2, restaurants: 12, shifts: [{drivers: 15, on: 0 min, off: 30 min}]}"
    tables = run(f"city.geos.centre={geo}", "city.fix_sample=1")
    off = tables.shifts.set_index("driver")["off"]
    assert (off >= 30 * MINUTE).all()
    late = off[off > 30 * MINUTE + 1_000_000_000]
    assert len(late), "somebody was on the way when the shift ended"
    after = late - tables.offers.groupby("driver")["released"].max()[late.index]
    assert after.between(0, 1_000_000_000).all()
    last_fix = tables.fixes.groupby("driver")["sent"].max()
    assert (last_fix <= off[last_fix.index]).all()
    assert (tables.offers["committed"] < 31 * MINUTE).all()


def test_more_drivers_make_shorter_waits() -> None:
    waits = [
        measure(run("demand.orders.rate=3/min", f"city.geos.centre.drivers={drivers}"))["delivery.food_wait.mean"]
        for drivers in (20, 40, 80)
    ]
    assert waits[0] > waits[1] > waits[2]


def test_deferral_keeps_drivers_out_of_the_kitchen() -> None:
    corrected, off = (
        measure(run(f"assignment.deferral={mode}", "city.geos.centre.drivers=60")) for mode in ("corrected", "'off'")
    )
    assert off["driver.wait.mean"] > corrected["driver.wait.mean"] + 300
    assert off["driver.cycle.mean"] > corrected["driver.cycle.mean"] + 300


def test_a_fleet_of_instances_below_the_load_is_saturated() -> None:
    """Thirty drivers send 6 fixes/s; one server that needs 200 ms for each manages 5."""
    scenario = scenario_of(
        CITY, "stack.stations.gps={instances: 1, concurrency: 1}", "stack.flows.gps.0.service=200 ms",
        'targets.gps.completion=["ratio >= 99.9 %"]', 'targets.gps.latency=["p99 < 1 h"]',
    )  # fmt: skip
    tables = run("stack.stations.gps={instances: 1, concurrency: 1}", "stack.flows.gps.0.service=200 ms")
    estimated = estimates([measure(tables)])
    judged = judge(scenario.conditions, estimated, [growths(tables)])
    assert [each.verdict for each in judged] == ["saturated", "saturated"]
    assert estimated["station.gps.utilization.mean"].value == pytest.approx(1.0, abs=1e-3)


def test_estimates_of_arrival_are_unbiased_when_nothing_is_scarce() -> None:
    tables = run("city.geos.centre.drivers=80", "demand.orders.rate=3/min")
    done = tables.orders[tables.orders["delivered"] >= 0]
    error = (done["delivered"] - done["eta"]) / 1e9
    assert abs(error.mean()) < 120
