"""Requests that come twice, whose handling fails, or that find nobody: who notices, and who gives up.

A decision takes 70 ms: the order is read for 10, drivers are searched for 50, and 10 are spent on the commit.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from dispatch_bench import TERMS, Dispatch, freed, group
from hypothesis import given, settings
from hypothesis import strategies as st
from stack_bench import MINUTE, MS, SECOND

from swifteats_sim.domain.effects import CompareAndSet
from swifteats_sim.domain.states import OrderState
from swifteats_sim.engine.group import Delivery
from swifteats_sim.engine.streams import Stream
from swifteats_sim.stack.faults import Faults

ALONE = group(consumers=1, partitions=1)
TWICE = Delivery(duplicates=1.0)
READY = dict.fromkeys(range(1, 9), 0)
FLEET = {20 + number: 1 + number for number in range(8)}


def test_a_consumer_ignores_the_copy_of_a_request_that_it_holds() -> None:
    dispatch = Dispatch(TERMS, READY, FLEET, group=ALONE, delivery=TWICE)
    dispatch.request(1)
    dispatch.request(2)
    dispatch.bench.run(until=SECOND)
    # Nothing is read for the copies: the second order is decided right after the first.
    assert dispatch.assigned == [(70.0, 1, 20), (140.0, 2, 21)]
    traffic = dispatch.bench.topic.traffic
    assert (traffic.messages, traffic.duplicates, traffic.waiting) == (2, 2, 0)


def test_a_consumer_ignores_what_it_has_settled_long_ago() -> None:
    dispatch = Dispatch(TERMS, READY, FLEET, group=ALONE)
    for at in (0, 10 * MINUTE):
        dispatch.request(1, at=at)
    dispatch.request(2, at=10 * MINUTE)
    dispatch.bench.run(until=20 * MINUTE)
    assert dispatch.assigned == [(70.0, 1, 20), (600_070.0, 2, 21)]


def test_of_two_consumers_with_the_same_request_the_order_s_record_decides() -> None:
    dispatch = Dispatch(TERMS, READY, FLEET, group=group(), delivery=TWICE, placement="round_robin")
    dispatch.request(1)
    dispatch.bench.run(until=MINUTE)
    # The second waits for the lock, loses at 80 because the order has changed, and reads that it is served.
    assert dispatch.assigned == [(70.0, 1, 20)]
    assert (dispatch.lost, dispatch.bench.topic.traffic.waiting) == (1, 0)


def test_a_dead_consumer_has_forgotten_what_it_knew_and_the_record_has_not() -> None:
    alone = group((0, 1_000, 1_000), consumers=1, partitions=1)
    dispatch = Dispatch(TERMS, READY, FLEET, group=alone)
    dispatch.request(1)
    dispatch.request(1, at=10 * SECOND)
    dispatch.request(2, at=10 * SECOND)
    dispatch.bench.run(until=MINUTE)
    # It reads for 10 ms that the first has its driver.
    assert dispatch.assigned == [(70.0, 1, 20), (10_080.0, 2, 21)]


def test_a_request_of_an_old_version_does_nothing_and_the_new_one_is_served() -> None:
    dispatch = Dispatch(TERMS, READY, FLEET, group=group(), placement="round_robin")
    declined = CompareAndSet("orders", 1, 1, {"state": OrderState.ORDER_RECEIVED, "request": 2})
    dispatch.bench.store.apply([declined])
    dispatch.request(1, version=1)
    dispatch.request(1, version=2)
    dispatch.request(1, at=SECOND, version=1)
    dispatch.bench.run(until=MINUTE)
    assert dispatch.assigned == [(70.0, 1, 20)]
    assert dispatch.committed[1].request.version == 2
    assert dispatch.bench.topic.traffic.waiting == 0


def test_a_share_of_requests_comes_twice_by_draws_with_their_own_address() -> None:
    faults, stream = Faults(Stream(1, 0, "faults"), duplicates=0.25), Stream(1, 0, "faults")
    dispatch = Dispatch(TERMS, dict.fromkeys(range(200), 0), {}, group=ALONE, delivery=Delivery(duplicates=0.25))
    for order in range(200):
        dispatch.request(order)
    dispatch.bench.run(until=1)
    expected = sum(stream.uniform(order, 1) < faults.duplicates for order in range(200))
    assert dispatch.bench.topic.traffic.duplicates == expected
    assert 30 < expected < 70


def failing(order: int, share: float) -> list[bool]:
    """The fate of an order's first handlings, by the draws' addresses."""
    stream = Stream(1, 0, "faults")
    return [stream.uniform(order, 1, 1, handling) < share for handling in range(10)]


def test_a_handling_that_fails_is_repeated_after_half_a_minute_and_costs_nothing() -> None:
    once = next(order for order in READY if failing(order, 0.5)[:2] == [True, False])
    dispatch = Dispatch(TERMS, READY, FLEET, group=ALONE, delivery=Delivery(failures=0.5, attempts=3))
    dispatch.request(once)
    dispatch.bench.run(until=MINUTE)
    assert dispatch.assigned == [(30_070.0, once, 20)]
    pending = dispatch.committed[once]
    assert (pending.faults, pending.failures, pending.driverless, pending.searched) == (1, 0, 0, 70 * MS)


@pytest.mark.parametrize("awaited", [True, False])
def test_after_the_last_handling_that_failed_a_request_is_a_dead_letter(awaited: bool) -> None:
    delivery = Delivery(awaited, failures=1.0, attempts=3)
    dispatch = Dispatch(TERMS, READY, FLEET, group=ALONE, delivery=delivery)
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    assert (dispatch.assigned, dispatch.given_up) == ([], [(60_000.0, 1)])
    traffic = dispatch.bench.topic.traffic
    assert (traffic.dead, traffic.waiting, list(dispatch.consumers[0].holds())) == (1, 0, [])


def test_after_the_last_search_in_vain_a_request_is_a_dead_letter() -> None:
    dispatch = Dispatch(TERMS, READY, {}, group=ALONE)
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    assert dispatch.given_up == [(60 + 60_000 + 60 + 60_000 + 60, 1)]
    assert (dispatch.bench.topic.traffic.dead, dispatch.bench.topic.traffic.waiting) == (1, 0)


def test_a_terminal_failure_is_the_end_of_the_request_and_nobody_hears_of_it() -> None:
    dispatch = Dispatch(replace(TERMS, terminal=True), READY, {}, group=ALONE)
    dispatch.request(1)
    dispatch.bench.run(until=50 * MS)
    assert list(dispatch.consumers[0].holds()) == [1]
    dispatch.bench.run(until=10 * MINUTE)
    assert (dispatch.assigned, dispatch.given_up, list(dispatch.consumers[0].holds())) == ([], [], [])
    assert (dispatch.bench.topic.traffic.dead, dispatch.bench.topic.traffic.waiting) == (0, 0)


def test_a_consumer_holds_an_order_from_the_log_to_the_commit() -> None:
    dispatch = Dispatch(replace(TERMS, deferral="corrected"), {1: 15 * MINUTE, 2: 0}, FLEET, group=ALONE)
    dispatch.request(1)
    dispatch.request(2)
    held = list[list[int]]()
    for at in (69 * MS, 71 * MS, 13 * MINUTE):
        dispatch.bench.do(at, lambda: held.append(sorted(dispatch.consumers[0].holds())))
    dispatch.bench.run(until=20 * MINUTE)
    assert held == [[1, 2], [1], []]


def test_a_driver_s_call_that_only_brings_a_deferral_forward_is_heard() -> None:
    # Nobody was idle at first; at 30 s a driver is, 3 min away, of an order that is ready at 15 min: due at 10 min.
    dispatch = Dispatch(replace(TERMS, deferral="corrected", retry_no_driver=14 * MINUTE), {1: 15 * MINUTE}, {})
    dispatch.request(1)

    def arrive() -> None:
        dispatch.travel[20] = 3
        dispatch.add_driver(20)
        assert dispatch.consumers[0].call(freed()) is False

    dispatch.bench.do(30 * SECOND, arrive)
    dispatch.bench.run(until=20 * MINUTE)
    assert dispatch.assigned == [(600_070.0, 1, 20)]


FAULTS = st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0.0, 0.3]))
DEATHS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40_000), st.integers(1, 30_000)), max_size=4)


@settings(max_examples=40, deadline=None)
@given(DEATHS, FAULTS, st.lists(st.integers(0, 60_000), min_size=1, max_size=8), st.booleans())
def test_through_crashes_copies_and_failures_every_order_gets_exactly_one_driver_or_is_a_dead_letter(
    deaths: list[tuple[int, int, int]], faults: tuple[float, float], arrivals: list[int], awaited: bool
) -> None:
    members = group(*deaths, consumers=3, partitions=4)
    delivery = Delivery(awaited, duplicates=faults[0], failures=faults[1], attempts=3)
    dispatch = Dispatch(TERMS, READY, FLEET, group=members, delivery=delivery, placement="round_robin")
    for order, at in enumerate(arrivals, start=1):
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=20 * MINUTE)
    served, dead = [order for _, order, _ in dispatch.assigned], {order for _, order in dispatch.given_up}
    assert len(served) == len(set(served)) == len({driver for _, _, driver in dispatch.assigned})
    assert set(served) | dead == set(range(1, len(arrivals) + 1))
    assert not (dead and not faults[1])
    traffic = dispatch.bench.topic.traffic
    assert (traffic.waiting, traffic.lost) == (0, 0)
    assert traffic.dead == len(dispatch.given_up)
