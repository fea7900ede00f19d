"""A client that is gone between any two effects, and one that tries again: what is left is what one try leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from worlds import (
    GEO,
    KITCHEN,
    RESTAURANT,
    SHELF,
    STOCK,
    Gone,
    World,
    assigned,
    cart,
    cut,
    effects_of,
    employ,
    meanwhile,
)

from swifteats_sim.domain import delivery, inventory, orders, shifts
from swifteats_sim.domain.assignment import STALE
from swifteats_sim.domain.effects import Name, Record, Rule, Unavailable
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import (
    ACTIVE,
    DRIVERS,
    ITEMS,
    ORDERS,
    OUTBOX,
    RESERVATIONS,
    AssignmentRequest,
)
from swifteats_sim.domain.outbox import delete_rows, read_rows
from swifteats_sim.domain.states import DriverState, Impossible, OrderState

NAMES: tuple[Name, ...] = (
    (ORDERS, 7), (RESERVATIONS, 7), (OUTBOX, (7, 1)), (OUTBOX, (7, 2)), (ITEMS, (RESTAURANT, SHELF)),
    (ITEMS, (RESTAURANT, KITCHEN)), (DRIVERS, 4), (DRIVERS, 5), (ACTIVE, 4), (ACTIVE, 5),
)  # fmt: skip
CART, REQUEST, HELD = cart(7), AssignmentRequest(7, GEO, 1), Held(7, 4)
LOCKED = STOCK._replace(inventory="for_update")


class Step(NamedTuple):
    """A rule of an order's life, and those before it.

    once : a second try finds that all is done, and says that it is Impossible: an app's reports, which it makes once.
    """

    rule: Callable[[], Rule[Any]]
    before: tuple[str, ...] = ()
    once: bool = False


def relay() -> Rule[None]:
    """Publish what is stored, then delete it."""
    rows = yield from read_rows((REQUEST.event,))
    for row in rows:
        yield from orders.publish_request(row.request, "awaited")
    yield from delete_rows(rows)


def _asked() -> Rule[Any]:
    return assigned(REQUEST)


CREATED = ("reserve", "create")
PAID = (*CREATED, "pay")
SENT = (*PAID, "request")
TAKEN = (*SENT, "relay", "assign")
THERE = (*TAKEN, "way", "there")
DELIVERED = (*THERE, "pick up", "depart", "door", "drop off")
LIFE: dict[str, Step] = {
    "reserve": Step(lambda: inventory.reserve_inventory(CART, STOCK)),
    "reserve under locks": Step(lambda: inventory.reserve_inventory(CART, LOCKED)),
    "create": Step(lambda: orders.create_order(CART)),
    "pay": Step(lambda: orders.pay_order(CART, 2), CREATED),
    "request": Step(lambda: orders.request_assignment(CART, "outbox"), PAID),
    "relay": Step(relay, SENT),
    "assign": Step(_asked, SENT),
    "kitchen": Step(lambda: orders.mark_kitchen(7, OrderState.FOOD_PREPARING), TAKEN, once=True),
    "way": Step(lambda: delivery.report(HELD, DriverState.ON_WAY_TO_RESTAURANT), TAKEN, once=True),
    "there": Step(lambda: delivery.report(HELD, DriverState.AT_RESTAURANT), (*TAKEN, "way"), once=True),
    "decline": Step(lambda: delivery.turn_down(HELD, REQUEST, "outbox"), TAKEN, once=True),
    "pick up": Step(lambda: delivery.advance(HELD, OrderState.PICKED_UP, DriverState.PICKED_UP), THERE, once=True),
    "depart": Step(
        lambda: delivery.advance(HELD, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER),
        (*THERE, "pick up"), once=True,
    ),
    "door": Step(
        lambda: delivery.report(HELD, DriverState.REACHED_DESTINATION), (*THERE, "pick up", "depart"), once=True
    ),
    "drop off": Step(lambda: delivery.drop_off(HELD), DELIVERED[:-1], once=True),
    "free": Step(lambda: delivery.free_driver(HELD), (*TAKEN, "close"), once=True),
    "give back capacity": Step(lambda: inventory.give_back_capacity(CART, STOCK), CREATED),
    "finish": Step(lambda: inventory.finish_reservation(CART, STOCK), DELIVERED),
    "release": Step(lambda: inventory.release_inventory(CART, STOCK), CREATED),
    "release under locks": Step(lambda: inventory.release_inventory(CART, LOCKED), CREATED),
    "replenish": Step(lambda: inventory.replenish(RESTAURANT, SHELF, STOCK._replace(batch=99)), CREATED),
    "close": Step(lambda: orders.close_order(7, OrderState.CANCELLED), CREATED),
    "close what is not there": Step(lambda: orders.close_order(7, OrderState.CANCELLED)),
    "close unserved": Step(lambda: orders.close_unserved(REQUEST), SENT),
    "log on": Step(lambda: shifts.log_on(5), ("log off",), once=True),
    "log off": Step(lambda: shifts.log_off(5)),
}  # fmt: skip
EVERY = pytest.mark.parametrize("step", list(LIFE))


def begun(world: World, step: str) -> None:
    """The platform right before this step."""
    world.clear()
    employ(world, 4, 5)
    for before in LIFE[step].before:
        world.perform(LIFE[before].rule())


def again(world: World, step: Step, rule: Rule[Any] | None = None) -> None:
    """A second try; it may say that there is nothing to be done any more, where it says so of what is done."""
    try:
        world.perform(step.rule() if rule is None else rule)
    except Impossible:
        assert step.once


def left(world: World) -> tuple[Record | None, ...]:
    return world.records(*NAMES)


@EVERY
def test_gone_before_any_effect_and_tried_again(world: World, step: str) -> None:
    begun(world, step)
    untouched = left(world)
    effects = effects_of(world, LIFE[step].rule())
    undisturbed = left(world)
    assert undisturbed != untouched
    for at in range(effects):
        begun(world, step)
        gone = world.perform(cut(LIFE[step].rule(), at))
        assert isinstance(gone, Gone)
        world.perform(LIFE[step].rule())
        assert left(world) == undisturbed, f"gone before effect {at}: {gone.effect}"


@EVERY
def test_gone_after_the_last_effect_and_tried_again(world: World, step: str) -> None:
    begun(world, step)
    world.perform(LIFE[step].rule())
    undisturbed = left(world)
    again(world, LIFE[step])
    assert left(world) == undisturbed


@EVERY
def test_twice_at_once(world: World, step: str) -> None:
    begun(world, step)
    world.perform(LIFE[step].rule())
    undisturbed = left(world)
    for _ in range(3):
        begun(world, step)
        told = world.together(LIFE[step].rule(), LIFE[step].rule())
        assert LIFE[step].once or "IllegalMove" not in told
        assert left(world) == undisturbed


@EVERY
def test_twice_the_second_between_any_two_effects_of_the_first(world: World, step: str) -> None:
    """By hand, so that no overlap is left to chance."""
    begun(world, step)
    effects = effects_of(world, LIFE[step].rule())
    undisturbed = left(world)
    for at in range(effects):
        begun(world, step)
        again(world, LIFE[step], meanwhile(LIFE[step].rule(), at, LIFE[step].rule()))
        assert left(world) == undisturbed, f"the second before effect {at} of the first"


@EVERY
def test_a_server_that_is_away_at_any_effect(world: World, step: str) -> None:
    """The rule is told so, and is run again; what was under way was done or not."""
    begun(world, step)
    effects = effects_of(world, LIFE[step].rule())
    undisturbed = left(world)
    for at in range(effects):
        for done in (False, True):
            begun(world, step)
            with pytest.raises(Unavailable):
                world.perform(refused(LIFE[step].rule(), at, done))
            again(world, LIFE[step])
            assert left(world) == undisturbed, f"away at effect {at}, which was done: {done}"


def refused(rule: Rule[Any], at: int, done: bool) -> Rule[Any]:
    """The rule; effect `at` finds no server, or one that goes away before it has answered."""
    effect, number = next(rule), 0
    while number < at:
        effect, number = rule.send((yield effect)), number + 1
    if done:
        yield effect
    return rule.throw(Unavailable("database"))


def test_messages_that_came_twice_by_a_crash_of_the_relay_are_one_event(world: World) -> None:
    for at in range(3):
        begun(world, "relay")
        world.perform(cut(relay(), at))
        world.perform(relay())
        assert world.messages() == [REQUEST] * (2 if at == 2 else 1)
        told = [world.perform(assigned(message)) for message in world.messages()]
        assert told[1:] == [STALE] * (len(told) - 1)
        assert world.records((ACTIVE, 4), (ACTIVE, 5)) == (Record(1, {"order": 7}), None)


def test_a_whole_life_with_a_crash_before_each_of_its_effects_ends_like_one_without(world: World) -> None:
    """One client after the other is gone; the next begins with the first step that is not done."""
    begun(world, "finish")
    world.perform(LIFE["finish"].rule())
    undisturbed = left(world)
    world.clear()
    employ(world, 4, 5)
    for name in (*DELIVERED, "finish"):
        for at in range(20):
            if not isinstance(world.perform(cut(LIFE[name].rule(), at)), Gone):
                break
    assert left(world) == undisturbed
