"""The offer that a committed driver gets: the yes, the no, the silence, and the end of a lock that frees by time."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain import delivery
from swifteats_sim.domain.assignment import Assigned
from swifteats_sim.domain.held import Held, Terms
from swifteats_sim.domain.orders import publish_request
from swifteats_sim.results.columns import NEVER
from swifteats_sim.scenario.rules import Assignment
from swifteats_sim.simulation.estimates import Estimates
from swifteats_sim.simulation.parts import Run
from swifteats_sim.simulation.shifts import Shifts
from swifteats_sim.simulation.trip import Report, Trip
from swifteats_sim.simulation.trips import Trips
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.pending import Pending
from swifteats_sim.stack.service import Process


def report_terms(assignment: Assignment) -> Terms:
    """What a driver's reports may rely on under these rules: the notes' variants break that he has one order."""
    exclusive = (assignment.commit, assignment.release, assignment.search) == ("transaction", "drop_off", "live")
    return Terms(exclusive, timed=assignment.release == "ttl")


class Couriers:
    """Runs every committed assignment to its end. on_committed : told of (order, driver), once for each."""

    def __init__(
        self, run: Run, trips: Trips, shifts: Shifts, estimates: Estimates, on_committed: Callable[[int, int], None]
    ) -> None:
        self._run, self._trips, self._shifts, self._estimates = run, trips, shifts, estimates
        self._on_committed = on_committed
        self._drivers, self._rules = run.declared.drivers, run.scenario.assignment
        self._terms = report_terms(self._rules)
        self._answer = law_of(self._drivers.answer)
        self._stream = run.streams("driver.offer")

    def start(self, pending: Pending, chosen: Assigned) -> None:
        """A driver has just been committed."""
        run, request = self._run, pending.request
        resting = self._shifts.resting(chosen.driver)
        held, now = Held(request.order, chosen.driver, self._terms), run.clock.instant
        trip = Trip(run.city.orders[held.order], request, held, NEVER, pending.eligible, now, resting)
        trip.row = self._log(trip, pending, chosen)
        run.city.fleet.trips[held.driver] += 1
        trip.eta = self._estimates.delivery(held.order, held.driver, "eta")
        self._on_committed(held.order, held.driver)
        run.clock.process(self._offer(trip))
        if self._terms.timed:
            run.clock.process(self._unlock(trip))

    def _log(self, trip: Trip, pending: Pending, chosen: Assigned) -> int:
        self._run.orders.add(trip.order, "offers")
        return self._run.offers.commit(
            order=trip.order, driver=trip.driver, attempt=trip.request.version, ghost=trip.is_ghost,
            taken=pending.taken, committed=trip.committed, eligible=pending.eligible, deferred=pending.deferred,
            driverless=pending.driverless, deferred_late=pending.deferred_late, searched=pending.searched,
            overtaken=pending.overtaken, members=chosen.members, travel=chosen.travel, nearest=chosen.nearest,
            slack=chosen.slack, best_gap=chosen.best_gap, preparation_left=chosen.preparation_left,
        )  # fmt: skip

    def _offer(self, trip: Trip) -> Process:
        """The driver takes the order, or turns it down, or never answers (A37, #114); who is off shift never does."""
        run, clock = self._run, self._run.clock
        outcome, after = self._luck(trip)
        yield clock.sleep(after)
        run.offers.answer(trip.row, clock.instant, outcome)
        if outcome == "accepted":
            yield from self._trips.carry(trip)
        else:
            run.orders.add(trip.order, "declines")
            if self._rules.decline == "reassign":
                yield from self._ask_another(trip)
            else:
                run.offers.end(trip.row, clock.instant)
        run.city.fleet.trips[trip.driver] -= 1
        yield from self._shifts.leave_if_over(trip.driver)

    def _luck(self, trip: Trip) -> tuple[str, int]:
        """What the driver answers, and after how long (ns)."""
        drivers = self._drivers
        luck = self._stream.uniform(trip.order, trip.request.version)
        answer = self._answer.draw_ns(self._stream, trip.order, trip.request.version, 1)
        if trip.is_ghost or luck >= 1.0 - drivers.no_answer or answer > drivers.answer_timeout:
            return "no_answer", drivers.answer_timeout
        return "accepted" if luck < drivers.accept else "declined", answer

    def _ask_another(self, trip: Trip) -> Process:
        publish = self._run.scenario.ordering.publish
        rule = delivery.turn_down(trip.held, trip.request, publish, trip.resting)
        again = yield from self._trips.report(trip, Report.TURNED_DOWN, rule)
        self._run.offers.end(trip.row, self._run.clock.instant)
        self._trips.release(trip)
        if again is not None and publish != "outbox":
            yield from self._trips.report(trip, Report.ASKED_AGAIN, publish_request(again, publish))

    def _unlock(self, trip: Trip) -> Process:
        """The driver's lock expires, whatever he is doing (C12, C13)."""
        clock = self._run.clock
        yield clock.sleep(self._rules.ttl)
        rule = delivery.unlock(trip.held, self._shifts.resting(trip.driver))
        yield from self._trips.report(trip, Report.UNLOCKED, rule)
        self._run.offers.release(trip.row, clock.instant)
        yield from self._shifts.leave_if_over(trip.driver)
