"""Stock in a small city, held against the truth of its shelves: nothing is sold twice, and nothing is lost."""

from __future__ import annotations

import pytest
from small_city import CITY, run, scenario_of

from swifteats_sim.engine.streams import Streams
from swifteats_sim.results import Tables, measure
from swifteats_sim.simulation.assembly import Assembly

MINUTE = 60_000_000_000
SCARCE = (
    "demand.orders.rate=6/min", "city.geos.centre.drivers=60", "ordering.items=4", "ordering.stock=6",
    "ordering.capacity=6", "city.customers.patience=uniform(1 min, 60 min)",
)  # fmt: skip
"""Few portions, and customers who leave before, while and after their food is cooked."""
HOT = (
    "demand.orders.rate=60/min", "duration=10 min", "city.geos.centre.restaurants=1", "ordering.items=1",
    "ordering.prepared=100 %", "ordering.stock=60", "city.customers.patience=uniform(1 min, 60 min)",
)  # fmt: skip
"""An order a second for the one dish of the one restaurant."""
RUSH = (*HOT, "demand.orders.rate=600/min", "duration=1 min", "ordering.stock=300", "city.geos.centre.drivers=1")
"""Ten a second."""


@pytest.mark.parametrize("inventory", ["versioned", "for_update"])
@pytest.mark.parametrize("duration", ["60 min", "37 min"])
def test_nothing_is_oversold_and_nothing_leaks_whoever_cancels_when(inventory: str, duration: str) -> None:
    tables = run(*SCARCE, f"ordering.inventory={inventory}", f"duration={duration}")
    reasons = tables.orders["reason"].value_counts()
    assert min(reasons["patience"], reasons["sold_out"]) >= 10
    assert (tables.counts["oversold"], tables.counts["leaked"]) == (0, 0)


@pytest.mark.parametrize("end", range(8))
def test_a_release_that_is_under_way_at_the_end_is_no_leak(end: int) -> None:
    """Writes take 20 s, so that some are always half done; the run ends at odd instants."""
    slow = ("stack.effects.transaction.service=20 s", f"duration={20 * 60 + 7 * end} s")
    tables = run(*SCARCE, *slow)
    assert (tables.orders["reason"] == "patience").any()
    assert tables.counts["leaked"] == 0


def test_who_never_gives_back_leaks_every_portion_that_was_not_sold() -> None:
    """Only those cooked ahead and delivered are sold: the rest has drained away (C36)."""
    drained = ("ordering.give_back=never", "ordering.prepared=0 %", "city.customers.patience=5 h")
    tables = run(*SCARCE, *drained, "ordering.capacity=3")
    orders = tables.orders
    taken = int(orders["lines"][orders["paid"] >= 0].sum())
    delivered = int(orders["lines"][orders["state"] == "delivered"].sum())
    assert taken <= 12 * 4 * 3
    assert tables.counts["leaked"] == delivered + int(orders["lines"][orders["reason"] == "unpaid"].sum())
    back = run(*SCARCE, "ordering.prepared=0 %", "city.customers.patience=5 h", "ordering.capacity=3")
    assert (back.orders["reason"] == "sold_out").sum() < (orders["reason"] == "sold_out").sum()


def test_who_writes_blindly_loses_updates_and_sells_what_is_not_there() -> None:
    safe, blind = (run(*RUSH, f"ordering.inventory={way}") for way in ("versioned", "none"))
    assert safe.counts["oversold"] == 0
    assert blind.counts["oversold"] >= 1
    assert measure(blind)["inventory.oversold.count"] == blind.counts["oversold"]


def test_under_locks_a_hot_dish_has_no_conflict_and_a_line_of_customers() -> None:
    """Contradicts "no blocking" (C37)."""
    versioned, locked = (run(*RUSH, f"ordering.inventory={way}") for way in ("versioned", "for_update"))
    assert versioned.counts["reserve_conflicts"] >= 1
    assert locked.counts["reserve_conflicts"] == 0
    assert locked.counts["reserve_waits"] > versioned.counts["reserve_waits"]


def test_conflicts_are_counted_among_reservations_and_not_among_what_is_given_back_or_cooked_ahead() -> None:
    tables = run(*HOT, "ordering.payment_success=50 %", "ordering.replenish_every=1 min")
    counts, orders = tables.counts, tables.orders
    reserved = (orders["paid"] >= 0) | (orders["reason"] == "unpaid")
    assert (orders["reason"] == "unpaid").sum() > 20
    assert counts["replenished"] > 20
    assert 0 <= counts["reserve_tries"] - counts["reserve_conflicts"] - reserved.sum() <= 2


def sold(tables: Tables) -> int:
    return int((tables.orders["paid"] >= 0).sum())


def test_a_shelf_is_filled_again_a_batch_at_a_time_as_often_as_it_is_said() -> None:
    """Sixty portions are gone in about a minute; every five minutes ten more are there, until the tenth."""
    patient = ("city.customers.patience=5 h", "ordering.payment_success=100 %")
    cooked = run(*HOT, *patient, "ordering.replenish_every=5 min")
    assert cooked.counts["replenished"] == 10
    assert sold(cooked) == 60 + 10
    paid = cooked.orders["paid"][cooked.orders["paid"] >= 0].sort_values()
    assert (paid.iloc[60:] > 5 * MINUTE).all()
    assert (paid.iloc[:60] < 2 * MINUTE).all()
    # Of 60 sales the last five leave less than five portions; of ten more all but the first five.
    assert cooked.counts["low_stock"] >= 10


def test_shelves_that_are_full_or_made_to_order_are_never_filled() -> None:
    tables = run(*SCARCE, "ordering.prepared=0 %", "ordering.replenish_every=1 min")
    assert tables.counts["replenished"] == 0


def test_capacity_is_in_use_until_the_food_is_cooked_and_then_somebody_else_s() -> None:
    """One dish at a time, of about twenty minutes: the kitchen takes the next order when it is ready."""
    one = ("ordering.items=1", "ordering.prepared=0 %", "ordering.capacity=1", "ordering.payment_success=100 %")
    tables = run(*one, "city.geos.centre.restaurants=1", "demand.orders.rate=5/min", "city.customers.patience=5 h")
    taken = tables.orders[tables.orders["paid"] >= 0].sort_values("paid")
    assert len(taken) >= 2
    ready, paid = taken["ready"].to_numpy()[:-1], taken["paid"].to_numpy()[1:]
    assert (ready <= paid).all()


def test_what_orders_hold_is_what_the_reservations_say_and_ends_with_them() -> None:
    scenario = scenario_of(CITY, *SCARCE, "duration=30 min")
    parts = Assembly(scenario, Streams(scenario.seed, 0), lambda now: None)
    parts.start()
    parts.run.clock.run(until=scenario.end)
    for number in parts.run.orders.table()["order"].tolist():
        live = parts.run.city.orders[number]
        held = parts.runner.store.read(("reservations", number))
        if live.is_closed or not live.reserved:
            assert held is None, "released or sold a while ago"
        else:
            assert held is not None
            made = [line for line in held.fields["lines"] if line.item >= 2]
            assert not (live.ready.triggered and made), "what is cooked is not in the making"
