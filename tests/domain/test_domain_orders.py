"""An order's life in the database, effect by effect."""

from __future__ import annotations

import pytest
from domain_play import order_record, play

from swifteats_sim.domain.effects import (
    COMMITTED,
    CallPayment,
    CompareAndSet,
    Delete,
    Insert,
    Publish,
    Read,
    Record,
    Transaction,
)
from swifteats_sim.domain.messages import UNPAID, AssignmentRequest, Cart, Line
from swifteats_sim.domain.orders import (
    close_order,
    close_unserved,
    create_order,
    mark_kitchen,
    pay_order,
    publish_request,
    request_assignment,
)
from swifteats_sim.domain.outbox import Publishing, Row, delete_rows, read_rows
from swifteats_sim.domain.states import CLOSED, IllegalMove, Impossible, OrderState

S = OrderState
CART = Cart(order=7, geo=1, restaurant=3, lines=(Line(2, 1),))
READ = Read((("orders", 7),))
NEW = Insert("orders", 7, {"state": S.NEW_ORDER, "kitchen": S.ORDER_RECEIVED, "driver": None, "request": 0})
REQUEST = AssignmentRequest(7, 1, version=1)
ROW = Insert("outbox", (7, 1), {"request": REQUEST})
NEWEST = Read((("orders", 7),), newest=True)


def test_an_order_is_created_new_with_no_driver_and_no_request() -> None:
    played = play(create_order(CART), True)
    fields = {"state": S.NEW_ORDER, "kitchen": S.ORDER_RECEIVED, "driver": None, "request": 0}
    assert played == ([NEW], None)
    assert NEW.fields == fields


def test_an_order_that_a_try_before_has_created_is_created() -> None:
    assert play(create_order(CART), False) == ([NEW], None)


def test_a_payment_that_goes_through_makes_the_order_received() -> None:
    played = play(pay_order(CART, attempts=2), True, (order_record(1, S.NEW_ORDER),), True)
    assert played.effects == [
        CallPayment(7, 0), READ, CompareAndSet("orders", 7, 1, {"state": S.ORDER_RECEIVED}),
    ]  # fmt: skip
    assert played.result is None


def test_a_failed_payment_is_tried_again_as_another_attempt() -> None:
    played = play(pay_order(CART, attempts=2), False, True, (order_record(1, S.NEW_ORDER),), True)
    assert played.effects[:2] == [CallPayment(7, 0), CallPayment(7, 1)]
    assert played.result is None


def test_an_order_that_nobody_pays_is_unpaid_and_not_touched() -> None:
    played = play(pay_order(CART, attempts=2), False, False)
    assert played == ([CallPayment(7, 0), CallPayment(7, 1)], UNPAID)


def test_a_lost_update_reads_again_and_writes_the_newer_version() -> None:
    outcomes = (True, (order_record(1, S.NEW_ORDER),), False, (order_record(5, S.NEW_ORDER),), True)
    played = play(pay_order(CART, 1), *outcomes)
    assert played.effects[1:] == [
        READ, CompareAndSet("orders", 7, 1, {"state": S.ORDER_RECEIVED}),
        READ, CompareAndSet("orders", 7, 5, {"state": S.ORDER_RECEIVED}),
    ]  # fmt: skip


@pytest.mark.parametrize("state", [S.ORDER_RECEIVED, S.FOOD_PREPARING, S.ASSIGNED_DRIVER, S.DELIVERED])
def test_an_order_that_another_try_has_paid_stays_where_it_is(state: OrderState) -> None:
    # The gateway knows the attempt and says what it said before; the state is not moved twice.
    assert play(pay_order(CART, 1), True, (order_record(3, state),)) == ([CallPayment(7, 0), READ], None)


def test_of_two_payments_at_once_the_later_finds_the_order_paid() -> None:
    outcomes = True, (order_record(1, S.NEW_ORDER),), False, (order_record(2, S.ORDER_RECEIVED),)
    played = play(pay_order(CART, 1), *outcomes)
    assert played.effects[1:] == [READ, CompareAndSet("orders", 7, 1, {"state": S.ORDER_RECEIVED}), READ]


def test_an_order_cancelled_while_it_was_paid_stays_cancelled() -> None:
    played = play(pay_order(CART, 1), True, (order_record(2, S.CANCELLED),))
    assert played == ([CallPayment(7, 0), READ], None)


