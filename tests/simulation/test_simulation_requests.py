"""Requests for drivers in a whole city: copies, failures, one topic for all geos, and what the notes' code forgets."""

from __future__ import annotations

import pytest
from small_city import CITY, run, scenario_of

from swifteats_sim.results import Tables
from swifteats_sim.simulation import simulate

TWO_GEOS = CITY.replace(
    "  geos:\n", "  geos:\n    outer: {kind: sparse, area: 9 km2, restaurants: 12, drivers: 30}\n"
).replace("rate: 1.5/min", "rate: 3/min")
BUSY = ("duration=30 min", "assignment.deferral='off'", "demand.orders.rate=3/min")


def commits(record: Tables) -> list[tuple[int, int]]:
    """(order, version) of every commit."""
    return list(zip(record.offers["order"].tolist(), record.offers["attempt"].tolist(), strict=True))


def safe(record: Tables) -> bool:
    """No request was committed twice, no driver had two orders, and every order is looked after."""
    committed = commits(record)
    return len(set(committed)) == len(committed) and not any(
        record.counts[name] for name in ("double_assignments", "stranded", "oversold")
    )


def topic(record: Tables, column: str) -> int:
    return int(record.topics.set_index("topic")[column]["assignment"])


@pytest.mark.parametrize("handlers", ["awaited", "unawaited"])
@pytest.mark.parametrize("per", ["geo", "platform"])
def test_copies_failures_and_a_crash_cost_no_order_its_driver(handlers: str, per: str) -> None:
    faults = (
        f"per={per}", f"handlers={handlers}", "duplicates=50 %", "failures=20 %", "attempts=20",
        "crashes=[{consumer: 0, at: 10 min, for: 1 min}]",
    )  # fmt: skip
    changes = [f"stack.topics.assignment.{fault}" for fault in faults]
    record = simulate(scenario_of(TWO_GEOS, *BUSY, *changes))
    assert len(record.offers) > 60
    assert safe(record)
    assert topic(record, "duplicates") > 20
    assert record.counts["dead_requests"] == topic(record, "dead") == 0


def test_one_topic_for_all_geos_serves_the_orders_of_each_with_its_own_drivers() -> None:
    record = simulate(scenario_of(TWO_GEOS, *BUSY, "stack.topics.assignment.per=platform"))
    orders, drivers = record.orders.set_index("order")["geo"], record.shifts.set_index("driver")["geo"]
    geos = orders.reindex(record.offers["order"]).to_numpy()
    assert set(geos) == {0, 1}
    assert (geos == drivers.reindex(record.offers["driver"]).to_numpy()).all()


def test_dead_letters_fail_their_orders_and_are_counted() -> None:
    record = run(*BUSY, "stack.topics.assignment.failures=100 %", "stack.topics.assignment.attempts=2")
    dead = record.orders[record.orders["reason"] == "no_driver"]
    assert len(record.offers) == 0
    assert len(dead) > 50
    assert len(dead) <= record.counts["dead_requests"] == topic(record, "dead") <= len(dead) + 1
    assert record.counts["stranded"] == 0


@pytest.mark.parametrize(("failure", "strands"), [("retry", False), ("terminal", True)])
def test_a_failed_search_that_is_terminal_strands_its_order(failure: str, strands: bool) -> None:
    few = ("city.geos.centre.drivers=5", f"assignment.failure={failure}")
    record = run(*BUSY, *few)
    assert (record.counts["stranded"] > 20) is strands
    assert record.counts["stranded"] > 0 or safe(record)
    assert record.counts["dead_requests"] == 0


def test_as_written_an_order_whose_driver_would_be_late_is_held_back_and_counted() -> None:
    text = CITY.replace("area: 9 km2", "area: 60 km2")
    hasty = ("duration=30 min", "city.kitchens.cooking=60 s", "city.kitchens.packing=10 s", "assignment.tolerance=30 s")
    written = run(*hasty, "assignment.deferral=as_written", text=text).offers
    corrected = run(*hasty, "assignment.deferral=corrected", text=text).offers
    assert written["deferred_late"].sum() > 0
    assert corrected["deferred_late"].sum() == 0
    assert ((written["deferred"] > 0) == (written["deferred_late"] > 0)).all()


def test_sleeps_and_searches_fit_into_the_time_from_log_to_commit() -> None:
    offers = run("duration=40 min", "demand.orders.rate=4/min").offers
    spent = offers["deferred"] + offers["driverless"] + offers["searched"]
    assert (offers["deferred"] > 0).any()
    assert (offers["driverless"] > 0).any()
    assert (offers["searched"] > 0).all()
    assert (spent <= offers["committed"] - offers["taken"]).all()
    assert (offers["eligible"] <= offers["committed"]).all()
