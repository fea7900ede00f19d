"""Consumers of assignment requests: who goes first, who waits until when, and when a search is given up.

A decision takes 70 ms: the order is read for 10, drivers are searched for 50, and 10 are spent on the commit.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from dispatch_bench import TERMS, Dispatch, freed, group
from hypothesis import given, settings
from hypothesis import strategies as st
from stack_bench import MINUTE, MS, SECOND, found

from swifteats_sim.domain.effects import CompareAndSet
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.engine.group import Delivery

OFF_SHIFT = CompareAndSet("drivers", 20, 1, {"state": DriverState.OFF_SHIFT})

READY = {1: 25 * MINUTE, 2: 15 * MINUTE, 3: 20 * MINUTE}
DRIVERS = {20: 1, 21: 2, 22: 3}


def delays_ms(dispatch: Dispatch) -> tuple[int, float, float, float]:
    """Of the requests taken: how many, and from logged to taken the least, the most and the sum, ms."""
    delays = dispatch.bench.topic.traffic.delays
    return delays.number, delays.least / MS, delays.most / MS, delays.total / MS


@pytest.mark.parametrize(("least_slack", "order"), [(True, [2, 3, 1]), (False, [1, 2, 3])])
def test_the_order_with_least_time_left_goes_first_unless_first_come_first_served_is_asked(
    least_slack: bool, order: list[int]
) -> None:
    dispatch = Dispatch(replace(TERMS, least_slack=least_slack), READY, DRIVERS)
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


DEFERRED = replace(TERMS, deferral="corrected")


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


def logged_on(at: int) -> Dispatch:
    """One order, whose search looks at 10 ms and ends at 60; its only driver is available from `at` on (ms)."""
    dispatch = Dispatch(replace(TERMS, attempts=1), {1: 0}, {20: 1})
    dispatch.bench.store.apply([OFF_SHIFT])
    back = CompareAndSet("drivers", 20, 2, {"state": DriverState.AVAILABLE})
    dispatch.bench.do(at * MS, lambda: dispatch.bench.store.apply([back]))
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    return dispatch


@pytest.mark.parametrize("at", [20, 59])
def test_a_driver_who_comes_between_a_search_s_look_and_its_end_is_looked_for_once_more(at: int) -> None:
    dispatch = logged_on(at)
    assert (dispatch.assigned, dispatch.given_up) == ([(130.0, 1, 20)], [])


def test_one_who_comes_after_its_end_is_not() -> None:
    dispatch = logged_on(61)
    assert (dispatch.assigned, dispatch.given_up) == ([], [(60.0, 1)])


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


def test_a_topic_knows_how_long_its_messages_waited_and_how_many_are_not_settled() -> None:
    dispatch = Dispatch(TERMS, READY, {20: 1, 21: 2})
    for order, at in [(1, 0), (2, 10), (3, 20)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=SECOND)
    traffic = dispatch.bench.topic.traffic
    # The second and the third are taken when the first is decided; one of them finds no driver and is tried again.
    assert delays_ms(dispatch) == (3, 0, 60, 0 + 60 + 50)
    assert (traffic.messages, traffic.waiting) == (3, 1)


FIRST_COME = replace(TERMS, least_slack=False)
MANY = dict.fromkeys(range(1, 9), 0)
FLEET = {20 + number: 1 + number for number in range(8)}


def crash(*crashes: tuple[int, int, int], every: int | None = None, awaited: bool = True, **size: int) -> Dispatch:
    delivery = Delivery(awaited, None if every is None else every * MS)
    return Dispatch(FIRST_COME, MANY, FLEET, group=group(*crashes, **size), delivery=delivery)


def test_what_a_dead_consumer_was_deciding_comes_again_to_the_next_owner_of_its_partition() -> None:
    dispatch = crash((0, 30, 60_000))
    dispatch.request(2)
    dispatch.bench.run(until=MINUTE)
    assert dispatch.assigned == [(18_030 + 70, 2, 20)]
    traffic = dispatch.bench.topic.traffic
    assert delays_ms(dispatch) == (2, 0, 18_030, 18_030)
    assert (traffic.messages, traffic.duplicates, traffic.lost, traffic.waiting) == (1, 1, 0, 0)


def test_what_it_held_comes_again_in_the_order_of_the_log_and_before_what_came_later() -> None:
    dispatch = crash((0, 100, 60_000), partitions=1)
    for order, at in [(5, 0), (2, 1), (4, 2), (1, 5_000)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=MINUTE)
    # The first was settled in time; the second was in hand.
    assert dispatch.assigned == [(70.0, 5, 20), (18_170.0, 2, 21), (18_240.0, 4, 22), (18_310.0, 1, 23)]
    assert dispatch.bench.topic.traffic.duplicates == 2


@pytest.mark.parametrize("at", [65, 70], ids=["while it is served", "as it would commit"])
def test_a_commit_that_its_consumer_does_not_live_to_see_is_not_made_and_keeps_no_lock(at: int) -> None:
    dispatch = crash((0, at, 60_000))
    held, store = list[bool](), dispatch.bench.store
    dispatch.bench.do((at + 1) * MS, lambda: held.append(dispatch.bench.runner.locks.is_held(("drivers", 20))))
    dispatch.request(2)
    dispatch.bench.run(until=10 * SECOND)
    assert held == [False]
    record = store.read(("drivers", 20))
    assert record is not None
    assert (record.version, record.fields["state"]) == (1, DriverState.AVAILABLE)
    dispatch.bench.run(until=MINUTE)
    assert dispatch.assigned == [(18_000.0 + at + 70, 2, 20)]


@pytest.mark.parametrize("at", [65, 70], ids=["while it waits", "as it would get the lock"])
def test_a_consumer_that_dies_waiting_for_a_lock_leaves_it_to_others(at: int) -> None:
    dispatch = crash((1, at, 60_000))
    dispatch.request(2)
    dispatch.request(3)
    dispatch.bench.run(until=MINUTE)
    # Both wanted driver 20: the first commits at 70, the second never does.
    assert dispatch.assigned == [(70.0, 2, 20), (18_000.0 + at + 70, 3, 21)]
    assert not any(dispatch.bench.runner.locks.is_held(("drivers", driver)) for driver in FLEET)


def test_while_partitions_are_dealt_out_nobody_takes_a_message_but_what_is_in_hand_is_decided() -> None:
    dispatch = crash((0, 1_000, 60_000))
    for order, at in [(1, 15_950), (3, 15_950), (5, 15_960)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=MINUTE)
    # The group stands still from 16 to 19 s.
    assert dispatch.assigned == [(16_020.0, 1, 20), (16_090.0, 3, 21), (19_070.0, 5, 22)]


def test_who_comes_back_gets_its_partitions_again() -> None:
    dispatch = crash((0, 1_000, 60_000))
    for order, at in [(2, 30_000), (3, 30_000), (4, 62_000), (6, 70_000), (7, 70_000)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=2 * MINUTE)
    # Alone the other one decides one after the other; from 64 s on both decide, and want the same driver.
    assert dispatch.assigned == [
        (30_070.0, 2, 20), (30_140.0, 3, 21), (64_070.0, 4, 22), (70_070.0, 6, 23), (70_090.0, 7, 24),
    ]  # fmt: skip


def test_a_sleeper_keeps_its_time_though_its_consumer_died_meanwhile() -> None:
    # Ready at 15 min, the driver 3 min away: due at 10 min. The only consumer is dead from 5 to 6 min.
    alone = group((0, 300_000, 60_000), consumers=1, partitions=1)
    dispatch = Dispatch(DEFERRED, {2: 15 * MINUTE}, {20: 3}, group=alone)
    dispatch.request(2)
    dispatch.bench.run(until=20 * MINUTE)
    assert dispatch.assigned == [(10 * MINUTE / MS + 70, 2, 20)]
    assert delays_ms(dispatch) == (2, 0, 363_000, 363_000)


def test_a_dead_consumer_cannot_be_called_and_has_forgotten_its_failures() -> None:
    alone = group((0, 61_000, 1_000), consumers=1, partitions=1)
    dispatch = Dispatch(TERMS, {1: 0}, {}, group=alone)
    called = list[bool]()
    for at in (60_500, 61_500):
        dispatch.bench.do(at * MS, lambda: called.append(dispatch.consumers[0].call(freed())))
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    # Back at 62 s, it joins anew at 65 s, and searches three times from then on.
    assert called == [True, False]
    assert dispatch.given_up == [(65_000 + 60 + 60_000 + 60 + 60_000 + 60, 1)]


def test_with_commits_by_time_what_counted_as_read_dies_with_its_consumer() -> None:
    dispatch = crash((0, 130, 60_000), every=100, partitions=1)
    for order, at in [(1, 0), (2, 1), (3, 60), (4, 200)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=MINUTE)
    # The second and the third were taken at 70 and committed at 100; the second was being decided.
    assert dispatch.assigned == [(70.0, 1, 20), (18_200.0, 4, 21)]
    traffic = dispatch.bench.topic.traffic
    assert (traffic.lost, traffic.duplicates, traffic.waiting) == (2, 0, 0)


def test_with_commits_by_time_what_was_done_but_not_committed_is_done_again_in_vain() -> None:
    dispatch = crash((0, 130, 60_000), every=1000, partitions=1)
    for order, at in [(1, 0), (2, 1), (3, 60)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=MINUTE)
    # The first is read again for 10 ms, and found to have its driver.
    assert dispatch.assigned == [(70.0, 1, 20), (18_210.0, 2, 21), (18_280.0, 3, 22)]
    traffic = dispatch.bench.topic.traffic
    assert (traffic.lost, traffic.duplicates, traffic.waiting) == (0, 3, 0)


UNAWAITED = Delivery(awaited=False)


def test_handlers_that_are_not_awaited_overlap() -> None:
    dispatch = Dispatch(TERMS, READY, DRIVERS, delivery=UNAWAITED)
    for order, at in [(1, 0), (2, 0), (3, 30)]:
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=SECOND)
    # The third searches at 40, finds all three drivers free, and loses the first two to the others.
    assert dispatch.assigned == [(70.0, 2, 20), (90.0, 1, 21), (120.0, 3, 22)]
    assert dispatch.lost == 3


def test_a_handler_that_is_not_awaited_repeats_its_search_like_any_other() -> None:
    dispatch = Dispatch(TERMS, {1: 0}, {}, delivery=UNAWAITED)
    dispatch.request(1)
    dispatch.bench.run(until=10 * MINUTE)
    assert dispatch.given_up == [(60 + 60_000 + 60 + 60_000 + 60, 1)]


def test_all_handlers_of_a_consumer_die_with_it() -> None:
    dispatch = crash((0, 75, 60_000), awaited=False, partitions=1)
    for order in (1, 2, 3):
        dispatch.request(order)
    dispatch.bench.run(until=MINUTE)
    assert dispatch.assigned == [(70.0, 1, 20), (18_145.0, 2, 21), (18_165.0, 3, 22)]
    assert dispatch.bench.topic.traffic.duplicates == 2


DEATHS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40_000), st.integers(1, 30_000)), max_size=5)


@settings(max_examples=40, deadline=None)
@given(DEATHS, st.lists(st.integers(0, 60_000), min_size=1, max_size=8), st.booleans())
def test_whoever_dies_when_every_order_gets_exactly_one_driver_at_last(
    deaths: list[tuple[int, int, int]], arrivals: list[int], awaited: bool
) -> None:
    dispatch = crash(*deaths, awaited=awaited, consumers=3, partitions=4)
    for order, at in enumerate(arrivals, start=1):
        dispatch.request(order, at=at * MS)
    dispatch.bench.run(until=10 * MINUTE)
    assert sorted(order for _, order, _ in dispatch.assigned) == list(range(1, len(arrivals) + 1))
    assert len({driver for _, _, driver in dispatch.assigned}) == len(arrivals)
    assert (dispatch.bench.topic.traffic.waiting, dispatch.bench.topic.traffic.lost) == (0, 0)
