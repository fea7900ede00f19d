"""One order, one driver, fixed times: every instant of its life, by hand."""

from __future__ import annotations

import numpy as np
from small_city import FIXED, run, scenario_of

from swifteats_sim.city.demand import Plan
from swifteats_sim.engine.streams import Streams
from swifteats_sim.simulation.town import build_town

MS, S = 1_000_000, 1_000_000_000


def test_an_order_passes_every_station_at_the_instant_the_stack_says() -> None:
    tables = run(text=FIXED)
    order = tables.orders.iloc[0]
    placed = order["placed"]

    # gateway 10; read stock 1, first sale of the item is a transaction 8; insert 4; payment 100, read 1, CAS 2
    paid = placed + (10 + 1 + 8 + 4 + 100 + 1 + 2) * MS
    assert order["paid"] == paid
    assert order["paying"] == paid - (100 + 1 + 2) * MS
    # the request: read 1, then order and outbox in one transaction 8
    assert order["answered"] == paid + (1 + 8) * MS

    assert order["accepted"] == paid + 60 * S
    assert order["cooking"] == paid + 60 * S
    assert order["ready"] == paid + 780 * S
    assert order["estimated_ready"] == paid + 780 * S

    # the outbox is emptied at the next tenth of a second: read 1, publish 16
    # the consumer: read 1, search 200, commit 8
    offer = tables.offers.iloc[0]
    assert offer["taken"] == -(-order["answered"] // (100 * MS)) * 100 * MS + (1 + 16) * MS
    assert order["eligible"] == offer["eligible"] == offer["taken"]
    assert order["assigned"] == offer["committed"] == offer["taken"] + (1 + 200 + 8) * MS
    assert offer["searched"] == (1 + 200 + 8) * MS
    assert offer["outcome"] == "accepted"
    assert offer["answered"] == order["assigned"] + 10 * S

    # accepted: read 1, CAS 2, then the way, whose length the places tell
    plan, place, home = first_plan()
    way = metres(home, place) * 1.3 / (25 / 3.6)
    assert order["at_restaurant"] == offer["answered"] + 3 * MS + round(way * S)

    # at the restaurant the driver waits for the food; the hand-over; pick-up: read 1, transaction 8
    assert order["at_restaurant"] < order["ready"]
    assert order["picked_up"] == order["ready"] + 120 * S + 9 * MS
    # departure: read 1, transaction 8; the trip; at the door: report 3; hand-over; drop-off: read 1, transaction 8
    trip = metres(place, (plan.x, plan.y)) * 1.3 / (25 / 3.6)
    assert order["at_door"] == order["picked_up"] + 9 * MS + round(trip * S)
    assert order["delivered"] == order["at_door"] + 3 * MS + 180 * S + 9 * MS
    assert order["closed"] == order["delivered"] == offer["done"] == offer["released"]
    assert order["state"] == "delivered"


def test_a_driver_passes_every_state_once() -> None:
    tables = run(text=FIXED)
    states = tables.states[tables.states["driver"] == 0]["state"].tolist()
    assert states[:8] == [
        "available", "order_assigned", "on_way_to_restaurant", "at_restaurant", "picked_up",
        "on_way_to_customer", "reached_destination", "available",
    ]  # fmt: skip


def test_a_fix_is_known_after_its_service_and_shown_after_its_delivery() -> None:
    tables = run(text=FIXED)
    assert set(tables.flows["gps"].latency.tolist()) == {50 * MS}
    assert set(tables.flows["tracking"].latency.tolist()) == {70 * MS}
    assert len(tables.flows["gps"].latency) == 3 * 3600 // 5


def test_the_customer_watches_from_the_yes_to_the_door() -> None:
    tables = run(text=FIXED)
    watched = sum(
        (offer["released"] if offer["released"] >= 0 else tables.end) - offer["answered"]
        for _, offer in tables.offers.iterrows()
        if offer["outcome"] == "accepted" and offer["answered"] >= 0
    )
    shown = tables.flows["tracking"].completed
    assert abs(shown - watched / (5 * S)) <= len(tables.offers)


Place = tuple[float, float]


def first_plan() -> tuple[Plan, Place, Place]:
    scenario = scenario_of(FIXED)
    town = build_town(scenario, Streams(scenario.seed, 0))
    place, home = ((float(x), float(y)) for x, y in (town.places.restaurants[0], town.places.homes[0]))
    return next(town.plans), place, home


def metres(one: Place, two: Place) -> float:
    return float(np.hypot(one[0] - two[0], one[1] - two[1]))