def test_an_outbox_stores_order_and_request_together() -> None:
    asked = Transaction((CompareAndSet("orders", 7, 2, {"request": 1}), ROW))
    shown = (order_record(2, S.ORDER_RECEIVED, request=0),)
    assert play(request_assignment(CART, "outbox"), shown, COMMITTED) == ([READ, asked], None)
    newer = Transaction((CompareAndSet("orders", 7, 3, {"request": 1}), ROW))
    again = play(
        request_assignment(CART, "outbox"), shown, 0, (order_record(3, S.FOOD_PREPARING, request=0),), COMMITTED
    )
    assert again.effects == [READ, asked, READ, newer]


@pytest.mark.parametrize(("publish", "forget"), [("awaited", False), ("fire_and_forget", True)])
def test_without_an_outbox_the_message_follows_once_the_request_number_is_stored(
    publish: Publishing, forget: bool
) -> None:
    played = play(request_assignment(CART, publish), (order_record(2, S.ORDER_RECEIVED, request=0),), True, None)
    assert played.effects == [
        READ, CompareAndSet("orders", 7, 2, {"request": 1}), Publish("assignment", 1, 7, REQUEST, forget),
    ]  # fmt: skip


def test_a_later_request_is_a_row_or_a_message_too() -> None:
    again = REQUEST._replace(version=2, excluded=(4,))
    assert play(publish_request(again, "outbox"), True).effects == [Insert("outbox", (7, 2), {"request": again})]
    assert play(publish_request(again, "awaited"), None).effects == [Publish("assignment", 1, 7, again)]


def test_the_relay_reads_its_rows_at_once_and_deletes_what_was_there() -> None:
    other = REQUEST._replace(order=9)
    read = Read((("outbox", (7, 1)), ("outbox", (8, 1)), ("outbox", (9, 1))), newest=True)
    records = Record(1, {"request": REQUEST}), None, Record(1, {"request": other})
    rows = Row(REQUEST, 1), Row(other, 1)
    assert play(read_rows(((7, 1), (8, 1), (9, 1))), records) == ([read], rows)
    gone = Transaction((Delete("outbox", (7, 1), 1), Delete("outbox", (9, 1), 1)))
    assert play(delete_rows(rows), COMMITTED).effects == [gone]
    assert play(delete_rows(())).effects == []


@pytest.mark.parametrize("state", [S.CANCELLED, S.FAILED, S.ASSIGNED_DRIVER])
@pytest.mark.parametrize("publish", ["outbox", "awaited", "fire_and_forget"])
def test_an_order_that_does_not_wait_asks_for_nobody(state: OrderState, publish: Publishing) -> None:
    assert play(request_assignment(CART, publish), (order_record(2, state, request=0),)).effects == [READ]


@pytest.mark.parametrize("publish", ["outbox", "awaited", "fire_and_forget"])
def test_an_order_that_has_asked_before_asks_for_nobody_else(publish: Publishing) -> None:
    shown = (order_record(2, S.FOOD_PREPARING, request=1),)
    assert play(request_assignment(CART, publish), shown).effects == [READ]


@pytest.mark.parametrize("shown", [None, order_record(1, S.NEW_ORDER, request=0)], ids=["missing", "unpaid"])
def test_an_order_that_the_replica_does_not_show_paid_yet_is_looked_up_in_the_primary(shown: Record | None) -> None:
    paid = order_record(2, S.ORDER_RECEIVED, request=0)
    played = play(request_assignment(CART, "awaited"), (shown,), (paid,), True, None)
    assert played.effects[:3] == [READ, NEWEST, CompareAndSet("orders", 7, 2, {"request": 1})]
    assert isinstance(played.effects[3], Publish)
    with pytest.raises(Impossible):
        play(request_assignment(CART, "awaited"), (shown,), (shown,))


def test_a_payment_finds_its_order_though_the_replica_does_not_know_it_yet() -> None:
    played = play(pay_order(CART, attempts=1), True, (None,), (order_record(1, S.NEW_ORDER),), True)
    assert played.effects[1:] == [READ, NEWEST, CompareAndSet("orders", 7, 1, {"state": S.ORDER_RECEIVED})]


def test_the_kitchen_s_second_report_finds_its_first_though_the_replica_does_not_know_it_yet() -> None:
    first = order_record(4, S.FOOD_PREPARING, S.FOOD_PREPARING)
    played = play(mark_kitchen(7, S.READY_PICKUP), (order_record(3),), (first,), True)
    changes = {"kitchen": S.READY_PICKUP, "state": S.READY_PICKUP}
    assert played == ([READ, NEWEST, CompareAndSet("orders", 7, 4, changes)], True)


