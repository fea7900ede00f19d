"""`defects` of what customers are told: deliveries that depend on no distance, recede, or forget the food."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from defect_pairs import BROKEN, FOLDER, NAMED, has_finding, tried
from scenario_runs import rehearsed

MINUTE = 60e9


def told(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders that were delivered, with everything that was named on the way."""
    return orders[(orders["delivered"] >= 0) & (orders["eta"] >= 0)]


def test_c8_short_ways_are_all_five_minutes_long() -> None:
    """At 30 km/h a way of less than 2.5 km is named as five minutes, in a city of 25 km2 nearly every one."""
    pair = tried("c08_whole_minutes")
    floored, free = ((told(orders)["eta"] - told(orders)["assigned"]) / MINUTE for orders in pair.orders)
    assert (floored % 1 == 0).all()
    assert floored.min() == 10
    assert (floored == 10).mean() > 0.5
    assert free.min() < 5
    assert free.nunique() > floored.nunique()
    assert pair.named("defect-c8") == NAMED
    assert pair.broken("eta.error_at_door.mean") == BROKEN


def test_c53_preparation_and_fifteen_minutes_for_everybody() -> None:
    pair = tried("c53_degrees_as_metres")
    for orders, offers, constant in zip(pair.orders, pair.offers, (True, False), strict=True):
        taken = offers[offers["outcome"] == "accepted"].set_index("order").loc[told(orders)["order"]]
        left = np.maximum(taken["preparation_left"].to_numpy(), 0)
        added = told(orders)["eta"].to_numpy() - taken["committed"].to_numpy() - left
        assert (np.ptp(added) < MINUTE / 60) == constant
        if constant:
            assert added == pytest.approx(15 * MINUTE, abs=MINUTE / 60)
    assert pair.named("defect-c53") == NAMED
    assert pair.broken("eta.error_at_door.mean") == BROKEN


def test_c57_the_closer_the_driver_the_farther_the_arrival() -> None:
    """Named at the door: back to the restaurant and here again, twice the trip in whole minutes, while he rings.

    At the pick-up the way back takes the 5 min that are the least there is, and the trip is 8 to 12 min at 30 km/h.
    """
    pair = tried("c57_pickup_ignored")
    before, at_door = (pair.metric(f"eta.error_{moment}.mean")[0] for moment in ("at_pickup", "at_door"))
    assert at_door < before
    orders = told(pair.orders[0])
    ahead = (orders["eta_at_door"] - orders["at_door"]) / MINUTE
    begun = (orders["eta_at_pickup"] - orders["picked_up"]) / MINUTE
    assert begun.between(5 + 8, 5 + 12).all()
    # Twice what was named for the trip; where the last fix was sent on the way, the way back is a minute shorter.
    assert (2 * (begun - 5) - ahead).between(0, 1).all()
    _, right = pair.metric("eta.error_at_door.mean")
    assert abs(right) < 5
    assert pair.named("defect-c57") == NAMED
    assert pair.broken("eta.error_at_door.mean") == BROKEN


def test_a_buffer_is_no_way_back_to_the_restaurant() -> None:
    """A51 at the door: a quarter of an hour is still to come, as at the pick-up; it is too much, and no C57."""
    buffered = rehearsed(FOLDER / "c57_pickup_ignored.yaml", "eta.method=buffered")
    orders = told(buffered.tables[0].orders)
    ahead = (orders["eta_at_door"] - orders["at_door"]) / MINUTE
    assert (ahead >= 15).all()
    assert not has_finding(buffered, "defect-c57")


def test_c58_the_food_is_not_ready_when_it_should_be_there() -> None:
    """Late by what is left of the preparation when the driver has come: max(0, preparation - way)."""
    pair = tried("c58_preparation_left_out")
    late, right = pair.metric("eta.error.mean")
    waits, _ = pair.metric("driver.wait.mean")
    assert waits > 3 * 60
    assert abs(right) < 60
    # Both hand-overs, 2 and 3 min, are forgotten, too, and streets are longer than straight lines.
    assert late == pytest.approx(waits + 5 * 60, abs=2 * 60)
    assert pair.named("defect-c58") == NAMED
    assert pair.broken("eta.error.mean") == BROKEN
