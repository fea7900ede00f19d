"""What customers are told of their food's arrival, by each method, beside what really came of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from small_city import FIXED, run

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
TRIP = (
    "city.geos.centre.trip=1500 m", "city.geos.centre.drivers=4", "city.kitchens.utilization=5 %",
    "demand.orders.rate=6/h",
)  # fmt: skip
"""A cook for everybody. Every trip is 1.5 km in a straight line: 4.68 min along the street, 3 min by the notes."""


def delivered(*settings: str) -> pd.DataFrame:
    """The delivered orders."""
    orders = run(*TRIP, *settings, text=FIXED).orders
    return orders[orders["state"] == "delivered"]


def left(orders: pd.DataFrame, column: str, since: str) -> pd.Series:
    """ns that were still to come, as named in `column`, at the instant `since`."""
    return orders[column] - orders[since]


def test_the_platforms_own_estimate_comes_true_at_every_moment_when_nothing_is_left_to_chance() -> None:
    orders = delivered()
    assert len(orders) > 10
    for column, within in (("eta", 30), ("eta_at_pickup", 15), ("eta_at_door", 1)):
        late = orders["delivered"] - orders[column]
        # a few database calls, and fixes of five seconds ago
        assert (late.abs() < within * SECOND).all(), column


def test_by_the_notes_the_way_to_the_restaurant_is_never_done() -> None:
    orders = delivered("eta.method=notes", "eta.floor=0 s")
    at_pickup, at_door = left(orders, "eta_at_pickup", "picked_up"), left(orders, "eta_at_door", "at_door")
    inside = orders["at_door"] - orders["picked_up"] > 4.5 * MINUTE  # the others' doors were moved to the edge
    assert inside.any()
    assert set(at_pickup[inside]) == {3 * MINUTE}
    assert set(at_door[inside]) == {6 * MINUTE}  # C57: twice the trip, where 3 min of hand-over are left
    assert (orders["eta_at_door"] - orders["delivered"])[inside].median() > 2 * MINUTE


def test_by_the_notes_food_that_takes_longer_than_the_way_comes_late() -> None:
    orders = delivered("eta.method=notes", "city.kitchens.cooking=30 min")
    late = orders["delivered"] - orders["eta"]
    waited = orders["ready"] - orders["at_restaurant"]
    assert (late > 0).all()
    assert np.corrcoef(late, waited)[0, 1] > 0.9  # C58
    assert (left(orders, "eta", "assigned") >= 10 * MINUTE).all()  # C8: two floors


def test_degrees_for_metres_make_the_trip_vanish() -> None:
    told = delivered("eta.method=degrees")
    buffered = delivered("eta.method=buffered")
    by_row = buffered["eta"].to_numpy() - told["eta"].to_numpy()
    assert np.abs(by_row / MINUTE - 4.5).max() < 0.02  # 1.5 km at 20 km/h
    preparation = told["estimated_ready"] - told["assigned"]
    assert np.allclose(left(told, "eta", "assigned") - preparation, 15 * MINUTE, atol=SECOND)  # C53
