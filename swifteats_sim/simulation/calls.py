"""What consumers are told of the world outside their logs: a driver is free, a kitchen has news."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import dist

from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.consumer import Consumer
from swifteats_sim.stack.docket import Boards
from swifteats_sim.stack.free_driver import FreeDriver
from swifteats_sim.stack.waiting import Board


class DriverCalls:
    """A driver who becomes free is offered to the most urgent order nearby that had found none.

    So is one who logs on, once a fix of his is known: a search would not find him before. One consumer of the driver's
    geo is told, in turn; the next one where the first has no such order. Where nobody has missed a driver, the deferred
    order nearby that is due first is looked at again. Urgency is compared within a consumer only, as partitions are
    shared out among them.
    """

    def __init__(
        self,
        run: Run,
        consumers: Sequence[tuple[int | None, Consumer]],
        boards: Boards,
        geo_of: Callable[[int], int],
    ) -> None:
        """consumers : with the geo of each, None where it serves all of them; boards : where they hold orders."""
        self._run, self._geo_of = run, geo_of
        geos = range(len(run.city.places.areas))
        self._all, self._boards = [consumer for _, consumer in consumers], boards
        self._consumers = {
            geo: [number for number, (served, _) in enumerate(consumers) if served in (None, geo)] for geo in geos
        }
        self._turns = {geo: {number: turn for turn, number in enumerate(self._consumers[geo])} for geo in geos}
        self._turn = 0

    def free(self, driver: int) -> None:
        """The driver is available now, and where he is may be known."""
        free = self._free_driver(driver)
        if free is None:
            return
        self._turn += 1
        for consumer in self._holders(self._boards.driverless, free):
            if consumer.call(free):
                return
        for consumer in self._holders(self._boards.early, free):
            if consumer.recall(free):
                return

    def news(self, order: int) -> None:
        """The kitchen of an order has reported that it cooks, or that the food is ready: the estimate has changed."""
        for number in self._consumers[self._geo(order)]:
            self._all[number].news(order)

    def _holders(self, board: Board, free: FreeDriver) -> list[Consumer]:
        """Those of his geo's consumers who hold an order in his districts, another one first each time."""
        turns = self._turns[self._geo_of(free.driver)]
        first, many = self._turn % len(turns), len(turns)
        owners = sorted(board.owners(free.districts), key=lambda number: (turns[number] - first) % many)
        return [self._all[number] for number in owners]

    def _free_driver(self, driver: int) -> FreeDriver | None:
        """None where no search would find him now."""
        run, city = self._run, self._run.city
        run.loop.advance(run.clock.instant)
        here = city.search.place_of(driver, run.clock.instant)
        if here is None:
            return None
        districts, radius = city.districts.around(self._geo_of(driver), here), city.search.radius
        return FreeDriver(driver, districts, lambda order: dist(here, city.orders[order].restaurant.point) <= radius)

    def _geo(self, order: int) -> int:
        return self._run.city.orders[order].plan.cart.geo
