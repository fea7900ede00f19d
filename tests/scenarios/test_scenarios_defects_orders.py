"""`defects` of ordering: connections, messages, second tries and stock."""

from __future__ import annotations

from defect_pairs import NAMED, tried


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


def test_c33_who_tries_again_orders_twice() -> None:
    pair = tried("c33_client_tries_again")
    twice, once = pair.metric("orders.duplicated.count")
    assert twice > 0
    assert once == 0
    assert pair.named("defect-c33") == NAMED


def test_c36_what_is_never_given_back_is_sold_out_in_the_end() -> None:
    pair = tried("c36_capacity_drains")
    leaked, none = pair.metric("inventory.leaked.count")
    assert leaked > 0
    assert none == 0
    refused, sold = pair.metric("orders.sold_out.count")
    assert refused > 10 * max(1, sold)
    assert pair.named("defect-c36") == NAMED


def test_c37_under_row_locks_nobody_conflicts_and_everybody_waits() -> None:
    pair = tried("c37_row_locks")
    locked, versioned = pair.metric("inventory.conflict.ratio")
    assert locked == 0
    assert versioned > 0
    # Three orders a second for one dish, each of which keeps its row for a tenth of a second.
    waited, _ = pair.metric("inventory.waited.count")
    assert waited > 100
    assert pair.named("defect-c37") == NAMED
