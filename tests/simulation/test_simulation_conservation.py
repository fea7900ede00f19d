"""What must hold in every run, whatever happens in it: nothing is lost, nobody is in two places or on two orders."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from small_city import CITY, overlaps, run

from swifteats_sim.domain.states import CLOSED
from swifteats_sim.results import Tables

CASES = {
    "plain": (),
    "too few drivers": ("city.geos.centre.drivers=4",),
    "no drivers": ("city.geos.centre.drivers=0", "city.customers.patience=20 min"),
    "impatient": ("city.customers.patience=uniform(5 min, 30 min)",),
    "hardly any stock": ("ordering.items=2", "ordering.stock=3"),
    "drivers who decline": ("city.drivers.accept=40 %", "city.drivers.no_answer=20 %"),
    "payment fails": ("ordering.payment_success=50 %",),
    "nearest, no deferral, fifo": (
        "assignment.policy=nearest", "assignment.deferral='off'", "assignment.discipline=fifo",
    ),
    "small queues": ("stack.stations.database={concurrency: 1, queue: 2}",),
    "one connection": ("stack.pools.orders-db.size=1", "stack.flows.order.2.hold.timeout=20 ms"),
    "short shifts": (
        "city.geos.centre={kind: dense, area: 9 km2, restaurants: 12, shifts: "
        "[{drivers: 20, on: 0 min, off: 25 min}, {drivers: 20, on: 20 min, off: 50 min}]}",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES, ids=lambda name: name.replace(" ", "_"))
def tables(request: pytest.FixtureRequest) -> Tables:
    return run("demand.orders.rate=3/min", *CASES[request.param], text=CITY)


def test_every_order_placed_is_delivered_failed_cancelled_or_in_flight(tables: Tables) -> None:
    states = tables.orders["state"]
    ended = tables.orders["closed"] >= 0
    assert set(states[ended]) <= {str(state) for state in CLOSED}
    assert not set(states[~ended]) & {str(state) for state in CLOSED}
    counts = states.value_counts()
    closed = sum(int(counts.get(str(state), 0)) for state in CLOSED)
    assert closed + int((~ended).sum()) == len(tables.orders)


def test_an_order_passes_its_instants_in_order(tables: Tables) -> None:
    for first, then in [
        ("placed", "answered"), ("placed", "paid"), ("paid", "accepted"), ("accepted", "cooking"), ("cooking", "ready"),
        ("paid", "eligible"), ("eligible", "assigned"), ("assigned", "at_restaurant"), ("at_restaurant", "picked_up"),
        ("ready", "picked_up"), ("picked_up", "at_door"), ("at_door", "delivered"),
    ]:  # fmt: skip
        both = tables.orders[(tables.orders[first] >= 0) & (tables.orders[then] >= 0)]
        if first == "assigned":  # a driver who took it may have come after one who left it
            both = both[both["state"].isin(["delivered", "picked_up", "out_delivery"])]
        assert (both[first] <= both[then]).all(), (first, then)


def test_no_driver_holds_two_orders(tables: Tables) -> None:
    assert tables.counts["double_assignments"] == 0
    for _, offers in tables.offers.groupby("driver"):
        released = offers["released"].where(offers["released"] >= 0, tables.end)
        assert overlaps(list(zip(offers["committed"], released, strict=True))) == []


def test_no_item_is_sold_beyond_its_stock(tables: Tables) -> None:
    assert tables.counts["oversold"] == 0


def test_fixes_of_a_driver_stay_in_order_and_none_is_lost(tables: Tables) -> None:
    gps = tables.flows["gps"]
    assert gps.stale == 0
    assert gps.rejected == 0
    assert 0 <= gps.born - gps.completed <= tables.series["idle_drivers"].max() + tables.series["busy_drivers"].max()


def test_every_driver_moves_without_a_leap(tables: Tables) -> None:
    for _, legs in tables.legs.groupby("driver"):
        ends, begins = legs[["x1", "y1"]].to_numpy()[:-1], legs[["x0", "y0"]].to_numpy()[1:]
        assert np.allclose(ends, begins, rtol=0, atol=1e-6)
        assert (legs["end"].to_numpy()[:-1] <= legs["start"].to_numpy()[1:]).all()


def test_no_driver_is_faster_than_the_city_allows(tables: Tables) -> None:
    metres = np.hypot(tables.legs["x1"] - tables.legs["x0"], tables.legs["y1"] - tables.legs["y0"])
    seconds = (tables.legs["end"] - tables.legs["start"]) / 1e9
    assert (metres * 1.3 <= 25 / 3.6 * seconds * (1 + 1e-6) + 1e-3).all()


def test_states_of_a_driver_follow_each_other(tables: Tables) -> None:
    from swifteats_sim.domain.states import DRIVER_MOVES, DriverState

    for _, changes in tables.states.groupby("driver", sort=False):
        states = [DriverState(state) for state in changes["state"]]
        for before, after in itertools.pairwise(states):
            assert after in DRIVER_MOVES[before], (before, after)


def test_the_series_counts_what_the_orders_say(tables: Tables) -> None:
    last = tables.series.iloc[-1]
    seen = tables.orders[tables.orders["placed"] < last["at"]]
    assert tables.series["placed"].sum() == len(seen)
    assert last["open_orders"] == ((seen["closed"] < 0) | (seen["closed"] >= last["at"])).sum()
