"""Small cities in which one thing is scarce: what runs out decides how orders end."""

from __future__ import annotations

import numpy as np
import pytest
from small_city import CITY, run, scenario_of

from swifteats_sim.results import estimates, growths, judge, measure
from swifteats_sim.scenario import ScenarioError

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
    tables = run(
        "ordering.items=1", "ordering.prepared=100 %", "ordering.stock=1", "ordering.payment_success=100 %",
        "ordering.replenish_every=10 h",
    )  # fmt: skip
    for _, orders in tables.orders.groupby("restaurant"):
        assert orders["reason"].tolist()[1:] == ["sold_out"] * (len(orders) - 1)
        assert orders["reason"].tolist()[0] != "sold_out"


def test_a_failed_order_gives_its_portion_back() -> None:
    """Payments always fail, and the one portion is on sale again each time."""
    one = ("ordering.items=1", "ordering.prepared=100 %", "ordering.stock=1", "ordering.replenish_every=10 h")
    tables = run(*one, "ordering.payment_success=0 %", "demand.orders.rate=1/min")
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
        CITY, "stack.stations.gps={instances: 1, concurrency: 1}", "stack.flows.gps.steps.2.service=200 ms",
        'targets.gps.completion=["ratio >= 99.9 %"]', 'targets.gps.latency=["p99 < 1 h"]',
    )  # fmt: skip
    tables = run("stack.stations.gps={instances: 1, concurrency: 1}", "stack.flows.gps.steps.2.service=200 ms")
    estimated = estimates([measure(tables)])
    judged = judge(scenario.conditions, estimated, [growths(tables)])
    assert [each.verdict for each in judged] == ["saturated", "saturated"]
    assert estimated["station.gps.utilization.mean"].value == pytest.approx(1.0, abs=1e-3)


def test_estimates_of_arrival_are_unbiased_when_nothing_is_scarce() -> None:
    tables = run("city.geos.centre.drivers=80", "demand.orders.rate=3/min")
    done = tables.orders[tables.orders["delivered"] >= 0]
    error = (done["delivered"] - done["eta"]) / 1e9
    assert abs(error.mean()) < 120


