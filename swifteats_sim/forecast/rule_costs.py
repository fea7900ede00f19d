"""What the domain's rules cost: each is played once against a world in which all goes well, and its effects counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from swifteats_sim.domain import delivery, effects, orders
from swifteats_sim.domain.assignment import assign
from swifteats_sim.domain.inventory import InventoryTerms, reserve_inventory
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ITEMS, ORDERS, AssignmentRequest, Cart, Line
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.forecast.passage import attempts_of
from swifteats_sim.scenario import Scenario

Counts = Mapping[str, float]
"""Effects by kind, as a stack names them."""
KINDS: dict[type, str] = {
    effects.Read: "read", effects.CompareAndSet: "compare_and_set", effects.Insert: "insert",
    effects.Transaction: "transaction", effects.Publish: "publish", effects.CallPayment: "call_payment",
    effects.FindDrivers: "find_drivers",
}  # fmt: skip
"""`Sleep` is missing: it costs nobody anything."""
PLENTY = 1_000_000
_REQUEST = AssignmentRequest(order=0, geo=0, version=1)
_FOUND = effects.Candidates(np.array([0]), np.array([1]), np.array([0]), 0, 0, np.array([0]), np.array([0]), 1)


def played(rule: effects.Rule[Any], world: Mapping[str, effects.Record]) -> Counter[str]:
    """Effects that a rule yields when every write holds and every read finds the table's record in `world`."""
    counts = Counter[str]()
    try:
        effect = next(rule)
        while True:
            if type(effect) in KINDS:
                counts[KINDS[type(effect)]] += 1
            effect = rule.send(_outcome(effect, world))
    except StopIteration:
        return counts


def _outcome(effect: effects.Effect, world: Mapping[str, effects.Record]) -> object:
    match effect:
        case effects.Read():
            return tuple(world[table] for table, _ in effect.records)
        case effects.Transaction():
            return effects.COMMITTED
        case effects.FindDrivers():
            return _FOUND
        case effects.Publish() | effects.Sleep():
            return None
        case _:
            return True


def order_rules(scenario: Scenario) -> dict[str, Counts]:
    """Effects of each rule that flow `order` names, when nothing is tried twice."""
    ordering = scenario.ordering
    cart = Cart(0, 0, 0, tuple(Line(item, 1) for item in range((ordering.lines + 1) // 2)))
    terms = InventoryTerms(PLENTY, ordering.inventory_attempts, ordering.inventory_backoff)
    return {
        "reserve_inventory": played(reserve_inventory(cart, terms), _world(OrderState.NEW_ORDER)),
        "create_order": played(orders.create_order(cart), _world(OrderState.NEW_ORDER)),
        "pay_order": played(orders.pay_order(cart, ordering.payment_attempts), _world(OrderState.NEW_ORDER)),
        "request_assignment": played(orders.request_assignment(cart), _world(OrderState.ORDER_RECEIVED)),
    }


def payment_attempts(scenario: Scenario) -> float:
    """Attempts of an order's payment, on average (A18)."""
    return attempts_of(1.0 - scenario.ordering.payment_success, scenario.ordering.payment_attempts)


def decisions(scenario: Scenario) -> float:
    """Drivers that an order is offered to, on average (A37); 1 where nobody ever accepts."""
    accepted = scenario.city.drivers.accept if scenario.city is not None else 1.0
    return 1.0 / accepted if accepted else 1.0


def decision() -> Counts:
    """Effects of one decision of a consumer of requests."""
    return played(assign(_REQUEST, lambda found: np.arange(len(found.drivers)), 1), _world(OrderState.ORDER_RECEIVED))


def beside_the_flow(scenario: Scenario) -> dict[str, Counts]:
    """Effects of an order that do not happen in flow `order`, by who causes them."""
    offers = decisions(scenario)
    return {
        "assignment": _times(offers, decision()),
        "declines": _times(offers - 1.0, _declined()),
        "kitchens": _kitchen(),
        "couriers": _courier(),
    }


def _kitchen() -> Counts:
    preparing = orders.mark_kitchen(0, OrderState.FOOD_PREPARING)
    ready = orders.mark_kitchen(0, OrderState.READY_PICKUP)
    return played(preparing, _world(OrderState.ORDER_RECEIVED)) + played(ready, _world(OrderState.FOOD_PREPARING))


def _courier() -> Counts:
    """From the offer that is taken to the door."""
    o, d = OrderState, DriverState
    return (
        played(delivery.report(0, d.ON_WAY_TO_RESTAURANT), _world(o.ASSIGNED_DRIVER, d.ORDER_ASSIGNED))
        + played(delivery.report(0, d.AT_RESTAURANT), _world(o.ASSIGNED_DRIVER, d.ON_WAY_TO_RESTAURANT))
        + played(delivery.advance(0, 0, o.PICKED_UP, d.PICKED_UP), _world(o.ASSIGNED_DRIVER, d.AT_RESTAURANT))
        + played(delivery.advance(0, 0, o.OUT_DELIVERY, d.ON_WAY_TO_CUSTOMER), _world(o.PICKED_UP, d.PICKED_UP))
        + played(delivery.report(0, d.REACHED_DESTINATION), _world(o.OUT_DELIVERY, d.ON_WAY_TO_CUSTOMER))
        + played(delivery.drop_off(0, 0), _world(o.OUT_DELIVERY, d.REACHED_DESTINATION))
    )


def _declined() -> Counts:
    turned = played(delivery.turn_down(0, _REQUEST), _world(OrderState.ASSIGNED_DRIVER, DriverState.ORDER_ASSIGNED))
    return turned + played(delivery.ask_again(_REQUEST), {})


def _world(order: OrderState, driver: DriverState = DriverState.AVAILABLE) -> dict[str, effects.Record]:
    waits = order in (OrderState.ORDER_RECEIVED, OrderState.FOOD_PREPARING)
    kitchen = order if waits else OrderState.ORDER_RECEIVED
    return {
        ORDERS: effects.Record(1, {"state": order, "kitchen": kitchen, "driver": None, "request": 1}),
        DRIVERS: effects.Record(1, {"state": driver, "order": None}),
        ITEMS: effects.Record(1, {"stock": PLENTY}),
        ACTIVE: effects.Record(1, {"order": 0}),
    }


def _times(factor: float, costs: Counts) -> Counts:
    return {kind: factor * count for kind, count in costs.items()}
