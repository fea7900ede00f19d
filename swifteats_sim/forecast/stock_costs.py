"""What an order costs beside its flow before and after dispatch: the relay of its request, and the stock it used."""

from __future__ import annotations

from math import exp

from swifteats_sim.domain import inventory, orders, outbox
from swifteats_sim.domain.effects import Record
from swifteats_sim.domain.messages import ITEMS, OUTBOX, RESERVATIONS, AssignmentRequest, Cart, Line
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.forecast.playing import Counts, World, played, times
from swifteats_sim.forecast.rates import order_rate
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.quantities import SECOND

PLENTY = 1_000_000
_REQUEST = AssignmentRequest(order=0, geo=0, version=1)


def terms_of(scenario: Scenario) -> InventoryTerms:
    """How the scenario keeps its stock, of which there is plenty; item 0 is cooked ahead, the others made to order."""
    ordering = scenario.ordering
    return InventoryTerms(
        PLENTY, PLENTY, 1, ordering.batch, ordering.inventory_attempts, ordering.inventory_backoff,
        ordering.inventory, ordering.give_back == "always",
    )  # fmt: skip


def relaying(scenario: Scenario) -> Counts:
    """Effects of the relay for one request; what a batch costs once is shared among its requests."""
    if scenario.ordering.publish != "outbox":
        return {}
    world: World = {OUTBOX: Record(1, {"request": _REQUEST})}
    batch = played(outbox.read_rows((_REQUEST.event,)), world)
    batch += played(outbox.delete_rows((outbox.Row(_REQUEST, 1),)), world)
    together = (order_rate(scenario) or 0.0) * scenario.ordering.relay_every / SECOND
    return {**times(_distinct(together), batch), **played(orders.publish_request(_REQUEST, "awaited"), {})}


def settling(scenario: Scenario) -> Counts:
    """Effects of the stock of one delivered order: capacity comes back, the reservation ends."""
    terms, share = terms_of(scenario), _with_capacity(scenario)
    cart = Cart(0, 0, 0, (Line(0, 1), Line(1, 1)))
    world: World = {ITEMS: Record(1, {"stock": PLENTY - 1}), RESERVATIONS: Record(1, {"lines": cart.lines})}
    back = played(inventory.give_back_capacity(cart, terms), world)
    end = played(inventory.finish_reservation(cart, terms), world)
    return {kind: share * back[kind] + end[kind] for kind in sorted(back | end)}


def replenishing(scenario: Scenario) -> Counts:
    """Effects of cooking ahead what one order took: an item once a round, however often it was sold (A17)."""
    world: World = {ITEMS: Record(1, {"stock": PLENTY - 1})}
    once = played(inventory.replenish(0, 0, terms_of(scenario)), world)
    ordering, city = scenario.ordering, scenario.city
    portions = ordering.prepared * (1 + min(ordering.lines, ordering.items)) / 2
    items = sum(geo.restaurants or 0 for geo in city.geos.values()) * ordering.items * ordering.prepared if city else 0
    sold = (order_rate(scenario) or 0.0) * portions * ordering.replenish_every / SECOND
    return times(portions * _distinct(sold / items if items else 0.0), once)


def _with_capacity(scenario: Scenario) -> float:
    """Share of the orders with something made to order."""
    ordering = scenario.ordering
    most = min(ordering.lines, ordering.items)
    return 1.0 - sum(ordering.prepared**lines for lines in range(1, most + 1)) / most


def _distinct(each: float) -> float:
    """Of events that come `each` times on average, and by chance, the share that is the first of its kind."""
    return -(exp(-each) - 1.0) / each if each else 1.0
