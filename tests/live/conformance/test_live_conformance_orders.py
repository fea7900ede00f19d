"""Orders: created, paid, cooked and closed, each twice or at once as well, in both worlds."""

from __future__ import annotations

import pytest
from worlds import World, cart, meanwhile, ordered

from swifteats_sim.domain.effects import Fields, Record
from swifteats_sim.domain.messages import ORDERS, OUTBOX, UNPAID, AssignmentRequest
from swifteats_sim.domain.orders import (
    close_order,
    close_unserved,
    create_order,
    mark_kitchen,
    pay_order,
    publish_request,
    request_assignment,
)
from swifteats_sim.domain.outbox import delete_rows, read_rows
from swifteats_sim.domain.states import IllegalMove, Impossible, OrderState

NEW, RECEIVED = OrderState.NEW_ORDER, OrderState.ORDER_RECEIVED
PREPARING, READY = OrderState.FOOD_PREPARING, OrderState.READY_PICKUP
CANCELLED, FAILED = OrderState.CANCELLED, OrderState.FAILED


def order(state: OrderState, kitchen: OrderState = RECEIVED, request: int = 0) -> Fields:
    return {"state": state, "kitchen": kitchen, "driver": None, "request": request}


def stands(world: World, number: int = 7) -> Record | None:
    return world.records((ORDERS, number))[0]


def test_an_order_is_created_paid_and_asks_for_a_driver(world: World) -> None:
    assert world.perform(create_order(cart(7))) is None
    assert stands(world) == Record(1, order(NEW))
    assert world.perform(pay_order(cart(7), 2)) is None
    assert stands(world) == Record(2, order(RECEIVED))
    assert world.perform(request_assignment(cart(7), "outbox")) is None
    assert stands(world) == Record(3, order(RECEIVED, request=1))
    assert world.records((OUTBOX, (7, 1))) == (Record(1, {"request": AssignmentRequest(7, 1, 1)}),)


@pytest.mark.parametrize(("number", "attempts", "told"), [(7, 1, None), (8, 1, UNPAID), (8, 2, None), (9, 3, UNPAID)])
def test_who_does_not_pay_in_time_is_turned_away(world: World, number: int, attempts: int, told: object) -> None:
    world.perform(create_order(cart(number)))
    assert world.perform(pay_order(cart(number), attempts)) == told
    assert stands(world, number) == Record(*((2, order(RECEIVED)) if told is None else (1, order(NEW))))


def test_what_is_not_there_is_neither_paid_nor_cooked_nor_sent(world: World) -> None:
    for rule in (pay_order(cart(7), 1), mark_kitchen(7, PREPARING), request_assignment(cart(7), "outbox")):
        with pytest.raises(Impossible, match="is missing"):
            world.perform(rule)
    assert stands(world) is None


def test_an_unpaid_order_asks_for_nobody(world: World) -> None:
    world.perform(create_order(cart(7)))
    with pytest.raises(Impossible, match="once it is paid"):
        world.perform(request_assignment(cart(7), "outbox"))


def test_two_tries_at_once_leave_what_one_leaves(world: World) -> None:
    for number in range(20, 28):
        requests = [AssignmentRequest(number, 1, 1)] * 2
        assert world.together(ordered(number), ordered(number)) == requests
        assert stands(world, number) == Record(3, order(RECEIVED, request=1))
        assert world.records((OUTBOX, (number, 1)), (OUTBOX, (number, 2))) == (
            Record(1, {"request": requests[0]}),
            None,
        )


@pytest.mark.parametrize("at", range(3))
def test_a_cancellation_between_any_two_effects_of_a_payment_holds(world: World, at: int) -> None:
    world.perform(create_order(cart(7)))
    assert world.perform(meanwhile(pay_order(cart(7), 1), at, close_order(7, CANCELLED))) is None
    assert stands(world) == Record(2, order(CANCELLED))


@pytest.mark.parametrize("at", range(3))
def test_a_payment_between_any_two_effects_of_a_cancellation_is_followed_by_it(world: World, at: int) -> None:
    world.perform(create_order(cart(7)))
    assert world.perform(meanwhile(close_order(7, CANCELLED), at, pay_order(cart(7), 1))) is True
    # Before the second effect, the write, the payment was quicker: the cancellation reads again. There is no third.
    assert stands(world) == Record(*((3, order(CANCELLED)) if at < 2 else (2, order(CANCELLED))))


def test_payment_and_cancellation_at_once_end_in_a_cancelled_order(world: World) -> None:
    for number in range(20, 28):
        world.perform(create_order(cart(number)))
        assert world.together(pay_order(cart(number), 1), close_order(number, CANCELLED)) == [None, True]
        closed = stands(world, number)
        assert closed is not None
        assert closed.fields == order(CANCELLED)
        assert closed.version in (2, 3)


