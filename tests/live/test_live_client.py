"""One order through the real servers, from the cart to the door: the rules do not know where they run."""

from __future__ import annotations

import numpy as np
import pytest
from real_servers import TODAY

from swifteats_sim.domain import assignment, delivery, inventory, orders, shifts
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import FindDrivers, Insert, Read, Record, Rule, Unavailable
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import AssignmentRequest, Cart, Line
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.client import Client, Terms, connected
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.days import order_number
from swifteats_sim.live.places import Errand, Place
from swifteats_sim.live.positions import Fix
from swifteats_sim.live.servers import Addresses

MINUTE = 60_000_000_000
GEO = 1
ORDER = order_number(TODAY, 7)
CART = Cart(ORDER, GEO, 3, (Line(2, 1), Line(7, 2)))
STOCK = InventoryTerms(stock=20, capacity=5, prepared=5, batch=5, attempts=3, backoff=1)
HELD = Held(ORDER, 1)


class SameRestaurant:
    """All orders are of one restaurant, and ready in ten minutes."""

    def errand(self, order: int) -> Errand:
        return Errand(GEO, Place(-21.9, 64.14), Place(-21.88, 64.13), MONOTONIC() + 10 * MINUTE)


def seen(client: Client, *names: tuple[str, int | tuple[int, int]]) -> tuple[Record | None, ...]:
    return client.database.read(Read(names))


def test_an_order_from_cart_to_door(postgres_dsn: str, redis_url: str, kafka: str) -> None:
    with connected(Addresses(postgres_dsn, redis_url, kafka), Terms(SameRestaurant())) as client:
        perform = client.runner.perform
        for driver, longitude in ((1, -21.9), (2, -21.8), (3, -20.0)):
            client.database.insert(Insert("drivers", driver, {}), GEO)
            perform(shifts.log_on(driver), GEO)
            client.positions.take(GEO, Fix(driver, MONOTONIC(), Place(longitude, 64.14)))

        assert perform(inventory.reserve_inventory(CART, STOCK), GEO) is None
        assert perform(orders.create_order(CART), GEO) is None
        assert perform(orders.pay_order(CART, 2), GEO) is None
        perform(orders.request_assignment(CART, "outbox"), GEO)
        request = AssignmentRequest(ORDER, GEO, 1)
        assert seen(client, ("outbox", (ORDER, 1))) == (Record(1, {"request": request}),)

        found = perform(
            assignment.assign(request, lambda near: np.argsort(near.travel), CommitTerms(3, "transaction", 0)), GEO
        )
        assert isinstance(found, assignment.Assigned)
        assert (found.driver, found.members) == (1, 2)  # the third is 90 km away
        assert seen(client, ("orders", ORDER), ("drivers", 1), ("active_assignments", 1), ("items", (3, 7))) == (
            Record(4, {"state": OrderState.ASSIGNED_DRIVER, "kitchen": OrderState.ORDER_RECEIVED, "driver": 1,
                       "request": 1}),
            Record(3, {"state": DriverState.ORDER_ASSIGNED, "order": ORDER}),
            Record(1, {"order": ORDER}),
            Record(1, {"stock": 3}),
        )  # fmt: skip

        for state in (DriverState.ON_WAY_TO_RESTAURANT, DriverState.AT_RESTAURANT):
            perform(delivery.report(HELD, state), GEO)
        assert perform(delivery.advance(HELD, OrderState.PICKED_UP, DriverState.PICKED_UP), GEO)
        assert perform(delivery.advance(HELD, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER), GEO)
        perform(delivery.report(HELD, DriverState.REACHED_DESTINATION), GEO)
        perform(delivery.drop_off(HELD), GEO)
        perform(inventory.finish_reservation(CART, STOCK), GEO)

        order, freed, *rest = seen(
            client, ("orders", ORDER), ("drivers", 1), ("active_assignments", 1), ("reservations", ORDER),
            ("items", (3, 2)), ("items", (3, 7)),
        )  # fmt: skip
        assert order is not None
        assert order.fields["state"] == OrderState.DELIVERED
        assert freed is not None
        assert freed.fields == {"state": DriverState.AVAILABLE, "order": None}
        assert rest == [None, None, Record(1, {"stock": 19}), Record(2, {"stock": 5})]


def test_a_server_that_is_not_there_is_unavailable_to_the_rule(postgres_dsn: str) -> None:
    nowhere = Addresses("host=127.0.0.1 port=1", "redis://127.0.0.1:1", "127.0.0.1:1")
    with connected(nowhere, Terms(SameRestaurant())) as client, pytest.raises(Unavailable, match="database"):
        client.runner.perform(orders.create_order(CART), GEO)

    def search() -> Rule[str]:
        try:
            yield FindDrivers(ORDER)
        except Unavailable as refusal:
            return str(refusal)
        return "found"

    without_redis = Addresses(postgres_dsn, nowhere.redis, nowhere.kafka)
    with connected(without_redis, Terms(SameRestaurant())) as client:
        assert client.runner.perform(search(), GEO).startswith("cache: ")


def test_an_order_stands_in_the_partition_of_its_day_with_the_key_of_its_geo(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    with connected(Addresses(postgres_dsn, redis_url, kafka), Terms(SameRestaurant())) as client:
        client.runner.perform(orders.create_order(CART), GEO)
        row = client.database.execute(
            "select tableoid::regclass::text, geo_key, placed_on::text from orders"
        ).fetchone()
        assert row == ("orders_20241004", GEO, "2024-10-04")
