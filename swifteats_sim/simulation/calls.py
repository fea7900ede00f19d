"""A driver who becomes free is offered to the most urgent order nearby that had found none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.consumer import Consumer


class DriverCalls:
    """Tells one consumer of the driver's geo, in turn; the next one where the first has no such order.

    Urgency is compared within a consumer only, as partitions are shared out among them.
    """

    def __init__(self, run: Run, consumers: Sequence[tuple[int, Consumer]], geo_of: Callable[[int], int]) -> None:
        """consumers : with the geo of each."""
        self._run, self._geo_of = run, geo_of
        self._consumers: dict[int, list[Consumer]] = {}
        for geo, consumer in consumers:
            self._consumers.setdefault(geo, []).append(consumer)
        self._turn = 0

    def free(self, driver: int) -> None:
        """The driver is available now."""
        city = self._run.city
        listening = self._consumers[self._geo_of(driver)]
        self._turn += 1
        for number in range(len(listening)):
            consumer = listening[(self._turn + number) % len(listening)]
            if consumer.call(lambda order: city.search.reaches(driver, city.orders[order].restaurant)):
                return
