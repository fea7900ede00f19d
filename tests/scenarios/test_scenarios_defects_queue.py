"""`defects` of the queue for drivers: what is held back, what goes first, and what nobody looks after."""

from __future__ import annotations

from defect_pairs import BROKEN, NAMED, tried

from swifteats_sim.results.tables import Tables


def food_wait(tables: Tables) -> float:
    """Mean seconds that food stood, also food that nobody had fetched when its order, or the run, ended."""
    orders = tables.orders[(tables.orders["ready"] >= 0) & (tables.orders["ready"] < tables.end)]
    fetched = orders["picked_up"].where(orders["picked_up"] >= 0, orders["closed"])
    until = fetched.where(fetched >= 0, tables.end)
    return float((until - orders["ready"]).clip(lower=0).mean()) / 1e9


def test_c1_held_back_the_wrong_way_round_drivers_and_food_both_wait_longer() -> None:
    pair = tried("c01_deferral_inverted")
    late, never = pair.metric("assignment.deferred_late.count")
    assert late > 0
    assert never == 0
    too_early, in_time = pair.metric("driver.wait.mean")
    assert too_early > 2 * in_time
    too_late, right = (food_wait(run.tables[0]) for run in (pair.with_it, pair.without))
    assert too_late > right
    assert pair.named("defect-c1") == NAMED
    assert pair.broken("assignment.deferred_late.count") == BROKEN


def test_c2_an_order_whose_driver_is_late_is_held_back_for_good() -> None:
    """Food of three minutes and drivers far apart: nothing but a driver who comes nearer ends it, or the customer."""
    pair = tried("c02_deferral_never_ends")
    given_up, served = pair.metric("orders.cancelled.count")
    assert given_up > 10
    assert served == 0
    held, hardly = pair.metric("broker.assignment.lag.max")
    assert held > 10 * hardly
    assert pair.named("defect-c2") == NAMED
    assert pair.broken("orders.cancelled.count") == BROKEN


def test_c4_first_come_first_served_passes_urgent_orders_over() -> None:
    pair = tried("c04_first_come_first_served")
    passed, none = pair.metric("assignment.overtaken.ratio")
    assert passed > 0.05
    assert none == 0
    assert pair.named("defect-c4") == NAMED
    assert pair.broken("assignment.overtaken.ratio") == BROKEN


def test_c16_what_a_driver_declines_nobody_else_is_asked_for() -> None:
    """7 % of offers are not taken (#114): those orders are open for good, and nobody looks for a driver."""
    pair = tried("c16_no_decline")
    stranded, none = pair.metric("assignment.stranded.count")
    assert none == 0
    offers, asked = pair.offers
    refused = offers["outcome"].isin(["declined", "no_answer"])
    still_open = pair.orders[0].set_index("order")["closed"] < 0  # whoever waits for long enough gives up
    assert stranded == (refused & offers["order"].map(still_open)).sum() > 0
    assert stranded > 0.8 * refused.sum()
    assert not offers["order"].duplicated().any()
    assert asked["order"].duplicated().any()
    assert pair.named("defect-c16") == NAMED
    assert pair.broken("assignment.stranded.count") == BROKEN


def test_c17_an_order_for_which_nobody_was_free_at_first_is_never_looked_at_again() -> None:
    pair = tried("c17_failure_is_terminal")
    stranded, none = pair.metric("assignment.stranded.count")
    assert none == 0
    orders, _ = pair.orders
    never_offered = orders[
        (orders["paid"] >= 0) & (orders["closed"] < 0) & ~orders["order"].isin(pair.offers[0]["order"])
    ]
    assert 0 < stranded <= len(never_offered)
    delivered, retried = pair.metric("orders.delivered.count")
    assert delivered < retried
    assert pair.named("defect-c17") == NAMED
    assert pair.broken("assignment.stranded.count") == BROKEN


def test_c46_a_consumer_that_dies_takes_along_all_that_it_was_holding_back() -> None:
    """Half of the orders that wait for their food: with automatic commits they counted as read."""
    pair = tried("c46_handlers_not_awaited")
    lost, kept = pair.metric("broker.assignment.lost.count")
    assert lost > 10
    assert kept == 0
    stranded, none = pair.metric("assignment.stranded.count")
    assert stranded == lost
    assert none == 0
    assert pair.named("defect-c46") == NAMED
    assert pair.broken("assignment.stranded.count") == BROKEN
