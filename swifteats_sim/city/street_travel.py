"""Travel along streets: by the trees of each restaurant, in the traffic of the hour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.sites import Site
from swifteats_sim.city.spots import Spot
from swifteats_sim.city.whereabouts import Whereabouts
from swifteats_sim.engine.ways import LINE, PASSED, STRETCH
from swifteats_sim.streets import driving
from swifteats_sim.streets.between import Between
from swifteats_sim.streets.congestion import Congestion
from swifteats_sim.streets.routes import ASTRAY, MILLISECOND, Routes, drive, way_from
from swifteats_sim.streets.shapes import metres_along
from swifteats_sim.streets.trees import Trees


class Astray(RuntimeError):
    """A driver was to go along a tree of other streets, or from a place where he is not."""


class AlongStreets:
    """See Travel. What is believed is the traffic of now; in truth each street takes what it takes when it is entered.

    A position is a share of an arc: whoever was heard of in the middle of a street may go on or, where it is no one-way
    street, turn.
    """

    fastest: float | None = None

    def __init__(self, site: Site, congestion: Congestion, trees: Trees, starts: int) -> None:
        """starts : time of the day of instant 0, ns since midnight; trees : of all restaurants that are asked for."""
        self._site, self._trees, self._congestion, self._starts = site, trees, congestion, starts
        streets = site.streets
        self._routes = Routes(streets, congestion)
        self._between = Between(streets, self._routes)
        self._back, along = driving.backward(streets), metres_along(streets)
        self._lengths = along[streets.begin[1:] - 1]
        self._arcs = np.empty(streets.nodes + 1, dtype=np.int32)

    def approaches(
        self, fleet: Whereabouts, drivers: NDArray[np.int64], restaurant: Spot, now: int
    ) -> NDArray[np.int64]:
        """See Travel."""
        known = fleet.sight()[0]
        found: NDArray[np.int64] = driving.approaches(*self._sight(fleet, restaurant, now), drivers, known)
        return found

    def approach(self, fleet: Whereabouts, driver: int, restaurant: Spot, now: int) -> int:
        """See Travel."""
        return int(driving.approach(*self._sight(fleet, restaurant, now), driver, fleet.known[driver]))

    def onward(self, restaurant: Spot, door: Spot, now: int) -> int:
        """See Travel."""
        return int(self._trees.from_root(self._slot(now), restaurant.node)[door.node]) * MILLISECOND

    def remaining(self, fleet: Whereabouts, driver: int, restaurant: Spot, door: Spot, now: int) -> int:
        """See Travel: by the restaurant, where he has just been."""
        return self.approach(fleet, driver, restaurant, now) + self.onward(restaurant, door, now)

    def between(self, here: Spot, there: Spot, now: int) -> int:
        """See Travel."""
        return self._between.ms(self._slot(now), here.node, there.node) * MILLISECOND

    def fetch(self, fleet: Whereabouts, driver: int, restaurant: Spot, now: int) -> int:
        """See Travel."""
        fleet.trajectories.stop(driver, now)
        sight, leaving = self._sight(fleet, restaurant, now), self._site.streets.leaving
        count, left = driving.set_out(*sight, leaving, driver, now, self._arcs)
        return self._go(fleet, driver, restaurant, count, left, now)

    def bring(self, fleet: Whereabouts, driver: int, restaurant: Spot, door: Spot, now: int) -> int:
        """See Travel."""
        legs, slot = fleet.trajectories, self._slot(now)
        legs.stop(driver, now)
        if legs.stand(driver)[1:] != restaurant.point:
            raise Astray(f"driver {driver} is to set out from {restaurant.point}, and is at {legs.stand(driver)[1:]}")
        tree = self._trees.from_root(slot, restaurant.node)
        count = way_from(
            tree, self._routes.all_ms[slot], *self._routes.arriving, self._site.streets.tail, door.node, self._arcs
        )
        return self._go(fleet, driver, door, count, 1.0, now)

    def _go(self, fleet: Whereabouts, driver: int, there: Spot, count: int, left: float, now: int) -> int:
        """Append the way that was found; nobody who is there already goes anywhere. left : share of its first arc."""
        if count == ASTRAY:
            raise Astray(f"the trees of {self._site.streets.name} are of other streets")
        if not count:
            return now
        arcs, stretches = self._arcs[:count], np.empty((count, STRETCH), dtype=np.int64)
        slots, passed = self._congestion.slot_of_hour, np.empty(count, dtype=np.int64)
        drive(arcs, count, left, self._starts + now, slots, self._routes.all_ms, passed)
        stretches[:, LINE], stretches[:, PASSED] = self._site.first + arcs.astype(np.int64), passed
        legs, begin = fleet.trajectories, (1.0 - left) * float(self._lengths[self._arcs[0]])
        _, x, y = legs.stand(driver)
        return legs.append_way(driver, now, stretches.reshape(-1), begin, (x, y, there.x, there.y))

    def _sight(self, fleet: Whereabouts, restaurant: Spot, now: int) -> tuple[object, ...]:
        """See streets.driving.approach: last .. tree."""
        site, slot = self._site, self._slot(now)
        return (
            *fleet.trajectories.tracks, site.first, self._routes.all_ms[slot], site.streets.tail, site.streets.head,
            self._back, self._trees.to_root(slot, restaurant.node),
        )  # fmt: skip

    def _slot(self, now: int) -> int:
        return self._congestion.slot_at(self._starts + now)
