"""`defects` of ordering: connections, messages, second tries and stock."""

from __future__ import annotations

from defect_pairs import BROKEN, NAMED, tried

from swifteats_sim.results.verdict import PASSED


def test_a15_who_writes_without_looking_again_sells_what_is_not_there() -> None:
    """Three orders a second for one dish of 200 portions: only the versions keep the rest from being sold too."""
    pair = tried("a15_blind_stock")
    oversold, none = pair.metric("inventory.oversold.count")
    assert oversold > 20
    assert none == 0
    assert pair.metric("orders.sold_out.count")[0] < pair.metric("orders.sold_out.count")[1]
    assert pair.named("defect-a15") == NAMED
    assert pair.broken("inventory.oversold.count") == BROKEN


def test_c30_a_broker_that_is_away_takes_the_orders_along() -> None:
    """Two minutes without a leader are twelve orders; four of them pin the four connections, the others give up."""
    pair = tried("c30_publish_holds_connection")
    refused, none = pair.metric("pool.orders-db.refused.count")
    assert refused >= 3
    assert none == 0
    slow, quick = pair.metric("order.latency.max")
    assert slow > 60
    assert quick < 5
    assert pair.named("defect-c30") == NAMED
    assert pair.broken("order.latency.p99") == BROKEN


def test_c31_what_the_broker_did_not_take_nobody_sends_again() -> None:
    """Five minutes without a leader are twelve orders, give or take; a tenth is not paid."""
    pair = tried("c31_dual_write")
    lost, none = pair.metric("assignment.lost.count")
    assert 5 <= lost <= 20
    assert none == 0
    stranded, nobody = pair.metric("assignment.stranded.count")
    assert stranded == lost
    assert nobody == 0
    assert pair.named("defect-c31") == NAMED
    assert pair.broken("assignment.stranded.count") == BROKEN


def test_c33_who_tries_again_orders_twice() -> None:
    pair = tried("c33_client_tries_again")
    twice, once = pair.metric("orders.duplicated.count")
    assert twice > 0
    assert once == 0
    assert pair.named("defect-c33") == NAMED
    with_it, without = pair.orders
    for orders in pair.orders:
        assert (orders["reason"][orders["paid"] >= 0] != "unavailable").all(), "whoever has paid gets the meal"
    served = with_it["twin_of"].where(with_it["twin_of"] >= 0, with_it["order"])[with_it["delivered"] >= 0].nunique()
    assert (without["delivered"] >= 0).sum() >= served, "clicks that bring a meal"
    assert pair.broken("orders.duplicated.count") == BROKEN


def test_c36_what_is_never_given_back_is_sold_out_in_the_end() -> None:
    pair = tried("c36_capacity_drains")
    leaked, none = pair.metric("inventory.leaked.count")
    assert leaked > 0
    assert none == 0
    refused, sold = pair.metric("orders.sold_out.count")
    assert refused > 10 * max(1, sold)
    assert pair.named("defect-c36") == NAMED
    assert pair.broken("inventory.leaked.count") == BROKEN


def test_c37_under_row_locks_nobody_conflicts_and_everybody_waits() -> None:
    pair = tried("c37_row_locks")
    locked, versioned = pair.metric("inventory.conflict.ratio")
    assert locked == 0
    assert versioned > 0
    # Three orders a second for one dish, each of which keeps its row for a tenth of a second.
    waited, _ = pair.metric("inventory.waited.count")
    assert waited > 100
    assert pair.named("defect-c37") == NAMED
    assert pair.exits == (PASSED, PASSED)