def test_an_order_is_closed_once_whoever_tries(world: World) -> None:
    for number in range(20, 26):
        world.perform(create_order(cart(number)))
        tries = [close_order(number, state) for state in (CANCELLED, FAILED, CANCELLED, FAILED)]
        assert sorted(world.together(*tries)) == [False, False, False, True]
        assert world.perform(close_order(number, FAILED)) is False


def test_who_closes_what_was_never_created_creates_it_closed(world: World) -> None:
    assert world.perform(close_order(7, CANCELLED)) is True
    assert world.perform(create_order(cart(7))) is None
    assert world.perform(pay_order(cart(7), 1)) is None
    assert world.perform(request_assignment(cart(7), "outbox")) is None
    assert stands(world) == Record(2, order(CANCELLED))
    assert world.records((OUTBOX, (7, 1))) == (None,)


@pytest.mark.parametrize("at", range(4))
def test_an_order_that_is_created_while_it_is_closed_is_closed(world: World, at: int) -> None:
    assert world.perform(meanwhile(close_order(7, CANCELLED), at, create_order(cart(7)))) is True
    assert stands(world) == Record(2, order(CANCELLED))


def test_the_kitchen_moves_on_and_the_order_shows_it(world: World) -> None:
    world.perform(ordered(7))
    for stage in (PREPARING, READY):
        assert world.perform(mark_kitchen(7, stage)) is True
    assert stands(world) == Record(5, order(READY, READY, request=1))
    with pytest.raises(IllegalMove, match="from ready_pickup to food_preparing"):
        world.perform(mark_kitchen(7, PREPARING))
    world.perform(close_order(7, CANCELLED))
    assert world.perform(mark_kitchen(7, READY)) is False


def test_a_report_of_the_kitchen_that_comes_twice_at_once_counts_once(world: World) -> None:
    for number in range(20, 26):
        world.perform(ordered(number))
        outcomes = world.together(*(mark_kitchen(number, PREPARING) for _ in range(3)))
        assert sorted(map(str, outcomes)) == ["IllegalMove", "IllegalMove", "True"]
        assert stands(world, number) == Record(4, order(PREPARING, PREPARING, request=1))


def test_a_request_comes_to_its_topic_by_the_outbox(world: World) -> None:
    request = world.perform(ordered(7))

    def relay() -> None:
        rows = world.perform(read_rows(((7, 1), (8, 1))))
        assert [row.request for row in rows] == [request]
        for row in rows:
            world.perform(publish_request(row.request, "awaited"))
        world.perform(delete_rows(rows))

    relay()
    assert world.messages() == [request]
    assert world.perform(read_rows(((7, 1),))) == ()


def test_two_relays_at_once_may_publish_twice_but_never_not_at_all(world: World) -> None:
    request = world.perform(ordered(7))
    rows = world.perform(read_rows((request.event,)))
    world.together(publish_request(request, "awaited"), publish_request(request, "awaited"))
    world.together(delete_rows(rows), delete_rows(rows))
    assert world.messages() == [request, request]
    assert world.records((OUTBOX, (7, 1))) == (None,)


def test_without_an_outbox_the_request_is_sent_once_and_again_only_where_somebody_asks_for_it(world: World) -> None:
    world.perform(create_order(cart(7)))
    world.perform(pay_order(cart(7), 1))
    world.perform(request_assignment(cart(7), "awaited"))
    world.perform(request_assignment(cart(7), "awaited"))
    assert world.messages() == [AssignmentRequest(7, 1, 1)]
    world.perform(request_assignment(cart(7), "awaited", again=True))
    assert world.messages() == [AssignmentRequest(7, 1, 1)] * 2


def test_who_does_not_wait_for_the_broker_is_heard_where_there_is_one(world: World) -> None:
    request = AssignmentRequest(7, 1, 1)
    assert world.perform(publish_request(request, "fire_and_forget")) is None
    assert world.messages() == [request]


def test_an_order_for_which_nobody_is_found_ends_failed_once(world: World) -> None:
    for number in range(20, 26):
        request = world.perform(ordered(number))
        assert sorted(world.together(*(close_unserved(request) for _ in range(3)))) == [False, False, True]
        assert stands(world, number) == Record(4, order(FAILED, request=1))


def test_a_dead_letter_of_an_older_request_closes_nothing(world: World) -> None:
    request = world.perform(ordered(7))
    assert world.perform(close_unserved(request._replace(version=2))) is False
    assert world.perform(close_unserved(request._replace(order=8))) is False
    assert stands(world) == Record(3, order(RECEIVED, request=1))