def test_a_customer_s_patience_runs_from_the_click_and_nobody_pays_after_it() -> None:
    """The gateway takes three minutes, the customer two: every order is cancelled unpaid."""
    tables = run("city.customers.patience=2 min", "stack.effects.call_payment.service=3 min")
    assert (tables.orders["paid"] < 0).all()
    ended = tables.orders[tables.orders["closed"] >= 0]
    assert set(ended["reason"]) == {"patience"}
    assert ((ended["closed"] - ended["placed"]) // MINUTE == 2).all()


def test_an_order_ends_once_whoever_ends_it_first() -> None:
    """Customers who leave while a full queue refuses their order: each is cancelled or failed, never both."""
    tables = run("city.customers.patience=150 ms", "stack.stations.orders={concurrency: 1, queue: 0}")
    assert set(tables.orders["reason"]) <= {"patience", "unavailable", "unpaid", ""}
    assert (tables.orders["closed"] >= 0).sum() >= len(tables.orders) - 1


def test_a_slow_broker_makes_no_double_assignment() -> None:
    tables = run("stack.effects.publish.service=2 s", "city.drivers.accept=50 %", "city.geos.centre.drivers=8")
    assert (tables.offers["outcome"] == "declined").any()
    assert tables.counts["double_assignments"] == 0


def test_food_is_handed_over_when_it_is_ready_however_slow_the_database() -> None:
    tables = run("stack.effects.compare_and_set.service=90 s", "assignment.deferral='off'", "city.drivers.pickup=0 s")
    orders = tables.orders[(tables.orders["picked_up"] >= 0) & (tables.orders["at_restaurant"] >= 0)]
    there = orders[["at_restaurant", "ready"]].max(axis=1)
    report = 100_000_000_000  # a driver who is there first has to report it: one read, one slow write
    assert (orders["picked_up"] - there).max() <= report


def test_an_answer_after_the_timeout_is_no_answer() -> None:
    tables = run("city.drivers.answer=uniform(10 s, 30 s)", "city.drivers.accept=100 %", "city.drivers.no_answer=0 %")
    answered = tables.offers[tables.offers["answered"] >= 0]
    took = answered["answered"] - answered["committed"]
    lapsed = answered["outcome"] == "no_answer"
    assert (took[lapsed] == 20_000_000_000).all()
    assert (took[~lapsed] <= 20_000_000_000).all()
    assert abs(lapsed.mean() - 0.5) <= 4 * np.sqrt(0.25 / len(lapsed))


def test_an_order_flow_without_its_rules_is_refused() -> None:
    with pytest.raises(ScenarioError, match="once each in this order; has none"):
        scenario_of(CITY, "stack.flows.order=[{at: gateway, service: 5 ms}]")


def test_the_last_minute_is_in_the_series() -> None:
    assert run("duration=10 min").series["at"].tolist() == [minute * MINUTE for minute in range(1, 11)]
    assert run("duration=90 s").series["at"].tolist() == [MINUTE, 90_000_000_000]


def test_the_measured_span_loses_no_order() -> None:
    metrics = measure(run("warmup=30 min", "duration=30 min", "demand.orders.rate=3/min"))
    came = metrics["orders.carried_in.count"] + metrics["orders.placed.count"]
    ends = ("delivered", "failed", "cancelled", "in_flight")
    assert came == sum(metrics[f"orders.{end}.count"] for end in ends)


def test_a_freed_driver_goes_to_a_waiting_order_at_once_and_not_at_its_next_try() -> None:
    """Four drivers, far too few: each is sent again within seconds of a drop-off, not after a pause of a minute."""
    tables = run("city.geos.centre.drivers=4", "demand.orders.rate=2/min", "city.drivers.accept=100 %",
                 "city.drivers.no_answer=0 %", "assignment.deferral='off'")  # fmt: skip
    late = tables.offers[tables.offers["committed"] > 20 * MINUTE].sort_values(["driver", "committed"])
    idle = (late["committed"] - late.groupby("driver")["released"].shift()) / 1e9
    assert idle.median() < 2.0
    assert idle.quantile(0.9) < 10.0


def test_least_slack_serves_the_most_urgent_first_where_drivers_are_scarce() -> None:
    """One consumer, too few drivers: how many orders wait at a commit whose food was ready earlier (F2, C4)?"""
    scarce = (
        "city.geos.centre.drivers=8", "demand.orders.rate=2/min", "stack.topics.assignment.consumers=1",
        "assignment.policy=nearest",
    )  # fmt: skip
    overtaken = {}
    for discipline in ("least_slack", "fifo"):
        orders = run(*scarce, f"assignment.discipline={discipline}").orders
        ready = orders["ready"].where(orders["ready"] >= 0, 10**18)
        served = orders["assigned"] > 20 * MINUTE
        earlier = []
        for at, mine in zip(orders["assigned"][served], ready[served], strict=True):
            waits = orders["eligible"].between(0, at) & ((orders["assigned"] < 0) | (orders["assigned"] > at))
            earlier.append(int((waits & (ready < mine)).sum()))
        overtaken[discipline] = float(np.mean(earlier))
    assert overtaken["least_slack"] < 0.25 * overtaken["fifo"]


def test_a_geo_without_orders_is_a_geo() -> None:
    other = "{kind: sparse, area: 9 km2, restaurants: 5, drivers: 9}"
    for shares in ("{centre: 100 %, suburb: 0 %}", "{centre: 0 %, suburb: 100 %}"):
        tables = run(f"city.geos.suburb={other}", f"demand.orders.share={shares}", "duration=5 min")
        assert len(tables.kitchens) == 17
        assert tables.orders["geo"].nunique() == 1


def test_orders_open_for_over_an_hour_are_not_completed() -> None:
    """All drivers leave after ten minutes; what was ordered before the last hour counts, delivered or not."""
    geo = "{kind: dense, area: 9 km2, restaurants: 12, shifts: [{drivers: 15, on: 0 min, off: 10 min}]}"
    tables = run(f"city.geos.centre={geo}", "duration=80 min", "city.customers.patience=10 h")
    orders = tables.orders
    old = ((orders["closed"] < 0) & (orders["placed"] < 20 * MINUTE)).sum()
    done, ended = (orders["state"] == "delivered").sum(), (orders["closed"] >= 0).sum()
    assert old > 10
    assert measure(tables)["orders.completion.ratio"] == done / (ended + old)
