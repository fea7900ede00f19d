"""Consumers of assignment requests: who goes first, who waits until when, and when a search is given up.

A decision takes 70 ms: the order is read for 10, drivers are searched for 50, and 10 are spent on the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from stack_bench import MINUTE, MS, SECOND, Bench, desk, found

from swifteats_sim.domain.effects import Candidates, CompareAndSet, Insert
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.policies import Nearest
from swifteats_sim.stack.consumer import Consumer, DispatchTerms

TERMS = DispatchTerms(
    least_slack=True, deferral="off", tolerance=2 * MINUTE, tries=3, attempts=3,
    retry_no_driver=60 * SECOND, retry_error=30 * SECOND,
)  # fmt: skip
OFF_SHIFT = CompareAndSet("drivers", 20, 1, {"state": DriverState.OFF_SHIFT})


class Dispatch:
    """Consumers over the two geos of one topic, each with one partition.

    ready : the instant (ns) by which each order's food is estimated to be ready; travel : minutes of each driver to
    any restaurant; farther : minutes more to the restaurant of an order.
    """

    def __init__(
        self,
        terms: DispatchTerms,
        ready: Mapping[int, int],
        travel: Mapping[int, int],
        search: Callable[[int], Candidates] | None = None,
        limit: int | None = None,
    ) -> None:
        self.bench = Bench(desk(servers=1000 if limit is None else 1, limit=limit), search=search or self.survey)
        self.ready, self.travel = dict(ready), dict(travel)
        self.farther: dict[int, int] = {}
        self.assigned: list[tuple[float, int, int]] = []
        self.eligible: dict[int, float] = {}
        self.given_up: list[tuple[float, int]] = []
        self.lost = 0
        for order in ready:
            fields = {"state": OrderState.ORDER_RECEIVED, "driver": None, "request": 1}
            self.bench.store.apply([Insert("orders", order, fields)])
        for driver in travel:
            self.bench.store.apply([Insert("drivers", driver, {"state": DriverState.AVAILABLE, "order": None})])
        for partition in (0, 1):
            consumer = Consumer(
                self.bench.topic, (partition,), self.bench.runner, terms, Nearest().rank, self.survey,
                self._on_assigned, self._on_given_up, self._on_losses,
            )  # fmt: skip
            self.bench.clock.process(consumer.run())

    def survey(self, order: int) -> Candidates:
        """The drivers that the database shows as available, with their versions."""
        left = max(0, self.ready[order] - self.bench.clock.instant)
        records = {driver: self.bench.store.read(("drivers", driver)) for driver in self.travel}
        free = {
            driver: record.version
            for driver, record in records.items()
            if record is not None and record.fields["state"] == DriverState.AVAILABLE
        }
        candidates = found({driver: self.minutes(driver, order) * MINUTE for driver in free}, left)
        return candidates._replace(versions=np.array(list(free.values()), dtype=np.int64))

    def minutes(self, driver: int, order: int) -> int:
        return self.travel[driver] + self.farther.get(order, 0)

    def request(self, order: int, at: int = 0, geo: int = 0) -> None:
        message = AssignmentRequest(order, geo, 1)
        self.bench.do(at, lambda: self.bench.topic.append(at, geo, order, message))

    def _on_assigned(self, pending: Any, outcome: Any) -> None:
        self.assigned.append((self.bench.clock.instant / MS, pending.request.order, outcome.driver))
        self.eligible[pending.request.order] = pending.eligible / MS

    def _on_given_up(self, order: int) -> None:
        self.given_up.append((self.bench.clock.instant / MS, order))

    def _on_losses(self, losses: int) -> None:
        self.lost += losses


READY = {1: 25 * MINUTE, 2: 15 * MINUTE, 3: 20 * MINUTE}
DRIVERS = {20: 1, 21: 2, 22: 3}


@pytest.mark.parametrize(("least_slack", "order"), [(True, [2, 3, 1]), (False, [1, 2, 3])])
def test_the_order_with_least_time_left_goes_first_unless_first_come_first_served_is_asked(
    least_slack: bool, order: list[int]
) -> None:
    dispatch = Dispatch(DispatchTerms(least_slack, "off", 0, 3, 3, SECOND, SECOND), READY, DRIVERS)
    for number in READY:
        dispatch.request(number)
    dispatch.bench.run(until=SECOND)
    assert dispatch.assigned == [(70.0, order[0], 20), (140.0, order[1], 21), (210.0, order[2], 22)]


def test_time_left_is_what_the_way_to_the_restaurant_leaves_of_it() -> None:
    # Order 2's food is ready first, but nobody is far from it; order 3's nearest driver needs 9 of its 20 minutes.
    dispatch = Dispatch(TERMS, READY, DRIVERS)
    dispatch.farther = {3: 8}
    for number in READY:
        dispatch.request(number)
    dispatch.bench.run(until=SECOND)
    assert [order for _, order, _ in dispatch.assigned] == [3, 2, 1]


def test_an_urgent_request_overtakes_those_that_wait_but_not_the_one_in_hand() -> None:
    dispatch = Dispatch(TERMS, READY, DRIVERS)
    dispatch.request(1)
    dispatch.request(3, at=5 * MS)
    dispatch.request(2, at=30 * MS)
    dispatch.bench.run(until=SECOND)
    assert [order for _, order, _ in dispatch.assigned] == [1, 2, 3]


def test_equally_urgent_requests_go_in_the_order_they_came() -> None:
    dispatch = Dispatch(TERMS, dict.fromkeys([7, 5, 6], MINUTE), DRIVERS)
    for order in (7, 5, 6):
        dispatch.request(order)
    dispatch.bench.run(until=SECOND)
    assert [order for _, order, _ in dispatch.assigned] == [7, 5, 6]


def test_requests_of_one_geo_do_not_wait_for_another_s() -> None:
    dispatch = Dispatch(TERMS, READY, DRIVERS)
    dispatch.request(1, geo=0)
    dispatch.request(2, geo=1, at=20 * MS)
    dispatch.bench.run(until=SECOND)
    # The second searches at 30, when driver 20 still shows as free: it loses a commit at 90, and never waits its turn.
    assert dispatch.assigned == [(70.0, 1, 20), (100.0, 2, 21)]


DEFERRED = DispatchTerms(True, "corrected", 2 * MINUTE, 3, 3, 60 * SECOND, 30 * SECOND)


def test_a_deferred_request_wakes_at_the_very_instant_its_slack_is_the_tolerance() -> None:
    # Ready at 15 min, the driver 3 min away, tolerance 2 min: the driver is sent from 10 min on.
    dispatch = Dispatch(DEFERRED, {2: 15 * MINUTE}, {20: 3})
    dispatch.request(2, at=MINUTE)
    dispatch.bench.run(until=20 * MINUTE)
    assert dispatch.assigned == [(10 * MINUTE / MS + 70, 2, 20)]
    assert dispatch.eligible == {2: 10 * MINUTE / MS}


def test_a_request_within_the_tolerance_is_eligible_at_once() -> None:
    dispatch = Dispatch(DEFERRED, {2: 6 * MINUTE}, {20: 3})
    dispatch.request(2, at=MINUTE)
    dispatch.bench.run(until=2 * MINUTE)
    assert dispatch.eligible == {2: MINUTE / MS}


def test_a_sleeper_looks_again_when_it_wakes_and_sleeps_on_where_a_driver_is_nearer_by_then() -> None:
    dispatch = Dispatch(DEFERRED, {2: 15 * MINUTE}, {20: 3})
    dispatch.bench.do(5 * MINUTE, lambda: dispatch.travel.update({20: 1}))
    dispatch.request(2)
    dispatch.bench.run(until=20 * MINUTE)
    assert dispatch.eligible == {2: 12 * MINUTE / MS}


def test_a_message_that_comes_while_another_sleeps_is_served_and_the_sleeper_keeps_its_time() -> None:
    dispatch = Dispatch(DEFERRED, {2: 15 * MINUTE, 3: 0}, {20: 3, 21: 3})
    dispatch.request(2)
    dispatch.request(3, at=4 * MINUTE)
    dispatch.bench.run(until=20 * MINUTE)
    assert dispatch.assigned == [(4 * MINUTE / MS + 70, 3, 20), (10 * MINUTE / MS + 70, 2, 21)]


def test_without_a_driver_the_search_is_repeated_a_minute_after_each_failure_and_then_given_up() -> None:
    dispatch = Dispatch(TERMS, {1: 0}, {})
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    # Each search takes 60 ms, since nothing is committed.
    assert dispatch.given_up == [(60 + 60_000 + 60 + 60_000 + 60, 1)]
    assert dispatch.assigned == []


def test_a_driver_who_logs_on_meanwhile_is_found_at_the_next_search() -> None:
    dispatch = Dispatch(TERMS, {1: 0}, {20: 1})
    dispatch.bench.store.apply([OFF_SHIFT])
    back = CompareAndSet("drivers", 20, 2, {"state": DriverState.AVAILABLE})
    dispatch.bench.do(30 * SECOND, lambda: dispatch.bench.store.apply([back]))
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    assert dispatch.assigned == [(60 + 60_000 + 70, 1, 20)]
    # It could have been decided all the time.
    assert dispatch.eligible == {1: 0.0}


def test_a_lost_commit_is_repeated_half_a_minute_later() -> None:
    # The search shows a driver whose version is long gone: every commit loses.
    dispatch = Dispatch(TERMS, {1: 0}, {20: 1}, search=lambda order: found({20: MINUTE}, version=9))
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    assert dispatch.given_up == [(70 + 30_000 + 70 + 30_000 + 70, 1)]
    assert dispatch.lost == 3


def test_a_stale_request_disappears_without_a_word() -> None:
    dispatch = Dispatch(TERMS, {1: 0}, {20: 1})
    dispatch.bench.store.apply([CompareAndSet("orders", 1, 1, {"state": OrderState.CANCELLED})])
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    assert (dispatch.assigned, dispatch.given_up, dispatch.lost) == ([], [], 0)


def test_of_two_consumers_who_want_one_driver_one_gets_him_and_the_other_the_next() -> None:
    dispatch = Dispatch(TERMS, READY, DRIVERS)
    dispatch.request(1, geo=0)
    dispatch.request(2, geo=1)
    dispatch.bench.run(until=SECOND)
    # Both searched at 10 and want driver 20; the second waits for his lock till 70, loses at 80, commits at 90.
    assert dispatch.assigned == [(70.0, 1, 20), (90.0, 2, 21)]
    assert dispatch.lost == 1


def test_of_two_orders_and_one_driver_one_order_waits_for_its_retry() -> None:
    dispatch = Dispatch(TERMS, READY, {20: 1})
    dispatch.request(1, geo=0)
    dispatch.request(2, geo=1)
    dispatch.bench.run(until=10 * MINUTE)
    assert dispatch.assigned == [(70.0, 1, 20)]
    # Contended at 80, then twice without a driver, a half-minute and a minute later.
    assert dispatch.given_up == [(80 + 30_000 + 60 + 60_000 + 60, 2)]


def test_a_consumer_that_meets_a_full_queue_insists() -> None:
    dispatch = Dispatch(TERMS, {1: 0, 2: 0}, DRIVERS, limit=0)
    dispatch.request(1, geo=0)
    dispatch.request(2, geo=1)
    dispatch.bench.run(until=10 * SECOND)
    # The second finds the only server busy at 0, and a second later free.
    assert dispatch.assigned == [(70.0, 1, 20), (1070.0, 2, 21)]
