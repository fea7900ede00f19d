"""The town of a drill: what each order is of and where it goes, told by its number, and where drivers wait."""

from __future__ import annotations

from dataclasses import dataclass

from redis import Redis

from swifteats_sim.domain.effects import Insert
from swifteats_sim.domain.messages import DRIVERS, ITEMS, AssignmentRequest, Cart, Line
from swifteats_sim.domain.shifts import log_on
from swifteats_sim.live.client import Client, Terms
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.days import DAY as NUMBERS
from swifteats_sim.live.drill.plan import DAY, GEO, PARTITIONS, RESTAURANT, Plan
from swifteats_sim.live.places import Errand, Place
from swifteats_sim.live.positions import Fix
from swifteats_sim.live.schema import create

KITCHEN, DOOR, ABROAD = Place(-21.90, 64.14), Place(-21.88, 64.13), Place(-18.10, 65.68)
READY_IN = 600_000_000_000
LIVE_FOR = 3_600_000
"""ms for which the fixes of waiting drivers count."""
HOPELESS, DECLINED, CANCELLED, COPIED = 40, 11, 9, 8
"""Of so many orders one: is to be fetched where no driver is; is declined by its first driver; is cancelled by its
customer; has its request sent twice."""


@dataclass(frozen=True)
class Town:
    """Knows the orders of a plan."""

    plan: Plan

    @property
    def terms(self) -> Terms:
        """What all clients agree on."""
        return Terms(self, partitions=PARTITIONS, live=LIVE_FOR)

    def errand(self, order: int) -> Errand:
        """What a search must know; food is ready in ten minutes."""
        kitchen = ABROAD if is_one_of(HOPELESS, order) else KITCHEN
        return Errand(GEO, kitchen, DOOR, MONOTONIC() + READY_IN)

    def cart(self, order: int) -> Cart:
        """One or two items cooked ahead, and one made to order."""
        items = self.plan.items
        cooked = sorted({order % items, (order + 1) % items})
        return Cart(order, GEO, RESTAURANT, (*(Line(item, 1) for item in cooked), Line(items, 1)))

    def request(self, order: int, version: int = 1) -> AssignmentRequest:
        """A request for a driver of an order."""
        return AssignmentRequest(order, GEO, version)


def is_one_of(so_many: int, order: int) -> bool:
    """Whether the order is the last of so many."""
    return order % NUMBERS % so_many == so_many - 1


def furnish(town: Town, client: Client, redis: Redis) -> None:
    """Empty tables, an empty Redis, full shelves, and the drivers on shift, each where he waits."""
    redis.flushdb()
    create(client.database.connection, (DAY,))
    for item in range(town.plan.items + 1):
        client.database.insert(Insert(ITEMS, (RESTAURANT, item), {"stock": town.plan.stock.most(item)}), GEO)
    for driver in range(1, town.plan.drivers + 1):
        client.database.insert(Insert(DRIVERS, driver, {}), GEO)
        client.runner.perform(log_on(driver), GEO)
        place = Place(KITCHEN.longitude + 0.0001 * driver, KITCHEN.latitude)
        client.positions.take(GEO, Fix(driver, MONOTONIC(), place))