def test_the_kitchen_s_progress_shows_while_the_order_has_no_driver() -> None:
    played = play(mark_kitchen(7, S.FOOD_PREPARING), (order_record(3, S.ORDER_RECEIVED),), True)
    changes = {"kitchen": S.FOOD_PREPARING, "state": S.FOOD_PREPARING}
    assert played == ([READ, CompareAndSet("orders", 7, 3, changes)], True)


def test_the_kitchen_s_progress_is_noted_silently_once_there_is_a_driver() -> None:
    record = order_record(4, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, driver=9)
    played = play(mark_kitchen(7, S.READY_PICKUP), (record,), True)
    assert played == ([READ, CompareAndSet("orders", 7, 4, {"kitchen": S.READY_PICKUP})], True)


def test_a_kitchen_that_skips_cooking_is_stopped() -> None:
    with pytest.raises(IllegalMove, match="from order_received to ready_pickup"):
        play(mark_kitchen(7, S.READY_PICKUP), *[(order_record(3, S.ORDER_RECEIVED),)] * 2)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_the_kitchen_of_a_closed_order_changes_nothing(state: OrderState) -> None:
    assert play(mark_kitchen(7, S.FOOD_PREPARING), (order_record(3, state),)) == ([READ], False)


@pytest.mark.parametrize("state", [S.NEW_ORDER, S.ORDER_RECEIVED, S.FOOD_PREPARING, S.READY_PICKUP, S.ASSIGNED_DRIVER])
@pytest.mark.parametrize("end", [S.CANCELLED, S.FAILED])
def test_an_order_is_closed_until_its_food_is_picked_up(state: OrderState, end: OrderState) -> None:
    played = play(close_order(7, end), (order_record(3, state),), True)
    assert played == ([NEWEST, CompareAndSet("orders", 7, 3, {"state": end})], True)


@pytest.mark.parametrize("state", [S.PICKED_UP, S.OUT_DELIVERY, *sorted(CLOSED)])
def test_an_order_on_its_way_or_at_its_end_is_not_closed(state: OrderState) -> None:
    assert play(close_order(7, S.CANCELLED), (order_record(3, state),)) == ([NEWEST], False)


FAILED = CompareAndSet("orders", 7, 3, {"state": S.FAILED})


@pytest.mark.parametrize("state", [S.ORDER_RECEIVED, S.FOOD_PREPARING, S.READY_PICKUP])
def test_an_order_that_no_driver_was_found_for_fails_while_it_waits_for_one_by_this_request(state: OrderState) -> None:
    assert play(close_unserved(REQUEST), (order_record(3, state),), True) == ([NEWEST, FAILED], True)


@pytest.mark.parametrize("state", [S.ASSIGNED_DRIVER, S.PICKED_UP, S.OUT_DELIVERY, *sorted(CLOSED)])
def test_an_order_that_a_copy_of_the_request_got_a_driver_does_not_fail_by_a_dead_letter(state: OrderState) -> None:
    assert play(close_unserved(REQUEST), (order_record(3, state),)) == ([NEWEST], False)


def test_an_order_that_has_asked_again_does_not_fail_by_its_old_request() -> None:
    again = order_record(3, S.READY_PICKUP, request=2)
    assert play(close_unserved(REQUEST), (again,)) == ([NEWEST], False)


def test_an_order_that_gets_its_driver_while_it_is_failed_keeps_him() -> None:
    played = play(close_unserved(REQUEST), (order_record(3),), False, (order_record(4, S.ASSIGNED_DRIVER),))
    assert played == ([NEWEST, FAILED, NEWEST], False)


def test_an_order_that_was_never_created_is_created_to_be_closed() -> None:
    # A try of its client that is still under way must find it closed, and not make it anew.
    played = play(close_order(7, S.FAILED), (None,), True, (order_record(1, S.NEW_ORDER),), True)
    closed = CompareAndSet("orders", 7, 1, {"state": S.FAILED})
    assert played == ([NEWEST, NEW, NEWEST, closed], True)


def test_an_order_that_changes_while_it_is_closed_is_closed_only_if_it_still_may_be() -> None:
    played = play(close_order(7, S.FAILED), (order_record(3),), False, (order_record(4, S.PICKED_UP),))
    assert played == ([NEWEST, CompareAndSet("orders", 7, 3, {"state": S.FAILED}), NEWEST], False)
