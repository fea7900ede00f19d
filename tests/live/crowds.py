"""Crowds of clients that want the same few items and the same few drivers, by the rules or by what the notes wrote."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, Literal

from real_lives import (
    COMMIT,
    GEO,
    STOCK,
    Hand,
    OneRestaurant,
    cart_of,
    nearest,
    placed,
    relay,
    stand,
)

from swifteats_sim.domain import assignment, delivery, inventory, orders
from swifteats_sim.domain.assignment import Assigned
from swifteats_sim.domain.committing import Commit
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import ORDERS, AssignmentRequest
from swifteats_sim.domain.states import DriverState, Impossible, OrderState
from swifteats_sim.live.client import Client, Terms
from swifteats_sim.live.clients import Script, Step
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.drill.carrying import MOVES
from swifteats_sim.live.drill.hand import look

O, D = OrderState, DriverState  # noqa: E741


def crowd(number: int, folder: Path, clients: int, count: int, drivers: int) -> Crowd:
    """The part of this client."""
    return Crowd(number, clients, count, drivers, Hand(number, folder))


class Crowd:
    """A customer who brings his orders to their end, one after the other, among many who want the same."""

    terms, witness = Terms(OneRestaurant()), None

    def __init__(self, number: int, clients: int, count: int, drivers: int, hand: Hand) -> None:
        self._number, self._partner, self._clients = number, (number + 1) % clients, clients
        self._count, self._drivers, self._hand = count, drivers, hand

    def script(self, client: Client) -> Script:
        """Each of its orders; at the same time it looks after its neighbour's as if the message came twice."""
        hand, began = self._hand, MONOTONIC()
        for place in range(self._count):
            stand(client.positions, place % self._drivers + 1)
            own, other = (place * self._clients + who for who in (self._number, self._partner))
            yield from self._tried(self._order(own))
            yield from self._tried(self._served(other))
            if place % 8 == 5:
                yield from self._tried(self._cancelled(other))
        hand.close()
        return hand.counts, began, MONOTONIC()

    def _tried(self, script: Script) -> Generator[Step, Any, None]:
        """What is not there yet, or done by somebody else, is left alone."""
        try:
            yield from script
        except Impossible:
            self._hand.counts["overtaken"] += 1

    def _order(self, order: int) -> Script:
        hand, cart = self._hand, cart_of(order)
        yield from placed(order, hand)
        (record,) = yield hand.do(look((ORDERS, order)))
        if record is None:
            hand.counts["refused"] += 1
            return
        yield hand.do(orders.request_assignment(cart, "outbox"))
        for _ in range(4):
            yield from self._tried(self._served(order))
            if (yield from self._is_over(order)):
                return
        if (yield hand.do(orders.close_unserved(AssignmentRequest(order, GEO, 1)))):
            hand.counts["unserved"] += 1
        yield from self._is_over(order)

    def _is_over(self, order: int) -> Generator[Step, Any, bool]:
        """Whether it is closed, or somebody's by now; a closed one gives back what it holds."""
        (record,) = yield self._hand.do(look((ORDERS, order)))
        if record.fields["state"] in (O.CANCELLED, O.FAILED):
            yield self._hand.do(inventory.release_inventory(cart_of(order), STOCK))
            return True
        return record.fields["driver"] is not None or record.fields["state"] == O.DELIVERED

    def _cancelled(self, order: int) -> Script:
        if (yield self._hand.do(orders.close_order(order, O.CANCELLED))):
            self._hand.counts["cancelled"] += 1
            yield self._hand.do(inventory.release_inventory(cart_of(order), STOCK))

    def _served(self, order: int) -> Script:
        """Assign a driver, and be his hands then."""
        hand, request = self._hand, AssignmentRequest(order, GEO, 1)
        yield hand.do(relay(request, publish=False))
        outcome = yield hand.do(assignment.assign(request, nearest, COMMIT))
        if not isinstance(outcome, Assigned):
            hand.counts[outcome.reason] += 1
            hand.counts["driver_losses"] += outcome.losses
            return
        hand.counts["driver_losses"] += outcome.losses
        held = Held(order, outcome.driver)
        for move in (D.ORDER_ASSIGNED, D.ON_WAY_TO_RESTAURANT, D.AT_RESTAURANT):
            picked = yield hand.do(MOVES[move](held))
        if picked is False:
            yield hand.do(delivery.free_driver(held))
            return
        for move in (D.PICKED_UP, D.ON_WAY_TO_CUSTOMER, D.REACHED_DESTINATION):
            yield hand.do(MOVES[move](held))
        hand.counts["delivered"] += 1
        yield hand.do(inventory.finish_reservation(cart_of(order), STOCK))


Wrong = Literal["none", "check_then_set", "cas_unversioned"]


def careless(number: int, folder: Path, clients: int, count: int, way: Wrong) -> Careless:
    """The part of this client."""
    return Careless(number, clients, count, way, Hand(number, folder))


class Careless:
    """A client that does one thing in a way that the notes wrote down: the controls, which must be caught.

    none : reserves without versions; check_then_set : looks whether a driver is free, then writes (C14); of orders of
    its own. cas_unversioned : leaves the order's version as it was (C24); of orders that all clients look after.
    """

    terms, witness = Terms(OneRestaurant()), None

    def __init__(self, number: int, clients: int, count: int, way: Wrong, hand: Hand) -> None:
        self._number, self._clients, self._count, self._way, self._hand = number, clients, count, way, hand

    def script(self, client: Client) -> Script:
        """One order after the other."""
        for place in range(self._count):
            if self._way == "none":
                order, blind = place * self._clients + self._number, STOCK._replace(inventory="none")
                yield self._hand.do(inventory.reserve_inventory(cart_of(order), blind))
            elif self._way == "check_then_set":
                yield from self._assigned(place * self._clients + self._number, "check_then_set")
            else:
                yield from self._assigned(place, "cas_unversioned")
        self._hand.close()
        return self._hand.counts

    def _assigned(self, order: int, commit: Commit) -> Generator[Step, Any, None]:
        for rule in (
            orders.create_order(cart_of(order)), orders.pay_order(cart_of(order), 1),
            orders.request_assignment(cart_of(order), "outbox"),
        ):  # fmt: skip
            yield self._hand.do(rule)
        terms = COMMIT._replace(commit=commit, tries=20)
        yield self._hand.do(assignment.assign(AssignmentRequest(order, GEO, 1), nearest, terms))
