"""One order, one driver, fixed times: every instant of its life, by hand."""

from __future__ import annotations

import numpy as np
from small_city import FIXED, run, scenario_of

from swifteats_sim.city.demand import Plan
from swifteats_sim.engine.streams import Streams
from swifteats_sim.results import why_late
from swifteats_sim.results.why_late import PARTS
from swifteats_sim.simulation.growing import grow
from swifteats_sim.simulation.town import build_town

MS, S = 1_000_000, 1_000_000_000
SLOW_DATABASE = tuple(f"stack.effects.{each}.service=500 ms" for each in ("read", "compare_and_set", "transaction"))


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
    assert order["departed"] == offer["answered"] + 3 * MS
    assert order["at_restaurant"] == order["departed"] + round(way * S)

    # at the restaurant the driver waits for the food; the hand-over; pick-up: read 1, transaction 8
    assert order["at_restaurant"] < order["ready"]
    assert order["picked_up"] == order["ready"] + 120 * S + 9 * MS
    # departure: read 1, transaction 8; the trip; at the door: report 3; hand-over; drop-off: read 1, transaction 8
    trip = metres(place, plan.door.point) * 1.3 / (25 / 3.6)
    assert order["left"] == order["picked_up"] + 9 * MS
    assert order["at_door"] == order["left"] + round(trip * S)
    assert order["handed"] == (120 + 180) * S
    assert order["delivered"] == order["at_door"] + 3 * MS + 180 * S + 9 * MS
    assert order["closed"] == order["delivered"] == offer["done"] == offer["released"]
    assert order["state"] == "delivered"


def test_software_that_is_slow_is_slow_software_and_nothing_else() -> None:
    """Reports of half a second make no way longer, no kitchen slower and no hand-over: they are part of the queue."""
    quick, slow = (why_late(run(*settings, text=FIXED)).iloc[0] for settings in ((), SLOW_DATABASE))
    same = ("deferral", "travel", "hand_over", "trip")
    assert [int(slow[part] - quick[part]) for part in same] == [0] * len(same)
    assert quick["hand_over"] == 300 * S
    # the payment is read and written once; the kitchen began later by that, and the driver came later by more
    assert slow["payment"] - quick["payment"] == (500 - 1 + 500 - 2) * MS
    assert slow["kitchen"] < quick["kitchen"]
    # five reports of a read and a write each; besides, the reservation, the request, its batch, search and commit
    reports = 5 * (500 - 1) + 2 * (500 - 2) + 3 * (500 - 8)
    assert slow["queue"] - quick["queue"] > reports * MS
    whole = slow["click_to_door"] - quick["click_to_door"]
    assert whole == sum(slow[part] - quick[part] for part in PARTS)


def test_a_driver_passes_every_state_once() -> None:
    tables = run(text=FIXED)
    states = tables.states[tables.states["driver"] == 0]["state"].tolist()
    assert states[:8] == [
        "available", "order_assigned", "on_way_to_restaurant", "at_restaurant", "picked_up",
        "on_way_to_customer", "reached_destination", "available",
    ]  # fmt: skip


def test_a_fix_is_known_after_its_service_and_shown_after_its_delivery() -> None:
    tables = run(text=FIXED)
    known, shown = tables.flows["gps"].latency, tables.flows["tracking"].latency
    assert known.least == known.most == 50 * MS
    assert shown.least == shown.most == 70 * MS
    assert known.number == 3 * 3600 // 5


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
    town = build_town(scenario, Streams(scenario.seed, 0), grow)
    place, home = ((float(x), float(y)) for x, y in (town.places.restaurants.places[0], town.places.homes.places[0]))
    return next(town.plans), place, home


def metres(one: Place, two: Place) -> float:
    return float(np.hypot(one[0] - two[0], one[1] - two[1]))
