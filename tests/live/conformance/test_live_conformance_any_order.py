"""Any rules in any order, one after the other, beside a model that is nothing but dictionaries."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from worlds import GEO, KITCHEN, RESTAURANT, SHELF, STOCK, World, assigned, cart

from swifteats_sim.domain import delivery, inventory, orders, shifts
from swifteats_sim.domain.assignment import NOBODY, STALE, Assigned
from swifteats_sim.domain.effects import Fields, Insert, Key, Name, Record, Rule
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import (
    ACTIVE,
    DRIVERS,
    ITEMS,
    ORDERS,
    OUTBOX,
    RESERVATIONS,
    SOLD_OUT,
    UNPAID,
    AssignmentRequest,
    Line,
)
from swifteats_sim.domain.states import CLOSED, DRIVER_MOVES, ORDER_MOVES, WAITING, DriverState, OrderState

O, D = OrderState, DriverState  # noqa: E741
NUMBERS, FLEET = (6, 7, 8, 9, 10), (1, 2, 3)
"""Order 8 pays at the second attempt, order 9 never."""
STATES: dict[str, Any] = {"number": st.sampled_from(NUMBERS)}
WANTED = {6: (1, 2), 7: (6, 0), 8: (12, 3), 9: (1, 1), 10: (7, 4)}
"""Portions of either item by order: together more than there are."""
EVERYTHING: tuple[Name, ...] = (
    *((table, number) for table in (ORDERS, RESERVATIONS) for number in NUMBERS),
    *((table, driver) for table in (DRIVERS, ACTIVE) for driver in FLEET),
    *((ITEMS, (RESTAURANT, item)) for item in (SHELF, KITCHEN)),
    *((OUTBOX, (number, version)) for number in NUMBERS for version in (1, 2, 3)),
)


class Model:
    """What the rules say, one after the other, of records in a dictionary. Nothing here is shared with them."""

    def __init__(self) -> None:
        self.records: dict[Name, Record] = {}
        self.sold = {SHELF: 0, KITCHEN: 0}
        self.cooked = 0
        self.excluded: dict[tuple[int, int], tuple[int, ...]] = {}

    def fields(self, table: str, key: Key) -> Any:
        record = self.records.get((table, key))
        return record and record.fields

    def put(self, table: str, key: Key, **changes: Any) -> None:
        old = self.records.get((table, key))
        version, fields = (0, {}) if old is None else old
        self.records[table, key] = Record(version + 1, {**fields, **changes})

    def drop(self, table: str, key: Key) -> None:
        del self.records[table, key]

    def create(self, number: int) -> Any:
        if self.fields(ORDERS, number) is None:
            self.put(ORDERS, number, state=O.NEW_ORDER, kitchen=O.ORDER_RECEIVED, driver=None, request=0)
        return None

    def pay(self, number: int, attempts: int) -> Any:
        if attempts <= {8: 1, 9: 99}.get(number, 0):
            return UNPAID
        order = self.fields(ORDERS, number)
        if order is None:
            return "Impossible"
        if order["state"] == O.NEW_ORDER:
            self.put(ORDERS, number, state=O.ORDER_RECEIVED)
        return None

    def request(self, number: int) -> Any:
        order = self.fields(ORDERS, number)
        if order is None or order["state"] == O.NEW_ORDER:
            return "Impossible"
        if order["state"] in WAITING and not order["request"]:
            self.put(ORDERS, number, request=1)
            self.put(OUTBOX, (number, 1), request=AssignmentRequest(number, GEO, 1))
            self.excluded[number, 1] = ()
        return None

    def cook(self, number: int, stage: OrderState) -> Any:
        order = self.fields(ORDERS, number)
        if order is None:
            return "Impossible"
        if order["state"] in CLOSED:
            return False
        shown = order["state"] in WAITING
        if stage not in ORDER_MOVES[order["kitchen"]] or (shown and stage not in ORDER_MOVES[order["state"]]):
            return "IllegalMove"
        self.put(ORDERS, number, kitchen=stage, **({"state": stage} if shown else {}))
        return True

    def close(self, number: int, state: OrderState) -> bool:
        self.create(number)
        if self.fields(ORDERS, number)["state"] in CLOSED | {O.PICKED_UP, O.OUT_DELIVERY}:
            return False
        self.put(ORDERS, number, state=state)
        return True

    def close_unserved(self, number: int, version: int) -> bool:
        order = self.fields(ORDERS, number)
        if order is None or order["state"] not in WAITING or order["request"] != version:
            return False
        self.put(ORDERS, number, state=O.FAILED)
        return True

    # -- stock

    def left(self, item: int) -> int:
        fields = self.fields(ITEMS, (RESTAURANT, item))
        most: int = {SHELF: 20, KITCHEN: 5}[item] if fields is None else fields["stock"]
        return most

    def reserve(self, number: int) -> Any:
        if self.fields(RESERVATIONS, number) is not None:
            return None
        wanted = dict(zip((SHELF, KITCHEN), WANTED[number], strict=True))
        if any(self.left(item) < count for item, count in wanted.items()):
            return SOLD_OUT
        lines = tuple(Line(item, count) for item, count in wanted.items())
        self.put(RESERVATIONS, number, restaurant=RESTAURANT, lines=lines)
        for item, count in wanted.items():
            self.put(ITEMS, (RESTAURANT, item), stock=self.left(item) - count)
        return None

    def give_back(self, number: int, items: tuple[int, ...], ends: bool) -> Any:
        held = self.fields(RESERVATIONS, number)
        if held is None:
            return None
        back = [line for line in held["lines"] if line.item in items]
        rest = tuple(line for line in held["lines"] if line.item not in items)
        if ends:
            self.drop(RESERVATIONS, number)
            for line in rest:
                self.sold[line.item] += line.quantity
        elif back:
            self.put(RESERVATIONS, number, lines=rest)
        for line in back:
            self.put(ITEMS, (RESTAURANT, line.item), stock=self.left(line.item) + line.quantity)
        return None

    def replenish(self) -> int:
        added = max(0, min(5, 20 - self.left(SHELF)))
        if added:
            self.put(ITEMS, (RESTAURANT, SHELF), stock=self.left(SHELF) + added)
            self.cooked += added
        return added

    # -- drivers

    def log_on(self, driver: int) -> Any:
        if self.fields(DRIVERS, driver)["state"] != D.OFF_SHIFT:
            return "IllegalMove"
        self.put(DRIVERS, driver, state=D.AVAILABLE)
        return None

    def log_off(self, driver: int) -> bool:
        if self.fields(DRIVERS, driver)["state"] != D.AVAILABLE:
            return False
        self.put(DRIVERS, driver, state=D.OFF_SHIFT)
        return True

    def assign(self, number: int, version: int) -> Any:
        order = self.fields(ORDERS, number)
        if order is None or order["request"] < version:
            return "Impossible"
        if order["state"] not in WAITING or order["request"] != version:
            return STALE
        free = [
            driver for driver in FLEET
            if self.fields(DRIVERS, driver)["state"] == D.AVAILABLE and driver not in self.excluded[number, version]
        ]  # fmt: skip
        if not free:
            return NOBODY
        self.put(ORDERS, number, state=O.ASSIGNED_DRIVER, driver=free[0])
        self.put(DRIVERS, free[0], state=D.ORDER_ASSIGNED, order=number)
        self.put(ACTIVE, free[0], order=number)
        return free[0]

    def report(self, driver: int, to: DriverState) -> Any:
        if to not in DRIVER_MOVES[self.fields(DRIVERS, driver)["state"]]:
            return "IllegalMove"
        self.put(DRIVERS, driver, state=to)
        return None

    def advance(self, number: int, driver: int, to: OrderState, with_driver: DriverState) -> Any:
        order = self.fields(ORDERS, number)
        if order["state"] in CLOSED:
            return False
        can = to in ORDER_MOVES[order["state"]] and with_driver in DRIVER_MOVES[self.fields(DRIVERS, driver)["state"]]
        if not can:
            return "IllegalMove"
        self.put(ORDERS, number, state=to)
        self.put(DRIVERS, driver, state=with_driver)
        return True

    def free(self, driver: int) -> Any:
        if D.AVAILABLE not in DRIVER_MOVES[self.fields(DRIVERS, driver)["state"]]:
            return "IllegalMove"
        self.put(DRIVERS, driver, state=D.AVAILABLE, order=None)
        self.drop(ACTIVE, driver)
        return None

    def drop_off(self, number: int, driver: int) -> Any:
        if self.fields(ORDERS, number)["state"] != O.OUT_DELIVERY:
            return "IllegalMove"
        if self.fields(DRIVERS, driver)["state"] != D.REACHED_DESTINATION:
            return "IllegalMove"
        self.put(ORDERS, number, state=O.DELIVERED)
        return self.free(driver)

    def decline(self, number: int, driver: int) -> Any:
        order, state = self.fields(ORDERS, number), self.fields(DRIVERS, driver)["state"]
        asks = order["state"] not in CLOSED
        if (asks and order["state"] != O.ASSIGNED_DRIVER) or D.AVAILABLE not in DRIVER_MOVES[state]:
            return "IllegalMove"
        self.free(driver)
        if not asks:
            return None
        version = order["request"] + 1
        again = AssignmentRequest(number, GEO, version, (*self.excluded[number, version - 1], driver))
        self.excluded[number, version] = again.excluded
        self.put(ORDERS, number, state=order["kitchen"], driver=None, request=version)
        self.put(OUTBOX, again.event, request=again)
        return again


class AnyOrder(RuleBasedStateMachine):
    """Clients that do whatever they like, one at a time; each thing may be done a second time at once."""

    world: World

    @initialize()
    def employ(self) -> None:
        self.world.clear()
        self.model = Model()
        for driver in FLEET:
            fields: Fields = {"state": D.OFF_SHIFT, "order": None}
            self.world.perform(_inserted(DRIVERS, driver, fields))
            self.model.put(DRIVERS, driver, **fields)
            assert self.world.stand(driver, 100.0 * driver, driver)
            self.log_on(driver)
        for number in (6, 7):
            self.serve(number)

    def agree(self, told: Rule[Any], expected: Any) -> None:
        (outcome,) = self.world.together(told)
        assert (outcome.driver if isinstance(outcome, Assigned) else outcome) == expected

    @rule(**STATES)
    def create(self, number: int) -> None:
        self.agree(orders.create_order(self.cart(number)), self.model.create(number))

    @rule(**STATES, attempts=st.integers(1, 2))
    def pay(self, number: int, attempts: int) -> None:
        self.agree(orders.pay_order(self.cart(number), attempts), self.model.pay(number, attempts))

    @rule(**STATES)
    def request(self, number: int) -> None:
        self.agree(orders.request_assignment(self.cart(number), "outbox"), self.model.request(number))

    @rule(**STATES)
    def order(self, number: int) -> None:
        """All that a customer does, so that lives get far."""
        self.reserve(number)
        self.create(number)
        self.pay(number, 2)
        self.request(number)

    @rule(**STATES)
    def serve(self, number: int) -> None:
        """The same, and the dispatcher at once."""
        self.order(number)
        self.assign(number, 1, latest=True)

    @rule(**STATES, stage=st.sampled_from((O.FOOD_PREPARING, O.READY_PICKUP)))
    def cook(self, number: int, stage: OrderState) -> None:
        self.agree(orders.mark_kitchen(number, stage), self.model.cook(number, stage))

    @rule(**STATES, state=st.sampled_from((O.CANCELLED, O.FAILED)))
    def close(self, number: int, state: OrderState) -> None:
        self.agree(orders.close_order(number, state), self.model.close(number, state))

    @rule(**STATES, version=st.integers(1, 3))
    def close_unserved(self, number: int, version: int) -> None:
        request = AssignmentRequest(number, GEO, version)
        self.agree(orders.close_unserved(request), self.model.close_unserved(number, version))

    @rule(**STATES)
    def reserve(self, number: int) -> None:
        self.agree(inventory.reserve_inventory(self.cart(number), STOCK), self.model.reserve(number))

    @rule(**STATES)
    def give_back_capacity(self, number: int) -> None:
        expected = self.model.give_back(number, (KITCHEN,), ends=False)
        self.agree(inventory.give_back_capacity(self.cart(number), STOCK), expected)

    @rule(**STATES)
    def release(self, number: int) -> None:
        expected = self.model.give_back(number, (SHELF, KITCHEN), ends=True)
        self.agree(inventory.release_inventory(self.cart(number), STOCK), expected)

    @rule(**STATES)
    def finish(self, number: int) -> None:
        expected = self.model.give_back(number, (KITCHEN,), ends=True)
        self.agree(inventory.finish_reservation(self.cart(number), STOCK), expected)

    @rule()
    def replenish(self) -> None:
        self.agree(inventory.replenish(RESTAURANT, SHELF, STOCK), self.model.replenish())

    @rule(driver=st.sampled_from(FLEET))
    def log_on(self, driver: int) -> None:
        self.agree(shifts.log_on(driver), self.model.log_on(driver))

    @rule(driver=st.sampled_from(FLEET))
    def log_off(self, driver: int) -> None:
        self.agree(shifts.log_off(driver), self.model.log_off(driver))

    @rule(**STATES, version=st.integers(1, 3), latest=st.booleans())
    def assign(self, number: int, version: int, latest: bool) -> None:
        order = self.model.fields(ORDERS, number)
        version = max(order["request"], 1) if latest and order is not None else version
        request = AssignmentRequest(number, GEO, version, self.model.excluded.get((number, version), ()))
        self.agree(assigned(request), self.model.assign(number, version))

    def pairs(self) -> list[tuple[int, int]]:
        """Orders and the drivers who have them: only these report."""
        held = ((self.model.fields(ACTIVE, driver), driver) for driver in FLEET)
        return [(guard["order"], driver) for guard, driver in held if guard is not None]

    def pair(self, data: st.DataObject) -> Held:
        return Held(*data.draw(st.sampled_from(self.pairs())))

    @precondition(lambda self: self.pairs())
    @rule(data=st.data(), to=st.sampled_from((D.ON_WAY_TO_RESTAURANT, D.AT_RESTAURANT, D.REACHED_DESTINATION)))
    def report(self, data: st.DataObject, to: DriverState) -> None:
        held = self.pair(data)
        self.agree(delivery.report(held, to), self.model.report(held.driver, to))

    @precondition(lambda self: self.pairs())
    @rule(data=st.data(), picks=st.booleans())
    def advance(self, data: st.DataObject, picks: bool) -> None:
        held = self.pair(data)
        moves = (O.PICKED_UP, D.PICKED_UP) if picks else (O.OUT_DELIVERY, D.ON_WAY_TO_CUSTOMER)
        self.agree(delivery.advance(held, *moves), self.model.advance(held.order, held.driver, *moves))

    @precondition(lambda self: self.pairs())
    @rule(data=st.data())
    def drop_off(self, data: st.DataObject) -> None:
        held = self.pair(data)
        self.agree(delivery.drop_off(held), self.model.drop_off(held.order, held.driver))

    @precondition(lambda self: self.pairs())
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """The whole way, whatever of it can still be done."""
        held = self.pair(data)
        for to in (D.ON_WAY_TO_RESTAURANT, D.AT_RESTAURANT):
            self.agree(delivery.report(held, to), self.model.report(held.driver, to))
        for moves in ((O.PICKED_UP, D.PICKED_UP), (O.OUT_DELIVERY, D.ON_WAY_TO_CUSTOMER)):
            self.agree(delivery.advance(held, *moves), self.model.advance(held.order, held.driver, *moves))
        last = D.REACHED_DESTINATION
        self.agree(delivery.report(held, last), self.model.report(held.driver, last))
        self.agree(delivery.drop_off(held), self.model.drop_off(held.order, held.driver))

    @precondition(lambda self: self.pairs())
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        held = self.pair(data)
        version = self.model.fields(ORDERS, held.order)["request"]
        request = AssignmentRequest(held.order, GEO, version, self.model.excluded[held.order, version])
        self.agree(delivery.turn_down(held, request, "outbox"), self.model.decline(held.order, held.driver))

    @precondition(lambda self: self.pairs())
    @rule(data=st.data())
    def free(self, data: st.DataObject) -> None:
        held = self.pair(data)
        if self.model.fields(ORDERS, held.order)["state"] in CLOSED:
            self.agree(delivery.free_driver(held), self.model.free(held.driver))

    def cart(self, number: int) -> Any:
        return cart(number, *WANTED[number])

    @invariant()
    def same(self) -> None:
        """Record for record, with its version."""
        stand = dict(zip(EVERYTHING, self.world.records(*EVERYTHING), strict=True))
        expected = {name: self.model.records.get(name) for name in EVERYTHING}
        assert stand == expected

    @invariant()
    def conserved(self) -> None:
        """Portions, by what stands: on the shelf, reserved and sold are all there ever were."""
        for item, first in ((SHELF, 20 + self.model.cooked), (KITCHEN, 5)):
            (record,) = self.world.records((ITEMS, (RESTAURANT, item)))
            held = self.world.records(*((RESERVATIONS, number) for number in NUMBERS))
            reserved = sum(dict(record.fields["lines"]).get(item, 0) for record in held if record is not None)
            left = {SHELF: 20, KITCHEN: 5}[item] if record is None else record.fields["stock"]
            assert left >= 0
            assert left + reserved + self.model.sold[item] == first

    @invariant()
    def one_order_a_driver(self) -> None:
        guards = self.world.records(*((ACTIVE, driver) for driver in FLEET))
        drivers = self.world.records(*((DRIVERS, driver) for driver in FLEET))
        held = [record.fields["order"] for record in guards if record is not None]
        assert len(set(held)) == len(held)
        for record, guard in zip(drivers, guards, strict=True):
            assert record is not None
            assert record.fields["order"] == (guard and guard.fields["order"])
            assert (record.fields["order"] is None) == (record.fields["state"] in (D.AVAILABLE, D.OFF_SHIFT))


def _inserted(table: str, key: Key, fields: Fields) -> Rule[Any]:
    return (yield Insert(table, key, fields))


@pytest.mark.parametrize(
    ("examples", "steps"),
    [pytest.param(60, 30, id="some"), pytest.param(400, 50, id="many", marks=pytest.mark.long)],
)
def test_any_rules_in_any_order_leave_what_dictionaries_say(world: World, examples: int, steps: int) -> None:
    class InThisWorld(AnyOrder):
        pass

    InThisWorld.world = world
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(InThisWorld, settings=chosen)
