"""Delivery to the door, what is estimated of it, and where a driver is known to be, in both worlds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from worlds import GEO, MINUTE, NEAREST, PREPARATION, SECOND, TERMS, World, assigned, employ, ordered

from swifteats_sim.domain import delivery, eta, orders, shifts
from swifteats_sim.domain.assignment import Assigned, assign
from swifteats_sim.domain.effects import Name, Record, Rule
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS, AssignmentRequest
from swifteats_sim.domain.states import DriverState, IllegalMove, Impossible, OrderState

HELD = Held(7, 4)
NAMES: tuple[Name, ...] = HELD.names
WAY, THERE = DriverState.ON_WAY_TO_RESTAURANT, DriverState.AT_RESTAURANT


def taken(world: World) -> None:
    employ(world, 4)
    assert world.perform(assigned(world.perform(ordered(7)))).driver == 4


def under_way(world: World) -> None:
    taken(world)
    for state in (WAY, THERE):
        world.perform(delivery.report(HELD, state))
    assert world.perform(delivery.advance(HELD, OrderState.PICKED_UP, DriverState.PICKED_UP)) is True
    assert world.perform(delivery.advance(HELD, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER)) is True
    world.perform(delivery.report(HELD, DriverState.REACHED_DESTINATION))


def test_from_the_offer_to_the_door(world: World) -> None:
    under_way(world)
    assert world.perform(delivery.drop_off(HELD)) is None
    assert world.records(*NAMES) == (
        Record(7, {"state": OrderState.DELIVERED, "kitchen": OrderState.ORDER_RECEIVED, "driver": 4, "request": 1}),
        Record(9, {"state": DriverState.AVAILABLE, "order": None}),
        None,
    )
    assert world.perform(shifts.log_off(4)) is True


def test_what_is_delivered_twice_at_once_is_delivered_once(world: World) -> None:
    under_way(world)
    assert sorted(map(str, world.together(*(delivery.drop_off(HELD) for _ in range(4))))) == ["IllegalMove"] * 3 + [
        "None"
    ]
    assert world.records(*NAMES)[2] is None
    with pytest.raises(IllegalMove):
        world.perform(delivery.drop_off(HELD))


def test_reports_that_come_at_once_move_the_driver_once_each(world: World) -> None:
    taken(world)
    assert sorted(map(str, world.together(*(delivery.report(HELD, WAY) for _ in range(4))))) == ["IllegalMove"] * 3 + [
        "None"
    ]
    assert world.records((DRIVERS, 4)) == (Record(4, {"state": WAY, "order": 7}),)


def test_a_report_out_of_turn_is_an_error_and_changes_nothing(world: World) -> None:
    taken(world)
    before = world.records(*NAMES)
    for rule in (
        delivery.report(HELD, THERE), delivery.drop_off(HELD),
        delivery.advance(HELD, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER),
    ):  # fmt: skip
        with pytest.raises(IllegalMove):
            world.perform(rule)
    assert world.records(*NAMES) == before


def test_a_driver_with_an_order_stays_on_shift_until_the_drop_off(world: World) -> None:
    under_way(world)
    assert world.perform(shifts.log_off(4)) is False
    world.perform(delivery.drop_off(HELD))
    assert world.perform(shifts.log_off(4)) is True
    assert world.records((DRIVERS, 4))[0] == Record(10, {"state": DriverState.OFF_SHIFT, "order": None})


def test_an_order_that_is_closed_on_the_way_frees_its_driver(world: World) -> None:
    taken(world)
    world.perform(delivery.report(HELD, WAY))
    assert world.perform(orders.close_order(7, OrderState.CANCELLED)) is True
    world.perform(delivery.report(HELD, THERE))
    assert world.perform(delivery.advance(HELD, OrderState.PICKED_UP, DriverState.PICKED_UP)) is False
    world.perform(delivery.free_driver(HELD))
    assert world.records(*NAMES[1:]) == (Record(6, {"state": DriverState.AVAILABLE, "order": None}), None)


def test_pick_up_and_cancellation_at_once_exclude_each_other(world: World) -> None:
    employ(world, *range(1, 9))
    for number in range(20, 28):
        outcome = world.perform(assign(world.perform(ordered(number)), NEAREST, TERMS))
        assert isinstance(outcome, Assigned)
        held = Held(number, outcome.driver)
        for state in (WAY, THERE):
            world.perform(delivery.report(held, state))
        picked, closed = world.together(
            delivery.advance(held, OrderState.PICKED_UP, DriverState.PICKED_UP),
            orders.close_order(number, OrderState.CANCELLED),
        )
        assert picked is not closed
        order, driver = world.records((ORDERS, number), (DRIVERS, outcome.driver))
        assert order is not None
        assert driver is not None
        assert (order.fields["state"], driver.fields["state"]) == (
            (OrderState.PICKED_UP, DriverState.PICKED_UP) if picked else (OrderState.CANCELLED, THERE)
        )


def test_logging_off_and_an_assignment_at_once_exclude_each_other(world: World) -> None:
    for number in range(20, 28):
        employ(world, number)  # those before him have an order or are gone
        outcome, off = world.together(assigned(world.perform(ordered(number))), shifts.log_off(number))
        assert isinstance(outcome, Assigned) is not off
        assert (world.records((ACTIVE, number)) == (None,)) is off


# -- where a driver is known to be, and what is estimated by it


@pytest.mark.parametrize("sent", list(permutations((10, 20, 30))), ids=str)
def test_the_newest_fix_is_known_in_whatever_order_they_come(world: World, sent: tuple[int, ...]) -> None:
    newest = 0
    for at in sent:
        assert world.stand(4, 10.0 * at, at) is (at > newest)
        newest = max(newest, at)
        assert world.known(4) == newest
    assert world.known(5) is None


def test_an_old_fix_or_one_that_comes_twice_changes_nothing(world: World) -> None:
    employ(world, 4)
    assert world.stand(4, 500.0, 20) is True
    assert [world.stand(4, metres, sent) for metres, sent in ((900.0, 19), (500.0, 20), (900.0, 20))] == [False] * 3
    found = world.perform(assigned(world.perform(ordered(7))))
    assert (found.travel, world.known(4)) == (94, 20)  # 500 m * 1.3 at 25 km/h


def test_the_nearest_is_who_was_nearest_by_his_newest_fix(world: World) -> None:
    employ(world, 4, 5)
    world.stand(4, 900.0, 50)
    world.stand(5, 2_000.0, 1)  # older than what is known
    assert world.perform(assigned(world.perform(ordered(7)))).driver == 5


@pytest.mark.parametrize(("metres", "estimate"), [(100.0, 1_036), (2_000.0, 1_036), (4_900.0, 1_354)])
def test_the_same_estimate_from_the_same_sight(world: World, metres: float, estimate: int) -> None:
    """Preparation and way overlap; 2 minutes at the restaurant, 40 s at the door, 276 s in between."""
    employ(world, 4)
    world.stand(4, metres, 50)
    found = world.perform(assign(world.perform(ordered(7)), NEAREST, TERMS))
    left = round(found.preparation_left / MINUTE) * MINUTE
    assert left == PREPARATION
    arrives = eta.pickup_aware(left, found.travel, 2 * MINUTE, found.onward, 40 * SECOND)
    assert round(arrives / SECOND) == estimate
    assert eta.after_pickup(found.onward, 40 * SECOND) == found.onward + 40 * SECOND


# -- tries that come late: the driver has his next order by then


LATE = {
    "report": lambda: delivery.report(HELD, WAY),
    "decline": lambda: delivery.turn_down(HELD, AssignmentRequest(7, GEO, 1), "outbox"),
    "free": lambda: delivery.free_driver(HELD),
    "log on": lambda: shifts.log_on(4),
}


@pytest.mark.parametrize("rule", list(LATE.values()), ids=list(LATE))
def test_what_is_tried_again_late_leaves_the_next_order_alone(world: World, rule: Callable[[], Rule[Any]]) -> None:
    """The first try freed the driver, its answer was lost, and the app tries again when he has another order."""
    taken(world)
    world.perform(orders.close_order(7, OrderState.CANCELLED))
    world.perform(delivery.free_driver(HELD))
    assert world.perform(assigned(world.perform(ordered(8)))).driver == 4
    before = world.records(*NAMES, (ORDERS, 8))
    with pytest.raises(Impossible):
        world.perform(rule())
    assert world.records(*NAMES, (ORDERS, 8)) == before
