"""A driver with an order: the offer, the way to the restaurant, the wait, the trip, the hand-over."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Any

from swifteats_sim.domain import delivery
from swifteats_sim.domain.assignment import Assigned
from swifteats_sim.domain.effects import Rule
from swifteats_sim.domain.eta import arrival_in
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.engine.clock import to_ns
from swifteats_sim.simulation.order_life import OrderLife
from swifteats_sim.simulation.parts import LiveOrder, Run
from swifteats_sim.simulation.shifts import Shifts
from swifteats_sim.stack.docket import Pending
from swifteats_sim.stack.effects import Caller, Process, Runner
from swifteats_sim.stack.laws import law_of

OCCASION = 1 << 11
"""First occasion of a courier's rules; each report of an offer has its own."""


@dataclass(frozen=True, slots=True)
class _Trip:
    """One committed assignment. row : in the offer log; eligible, committed : ns."""

    live: LiveOrder
    request: AssignmentRequest
    chosen: Assigned
    row: int
    eligible: int
    committed: int

    @property
    def order(self) -> int:
        """The order's number."""
        return self.request.order

    @property
    def driver(self) -> int:
        """The driver's number."""
        return self.chosen.driver


class Couriers:
    """Runs every committed assignment to its end.

    watched, followers : per driver, whether a customer follows it, and which order that one has placed; flows read it.
    """

    def __init__(
        self,
        run: Run,
        runner: Runner,
        life: OrderLife,
        shifts: Shifts,
        watched: bytearray,
        followers: array[int],
    ) -> None:
        drivers = run.declared.drivers
        self._run, self._runner, self._life, self._shifts = run, runner, life, shifts
        self._watched, self._followers = watched, followers
        self._terms = drivers
        self._answer, self._pickup, self._dropoff = (
            law_of(law) for law in (drivers.answer, drivers.pickup, drivers.dropoff)
        )
        self._stream = run.streams("driver.offer")
        self._fleet = run.city.fleet

    def start(self, pending: Pending, chosen: Assigned) -> None:
        """A driver has just been committed."""
        run, request = self._run, pending.request
        now = run.clock.instant
        row = run.offers.commit(
            order=request.order, driver=chosen.driver, attempt=request.version, committed=now,
            travel=chosen.travel, slack=chosen.slack, eligible=pending.eligible,
        )  # fmt: skip
        run.orders.add(request.order, "offers")
        trip = _Trip(run.city.orders[request.order], request, chosen, row, pending.eligible, now)
        run.clock.process(self._offer(trip))

    def _offer(self, trip: _Trip) -> Process:
        """The driver takes the order, or turns it down, or never answers (A37, #114)."""
        run, clock = self._run, self._run.clock
        luck = self._stream.uniform(trip.order, trip.request.version)
        answer = self._answer.draw_ns(self._stream, trip.order, trip.request.version, 1)
        silent = luck >= 1.0 - self._terms.no_answer or answer > self._terms.answer_timeout
        yield clock.sleep(self._terms.answer_timeout if silent else answer)
        if luck < self._terms.accept and not silent:
            run.offers.answer(trip.row, clock.instant, "accepted")
            yield from self._carry(trip)
        else:
            run.offers.answer(trip.row, clock.instant, "no_answer" if silent else "declined")
            run.orders.add(trip.order, "declines")
            again = yield from self._do(trip, 0, delivery.turn_down(trip.driver, trip.request))
            run.offers.release(trip.row, clock.instant)
            if again is not None:
                yield from self._do(trip, 7, delivery.ask_again(again))
        yield from self._shifts.leave_if_over(trip.driver)

    def _carry(self, trip: _Trip) -> Process:
        self._note_taken(trip)
        self._watch(trip, True)
        picked_up = yield from self._fetch(trip)
        if picked_up:
            yield from self._bring(trip)
        else:
            self._fleet.trajectories.stop(trip.driver, self._run.clock.instant)
            yield from self._do(trip, 8, delivery.free_driver(trip.order, trip.driver))
            self._run.offers.release(trip.row, self._run.clock.instant, "cancelled")
        self._watch(trip, False)

    def _note_taken(self, trip: _Trip) -> None:
        orders, chosen = self._run.orders, trip.chosen
        orders.note(trip.order, "driver", trip.driver)
        orders.note(trip.order, "eligible", trip.eligible)
        orders.note(trip.order, "assigned", trip.committed)
        on_way = arrival_in(chosen.preparation_left, chosen.travel, to_ns(self._pickup.mean), chosen.onward)
        orders.note(trip.order, "eta", trip.committed + on_way + to_ns(self._dropoff.mean))

    def _fetch(self, trip: _Trip) -> Process:
        """To the restaurant, wait, take the food over; False where the order was closed on the way."""
        run, live, clock = self._run, trip.live, self._run.clock
        if live.is_closed:
            return False
        yield from self._do(trip, 1, delivery.report(trip.driver, DriverState.ON_WAY_TO_RESTAURANT))
        arrival = self._go(trip, live.restaurant)
        yield clock.sleep(arrival - clock.instant) | live.closed
        if live.is_closed:
            return False
        run.orders.note(trip.order, "at_restaurant", arrival)
        yield from self._do(trip, 2, delivery.report(trip.driver, DriverState.AT_RESTAURANT))
        if not live.ready.triggered:
            yield live.ready | live.closed
        if live.is_closed:
            return False
        yield clock.sleep(self._pickup.draw_ns(self._stream, trip.order, 0, 2))
        rule = delivery.advance(trip.order, trip.driver, OrderState.PICKED_UP, DriverState.PICKED_UP)
        return (yield from self._do(trip, 3, rule))

    def _bring(self, trip: _Trip) -> Process:
        """To the door and hand over; the driver is free at the drop-off."""
        orders, clock = self._run.orders, self._run.clock
        orders.note(trip.order, "picked_up", clock.instant)
        rule = delivery.advance(trip.order, trip.driver, OrderState.OUT_DELIVERY, DriverState.ON_WAY_TO_CUSTOMER)
        yield from self._do(trip, 4, rule)
        arrival = self._go(trip, (trip.live.plan.x, trip.live.plan.y))
        yield clock.sleep(arrival - clock.instant)
        orders.note(trip.order, "at_door", arrival)
        yield from self._do(trip, 5, delivery.report(trip.driver, DriverState.REACHED_DESTINATION))
        yield clock.sleep(self._dropoff.draw_ns(self._stream, trip.order, 0, 3))
        yield from self._do(trip, 6, delivery.drop_off(trip.order, trip.driver))
        orders.note(trip.order, "delivered", clock.instant)
        self._run.offers.release(trip.row, clock.instant)
        self._life.finish(trip.live, OrderState.DELIVERED)

    def _go(self, trip: _Trip, destination: tuple[float, float]) -> int:
        now = self._run.clock.instant
        here = self._fleet.trajectories.position(trip.driver, now)
        return self._fleet.trajectories.go(trip.driver, now, trip.live.area.travel.route(here, destination))

    def _watch(self, trip: _Trip, value: bool) -> None:
        if trip.live.watched:
            loop, now = self._run.loop, self._run.clock.instant
            loop.note(now, lambda _: self._followers.__setitem__(trip.driver, trip.order))
            loop.raise_flag(self._watched, trip.driver, value, now)

    def _do(self, trip: _Trip, number: int, rule: Rule[Any]) -> Process:
        occasion = OCCASION + (trip.request.version << 20) + number
        return self._runner.insist(rule, Caller(trip.order, occasion))
