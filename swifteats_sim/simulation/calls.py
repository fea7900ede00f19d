"""What consumers are told of the world outside their logs: a driver is free, a kitchen has news."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import dist

from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.consumer import Consumer
from swifteats_sim.stack.free_driver import FreeDriver


class DriverCalls:
    """A driver who becomes free is offered to the most urgent order nearby that had found none.

    So is one who logs on, once a fix of his is known: a search would not find him before. One consumer of the driver's
    geo is told, in turn; the next one where the first has no such order. Where nobody has missed a driver, the deferred
    order nearby that is due first is looked at again. Urgency is compared within a consumer only, as partitions are
    shared out among them.
    """

    def __init__(
        self, run: Run, consumers: Sequence[tuple[int | None, Consumer]], geo_of: Callable[[int], int]
    ) -> None:
        """consumers : with the geo of each; None where it serves all of them."""
        self._run, self._geo_of = run, geo_of
        geos = range(len(run.city.places.areas))
        self._consumers = {
            geo: [consumer for served, consumer in consumers if served is None or served == geo] for geo in geos
        }
        self._turn = 0

    def free(self, driver: int) -> None:
        """The driver is available now, and where he is may be known."""
        free = self._free_driver(driver)
        if free is None:
            return
        self._turn += 1
        listening = self._listening(driver)
        for consumer in listening:
            if consumer.call(free):
                return
        for consumer in listening:
            if consumer.recall(free):
                return

    def news(self, order: int) -> None:
        """The kitchen of an order has reported that it cooks, or that the food is ready: the estimate has changed."""
        for consumer in self._consumers[self._geo(order)]:
            consumer.news(order)

    def _listening(self, driver: int) -> list[Consumer]:
        """The consumers of the driver's geo, another one first each time."""
        consumers = self._consumers[self._geo_of(driver)]
        first = self._turn % len(consumers)
        return consumers[first:] + consumers[:first]

    def _free_driver(self, driver: int) -> FreeDriver | None:
        """None where no search would find him now."""
        run, city = self._run, self._run.city
        run.loop.advance(run.clock.instant)
        here = city.search.place_of(driver, run.clock.instant)
        if here is None:
            return None
        districts, radius = city.districts.around(self._geo_of(driver), here), city.search.radius
        return FreeDriver(driver, districts, lambda order: dist(here, city.orders[order].restaurant) <= radius)

    def _geo(self, order: int) -> int:
        return self._run.city.orders[order].plan.cart.geo
