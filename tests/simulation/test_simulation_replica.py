"""Reads that a replica serves, which is behind (A57): what is shown is old, what is written is right all the same."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
import pytest
from small_city import CITY, FIXED, run, scenario_of

from swifteats_sim.domain.states import DRIVER_MOVES, DriverState
from swifteats_sim.engine.streams import Streams
from swifteats_sim.simulation import collect_city
from swifteats_sim.simulation.assembly import Assembly

MS = 1_000_000
MINUTE = 60_000 * MS
BUSY = (
    "demand.orders.rate=6/min", "city.geos.centre.restaurants=2", "city.geos.centre.drivers=90", "ordering.items=1",
    "ordering.stock=1000", "ordering.prepared=100 %", "ordering.replenish_every=10 h", "city.drivers.fix_every=20 s",
)  # fmt: skip
"""Every order wants one of two dishes."""
READ = 'service: {inventory_check: "uniform(5 ms, 15 ms)"}'
FREE = ("compare_and_set", "insert", "transaction", "publish")


def lagging(law: str, service: str = READ) -> str:
    """Reads at a replica that is so far behind."""
    return f"stack.effects.read={{at: replica, lag: {law}, {service}}}"


class Ran(NamedTuple):
    """A run. counts : those of its record, and what its effect runner has counted."""

    orders: pd.DataFrame
    states: pd.DataFrame
    counts: Mapping[str, int]

    @property
    def delivered(self) -> float:
        """Share of the orders that found their dish in stock."""
        taken = self.orders[self.orders["reason"] != "inventory_contended"]
        return float((taken["state"] == "delivered").mean())


def ran(*settings: str) -> Ran:
    scenario = scenario_of(CITY, *BUSY, *settings)
    parts = Assembly(scenario, Streams(scenario.seed, 0), lambda now: None)
    parts.start()
    parts.run.clock.run(until=scenario.end)
    orders, states, offers = parts.run.orders.table(), collect_city.state_table(parts.run), parts.run.offers.table()
    return Ran(
        orders,
        states,
        parts.runner.counts
        | collect_city.counts(parts.run, parts.runner.counts, offers, parts.stranded(offers), parts.of_stock),
    )


LAGS = {
    "200 ms": (lagging("exponential(200 ms)"),),
    "2 min": (lagging("exponential(2 min)"),),
    "declines": (lagging("exponential(5 s)"), "city.drivers.accept=50 %"),
    "at no cost": (
        lagging("exponential(5 s)", "service: 0 ms"), *(f"stack.effects.{kind}.service=0 ms" for kind in FREE)
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=LAGS, ids=lambda name: name.replace(" ", "_"))
def behind(request: pytest.FixtureRequest) -> Ran:
    return ran(*LAGS[request.param])


@pytest.fixture(scope="module")
def control() -> Ran:
    return ran("stack.effects.read.at=replica")


def test_old_reads_are_seen_and_lose_and_orders_are_delivered_all_the_same(behind: Ran, control: Ran) -> None:
    assert behind.counts["stale_reads"] > 0
    assert behind.counts["reserve_conflicts"] > 0
    assert behind.delivered > 0.9 * control.delivered > 0.4


def test_no_driver_has_two_orders_and_no_portion_is_sold_twice(behind: Ran) -> None:
    assert behind.counts["double_assignments"] == 0
    assert behind.counts["oversold"] == 0


def test_every_driver_moves_as_drivers_may(behind: Ran) -> None:
    for _, changes in behind.states.groupby("driver", sort=False):
        states = [DriverState(state) for state in changes["state"]]
        assert all(after in DRIVER_MOVES[before] for before, after in itertools.pairwise(states))


def test_no_paid_order_is_forgotten(behind: Ran) -> None:
    """Each has been offered to a driver by the time its food is ready, if it has not ended before."""
    orders = behind.orders
    old = orders[(orders["paid"] >= 0) & (orders["ready"] >= 0) & (orders["ready"] < 55 * MINUTE)]
    assert len(old) > 50
    assert ((old["offers"] > 0) | (old["closed"] >= 0)).all()


def test_without_a_lag_no_read_is_old_and_none_loses_by_it(control: Ran) -> None:
    assert control.counts.get("stale_reads", 0) == 0
    assert control.counts["reserve_conflicts"] == 0
    assert control.counts["double_assignments"] == control.counts["oversold"] == 0


def test_a_reservation_that_lost_by_an_old_sight_looks_at_the_primary() -> None:
    """Ten and twenty ms later the replica would show the same: two seconds behind, all its tries would be lost."""
    behind = ran(lagging("2 s"))
    assert behind.counts["reserve_conflicts"] > 20
    assert (behind.orders["reason"] == "inventory_contended").sum() == 0


def test_nothing_is_sold_out_by_an_old_sight() -> None:
    """One dish at a time, which comes back when it is cooked: the replica has not heard of that for ten minutes."""
    one = ("ordering.prepared=0 %", "ordering.capacity=3", "city.kitchens.cooking=1 min", "demand.orders.rate=1/min")
    refused = {law: (ran(lagging(law), *one).orders["reason"] == "sold_out").sum() for law in ("1 ms", "10 min")}
    assert 0 < refused["10 min"] <= refused["1 ms"] + 3


def test_who_has_just_delivered_after_the_end_of_a_shift_leaves_all_the_same() -> None:
    """By what the replica shows just then, the driver is still at the customer's door."""
    shifts = "[{drivers: 60, on: 0 min, off: 15 min}, {drivers: 60, on: 5 min, off: 25 min}]"
    geo = f"city.geos.centre={{kind: dense, area: 9 km2, restaurants: 2, shifts: {shifts}}}"
    behind = ran(lagging("1 min"), geo, "duration=90 min")
    last = behind.states.groupby("driver")["state"].last()
    assert (behind.orders["delivered"] > 26 * MINUTE).sum() > 10, "many were under way when their shift ended"
    assert last.value_counts().to_dict() == {"off_shift": 120}


def test_the_rules_of_one_order_read_again_exactly_where_they_follow_each_other_at_once() -> None:
    """Reads of 1 ms, 50 ms behind: what was written a payment, an answer or a trip ago is there by then."""
    there = ("stack.stations.replica={concurrency: 1000}", "ordering.publish=awaited")
    control, behind = (
        run(*there, f"stack.effects.read={{at: replica, service: 1 ms{lag}}}", text=FIXED)
        for lag in ("", ", lag: 50 ms")
    )
    then, now = control.orders.iloc[0], behind.orders.iloc[0]
    later = {name: (now[name] - then[name]) / MS for name in ("paid", "answered", "assigned", "ready", "picked_up",
                                                              "at_door", "delivered")}  # fmt: skip
    # At the replica the request comes before the payment, the consumer before the request, the departure before the
    # pick-up: one more read of 1 ms each, at the primary. The driver waits for the food, so nobody is later for it.
    assert later == {
        "paid": 0, "answered": 1, "assigned": 2, "ready": 0, "picked_up": 0, "at_door": 1, "delivered": 1,
    }  # fmt: skip
