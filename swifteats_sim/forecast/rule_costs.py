"""What the domain's rules cost: each is played once against a world in which all goes well, and its effects counted."""

from __future__ import annotations

import numpy as np

from swifteats_sim.domain import delivery, orders
from swifteats_sim.domain.assignment import assign
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Record
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.inventory import reserve_inventory
from swifteats_sim.domain.messages import (
    ACTIVE,
    DRIVERS,
    ITEMS,
    ORDERS,
    RESERVATIONS,
    AssignmentRequest,
    Cart,
    Line,
)
from swifteats_sim.domain.outbox import Publishing
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.forecast.passage import attempts_of
from swifteats_sim.forecast.playing import Counts, World, played, times
from swifteats_sim.forecast.stock_costs import PLENTY, relaying, replenishing, settling, terms_of
from swifteats_sim.scenario import Scenario

_COMMIT = CommitTerms(tries=1, commit="transaction", lock_ttl=0)
_HELD = Held(order=0, driver=0)
_REQUEST = AssignmentRequest(order=0, geo=0, version=1)


def order_rules(scenario: Scenario) -> dict[str, Counts]:
    """Effects of each rule that flow `order` names, when nothing is tried twice."""
    ordering = scenario.ordering
    cart = Cart(0, 0, 0, tuple(Line(item, 1) for item in range((ordering.lines + 1) // 2)))
    return {
        "reserve_inventory": played(reserve_inventory(cart, terms_of(scenario)), _world(OrderState.NEW_ORDER)),
        "create_order": played(orders.create_order(cart), _world(OrderState.NEW_ORDER)),
        "pay_order": played(orders.pay_order(cart, ordering.payment_attempts), _world(OrderState.NEW_ORDER)),
        "request_assignment": played(
            orders.request_assignment(cart, ordering.publish), _world(OrderState.ORDER_RECEIVED, request=0)
        ),
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
    rule = assign(_REQUEST, lambda found: np.arange(len(found.drivers)), _COMMIT)
    return played(rule, _world(OrderState.ORDER_RECEIVED))


def beside_the_flow(scenario: Scenario) -> dict[str, Counts]:
    """Effects of an order that do not happen in flow `order`, by who causes them."""
    offers = decisions(scenario)
    return {
        "assignment": times(offers, decision()),
        "declines": times(offers - 1.0, _declined(scenario.ordering.publish)),
        "kitchens": _kitchen(),
        "couriers": _courier(),
        "relay": times(offers, relaying(scenario)),
        "reservations": settling(scenario),
        "replenishment": replenishing(scenario),
    }


def _kitchen() -> Counts:
    preparing = orders.mark_kitchen(0, OrderState.FOOD_PREPARING)
    ready = orders.mark_kitchen(0, OrderState.READY_PICKUP)
    return played(preparing, _world(OrderState.ORDER_RECEIVED)) + played(ready, _world(OrderState.FOOD_PREPARING))


def _courier() -> Counts:
    """From the offer that is taken to the door."""
    o, d = OrderState, DriverState
    return (
        played(delivery.report(_HELD, d.ON_WAY_TO_RESTAURANT), _world(o.ASSIGNED_DRIVER, d.ORDER_ASSIGNED))
        + played(delivery.report(_HELD, d.AT_RESTAURANT), _world(o.ASSIGNED_DRIVER, d.ON_WAY_TO_RESTAURANT))
        + played(delivery.advance(_HELD, o.PICKED_UP, d.PICKED_UP), _world(o.ASSIGNED_DRIVER, d.AT_RESTAURANT))
        + played(delivery.advance(_HELD, o.OUT_DELIVERY, d.ON_WAY_TO_CUSTOMER), _world(o.PICKED_UP, d.PICKED_UP))
        + played(delivery.report(_HELD, d.REACHED_DESTINATION), _world(o.OUT_DELIVERY, d.ON_WAY_TO_CUSTOMER))
        + played(delivery.drop_off(_HELD), _world(o.OUT_DELIVERY, d.REACHED_DESTINATION))
    )


def _declined(publish: Publishing) -> Counts:
    rule = delivery.turn_down(_HELD, _REQUEST, publish)
    turned = played(rule, _world(OrderState.ASSIGNED_DRIVER, DriverState.ORDER_ASSIGNED))
    return turned if publish == "outbox" else turned + played(orders.publish_request(_REQUEST, publish), {})


def _world(order: OrderState, driver: DriverState = DriverState.AVAILABLE, request: int = 1) -> World:
    waits = order in (OrderState.ORDER_RECEIVED, OrderState.FOOD_PREPARING)
    kitchen = order if waits else OrderState.ORDER_RECEIVED
    return {
        ORDERS: Record(1, {"state": order, "kitchen": kitchen, "driver": None, "request": request}),
        DRIVERS: Record(1, {"state": driver, "order": None if driver == DriverState.AVAILABLE else _HELD.order}),
        ITEMS: Record(1, {"stock": PLENTY}),
        RESERVATIONS: None,
        ACTIVE: Record(1, {"order": _HELD.order}),
    }
