"""What consumers are told of the world outside their logs: a driver is free, a kitchen has news."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.consumer import Consumer


class DriverCalls:
    """A driver who becomes free is offered to the most urgent order nearby that had found none.

    One consumer of the driver's geo is told, in turn; the next one where the first has no such order. Where nobody has
    missed a driver, the deferred order nearby that is due first is looked at again. Urgency is compared within a
    consumer only, as partitions are shared out among them.
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
        """The driver is available now."""
        self._turn += 1
        near, listening = self._near(driver), self._listening(driver)
        for consumer in listening:
            if consumer.call(near):
                return
        for consumer in listening:
            if consumer.recall(near):
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

    def _near(self, driver: int) -> Callable[[int], bool]:
        """Whether the driver is within reach of an order; positions of different geos have nothing in common."""
        city, geo = self._run.city, self._geo_of(driver)
        return lambda order: self._geo(order) == geo and city.search.reaches(driver, city.orders[order].restaurant)

    def _geo(self, order: int) -> int:
        return self._run.city.orders[order].plan.cart.geo
