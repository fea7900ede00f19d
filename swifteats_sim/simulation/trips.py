"""A driver with an order: the way to the restaurant, the wait, the trip, the hand-over."""

from __future__ import annotations

from array import array
from typing import Any

import simpy

from swifteats_sim.domain import delivery
from swifteats_sim.domain.effects import Rule
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.engine.laws import Law
from swifteats_sim.simulation.estimates import Estimates
from swifteats_sim.simulation.order_life import OrderLife
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.trip import OCCASION, Report, Trip
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.firing import first_of
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.service import Caller, Process


class Trips:
    """Carries the orders that drivers have taken, a driver's one after the other.

    watched, followers : per driver, whether a customer follows it, and which order that one has placed; flows read it.
    """

    def __init__(
        self,
        run: Run,
        runner: Runner,
        life: OrderLife,
        estimates: Estimates,
        watched: bytearray,
        followers: array[int],
    ) -> None:
        """Nobody is under way."""
        drivers = run.declared.drivers
        self._run, self._runner, self._life, self._estimates = run, runner, life, estimates
        self._watched, self._followers = watched, followers
        self._pickup, self._dropoff = law_of(drivers.pickup), law_of(drivers.dropoff)
        self._stream = run.streams("driver.offer")
        self._fleet = run.city.fleet
        self._last: dict[int, simpy.Event] = {}

    def carry(self, trip: Trip) -> Process:
        """From the yes to the door, or to where the driver learns that there is nothing to carry."""
        if not trip.live.fetched:  # by a rival
            self._note_driver(trip)
            self._run.orders.note(trip.order, "eta", trip.eta)
        before, mine = self._last.get(trip.driver), self._run.clock.event()
        self._last[trip.driver] = mine
        if before is not None and not before.triggered:  # a second order in his hands: only a variant gives him one
            yield before
        self._watch(trip, True)
        if (yield from self._fetch(trip)):
            yield from self._bring(trip)
        else:
            yield from self._leave(trip)
        self._watch(trip, False)
        mine.succeed()
        if self._last[trip.driver] is mine:
            del self._last[trip.driver]

    def report(self, trip: Trip, report: Report, rule: Rule[Any]) -> Process:
        """The driver's app insists until the platform has heard it."""
        return self._runner.insist(rule, Caller(trip.order, OCCASION + (trip.request.version << 20) + report))

    def _note_driver(self, trip: Trip) -> None:
        """This is the driver who takes the order: at the yes, and of rivals whoever gets the food."""
        orders = self._run.orders
        orders.note(trip.order, "driver", trip.driver)
        orders.note(trip.order, "eligible", trip.eligible)
        orders.note(trip.order, "assigned", trip.committed)
        orders.note(trip.order, "departed", trip.departed)
        orders.note(trip.order, "at_restaurant", trip.arrived)

    def _fetch(self, trip: Trip) -> Process:
        """To the restaurant, wait, take the food over; False where there is nothing to take, or it is another's."""
        live, clock = trip.live, self._run.clock
        if live.is_closed:
            return False
        yield from self.report(trip, Report.ON_WAY, delivery.report(trip.held, DriverState.ON_WAY_TO_RESTAURANT))
        trip.departed, arrival = (
            clock.instant,
            live.area.travel.fetch(self._fleet, trip.driver, live.restaurant, clock.instant),
        )
        if not live.fetched:  # by a rival
            self._run.orders.note(trip.order, "departed", trip.departed)
        yield first_of(clock, clock.sleep(arrival - clock.instant), live.closed)
        if live.is_closed or live.fetched:
            return False
        trip.arrived = arrival
        self._run.orders.note(trip.order, "at_restaurant", arrival)
        yield from self.report(trip, Report.AT_RESTAURANT, delivery.report(trip.held, DriverState.AT_RESTAURANT))
        if not live.ready.triggered:
            yield first_of(clock, live.ready, live.closed)
        if live.is_closed:
            return False
        yield self._hand_over(trip, self._pickup, 2)
        rule = delivery.advance(trip.held, OrderState.PICKED_UP, DriverState.PICKED_UP)
        if not (yield from self.report(trip, Report.PICKED_UP, rule)) or live.fetched:
            return False
        live.fetched = True
        return True

    def _bring(self, trip: Trip) -> Process:
        """To the door and hand over; the driver is free at the drop-off."""
        orders, clock = self._run.orders, self._run.clock
        self._note_driver(trip)
        orders.note(trip.order, "picked_up", clock.instant)
        self._estimates.note(trip.order, trip.driver, "eta_at_pickup")
        rule = delivery.advance(trip.held, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER)
        yield from self.report(trip, Report.DEPARTED, rule)
        orders.note(trip.order, "left", clock.instant)
        arrival = self._drive(trip)
        yield clock.sleep(arrival - clock.instant)
        orders.note(trip.order, "at_door", arrival)
        self._estimates.note(trip.order, trip.driver, "eta_at_door")
        yield from self.report(trip, Report.AT_DOOR, delivery.report(trip.held, DriverState.REACHED_DESTINATION))
        yield self._hand_over(trip, self._dropoff, 3)
        orders.note(trip.order, "handed", trip.handed)
        yield from self.report(trip, Report.DROPPED_OFF, delivery.drop_off(trip.held))
        self._run.offers.end(trip.row, clock.instant)
        self.release(trip)
        if not trip.live.is_closed:  # it was written over, and then closed, while he had the food
            orders.note(trip.order, "delivered", clock.instant)
            self._life.finish(trip.live, OrderState.DELIVERED)

    def _leave(self, trip: Trip) -> Process:
        """The order was closed, or another driver has it: this one stands where he is, and is free."""
        self._fleet.trajectories.stop(trip.driver, self._run.clock.instant)
        self._run.offers.end(trip.row, self._run.clock.instant, "cancelled")
        yield from self.report(trip, Report.SENT_AWAY, delivery.free_driver(trip.held, trip.resting))
        self.release(trip)

    def release(self, trip: Trip) -> None:
        """Note that the driver is free now, unless only the end of his lock frees him."""
        if not trip.held.terms.timed:
            self._run.offers.release(trip.row, self._run.clock.instant)

    def _hand_over(self, trip: Trip, law: Law, step: int) -> simpy.Event:
        """The food changes hands: what that takes is drawn, and noted apart from what the software takes."""
        took = law.draw_ns(self._stream, trip.order, 0, step)
        trip.handed += took
        return self._run.clock.sleep(took)

    def _drive(self, trip: Trip) -> int:
        """To the door; when he is there."""
        live, now = trip.live, self._run.clock.instant
        return live.area.travel.bring(self._fleet, trip.driver, live.restaurant, live.plan.door, now)

    def _watch(self, trip: Trip, value: bool) -> None:
        if trip.live.watched:
            loop, now = self._run.loop, self._run.clock.instant
            loop.write(self._followers, trip.driver, trip.order, now)
            loop.write(self._watched, trip.driver, int(value), now)  # else compiled once more, for a bool
