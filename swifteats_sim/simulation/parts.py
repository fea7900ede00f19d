"""The parts of one run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swifteats_sim.city.districts import District, Districts
from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.kitchens import Kitchen
from swifteats_sim.city.places import Places
from swifteats_sim.city.search import Food, Search
from swifteats_sim.domain.assignment import without
from swifteats_sim.domain.effects import Candidates
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.streams import Streams
from swifteats_sim.results.recorder import OfferLog, OrderLog
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.city import City as DeclaredCity
from swifteats_sim.simulation.live_order import Orders
from swifteats_sim.stack.docket import Outlook


def declared_city(scenario: Scenario) -> DeclaredCity:
    """The scenario's city, where there is one."""
    assert scenario.city is not None
    return scenario.city


_NONE = np.zeros(0, dtype=np.int64)
_NOBODY = Candidates(_NONE, _NONE, _NONE, 0, 0, _NONE, _NONE, 0, np.zeros(0), 0.0)
"""What a search finds in vain."""


@dataclass
class City:
    """The city of one run. districts : of the search's radius."""

    places: Places
    fleet: Fleet
    search: Search
    districts: Districts
    kitchen: Kitchen
    orders: Orders


@dataclass
class Run:
    """What every process of a run with a city shares."""

    scenario: Scenario
    streams: Streams
    clock: Clock
    loop: Plane
    city: City
    orders: OrderLog
    offers: OfferLog

    @property
    def declared(self) -> DeclaredCity:
        """The city as the scenario declares it."""
        return declared_city(self.scenario)

    def preparation_left(self, order: int) -> int:
        """The platform's estimate, in ns from now; negative by how long the food stands, or should.

        Or what the notes assume, which never ages (C7).
        """
        if self.scenario.assignment.preparation == "constant":
            return self.scenario.assignment.preparation_constant
        live = self.city.orders[order]
        now = self.clock.instant
        return self.city.kitchen.estimate(order, live.plan.cart.restaurant, now) - now

    def district_of(self, order: int) -> District:
        """The square of the city that an order's restaurant is in."""
        live = self.city.orders[order]
        return self.city.districts.of(live.area.index, live.restaurant.point)

    def outlook(self, request: AssignmentRequest) -> Outlook:
        """What the platform knows now of an order's food, and of the nearest driver whom it may ask."""
        if request.excluded:
            found = without(self._look(request.order), request.excluded)
            return Outlook(found.preparation_left, int(found.travel.min()) if len(found.travel) else None)
        live = self.city.orders[request.order]
        now = self.clock.instant
        self.loop.advance(now)
        nearest = self.city.search.nearest(live.area, live.restaurant, now)
        return Outlook(self.preparation_left(request.order), nearest)

    def find(self, order: int) -> Candidates:
        """What a search finds, which meets every driver inside the radius.

        They are counted where somebody asks: whom an offer is made to, or who reads them one by one (C11).
        """
        live, now, search = self.city.orders[order], self.clock.instant, self.city.search
        self.loop.advance(now)
        if (
            self.scenario.assignment.availability == "batched"
            and search.nearest(live.area, live.restaurant, now) is None
        ):
            return _NOBODY
        found = self._look(order)
        return found._replace(members=search.members(live.area, live.restaurant, now))

    def _look(self, order: int) -> Candidates:
        live = self.city.orders[order]
        now = self.clock.instant
        self.loop.advance(now)
        food = Food(self.preparation_left(order), live.onward, live.trip)
        return self.city.search.around(live.area, live.restaurant, now, food)
