"""Assignment: read, search, rank, commit; and what a lost commit leads to."""

from __future__ import annotations

import numpy as np
import pytest
from domain_play import MINUTE, candidates, order_record, play
from numpy.typing import NDArray

from swifteats_sim.domain.assignment import STALE, Assigned, Unassigned, assign
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import (
    COMMITTED,
    Candidates,
    CompareAndSet,
    FindDrivers,
    Insert,
    Read,
    Record,
    Transaction,
)
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.states import DriverState, Impossible, OrderState

S = OrderState
REQUEST = AssignmentRequest(order=7, geo=1, version=1)
READ, NEWEST, FIND = Read((("orders", 7),)), Read((("orders", 7),), newest=True), FindDrivers(7)
ORDER_CHANGED, DRIVER_TAKEN, DRIVER_ACTIVE = 0, 1, 2
FOUND = candidates([20, 21, 22], [6, 3, 9])


def nearest(found: Candidates) -> NDArray[np.int64]:
    return np.argsort(found.travel)


def within(tries: int) -> CommitTerms:
    return CommitTerms(tries, "transaction", lock_ttl=10)


def commit(driver: int, order_version: int = 1) -> Transaction:
    return Transaction(
        (
            CompareAndSet("orders", 7, order_version, {"state": S.ASSIGNED_DRIVER, "driver": driver}),
            CompareAndSet("drivers", driver, driver + 100, {"state": DriverState.ORDER_ASSIGNED, "order": 7}),
            Insert("active_assignments", driver, {"order": 7}),
        )
    )


def test_the_best_driver_is_committed_with_the_order_and_the_guard() -> None:
    played = play(assign(REQUEST, nearest, within(3)), (order_record(),), FOUND, COMMITTED)
    assert played.effects == [READ, FIND, commit(21)]
    assert played.result == Assigned(
        driver=21,
        travel=3 * MINUTE,
        onward=4 * MINUTE,
        preparation_left=10 * MINUTE,
        slack=7 * MINUTE,
        losses=0,
        nearest=3 * MINUTE,
        best_gap=MINUTE,  # of driver 22, who comes a minute before the food
        members=3,
    )


def test_a_driver_lost_to_another_order_is_followed_by_the_next_candidate() -> None:
    outcomes = (order_record(),), FOUND, DRIVER_TAKEN, DRIVER_ACTIVE, COMMITTED
    played = play(assign(REQUEST, nearest, within(3)), *outcomes)
    assert played.effects == [READ, FIND, commit(21), commit(20), commit(22)]
    assert (played.result.driver, played.result.losses) == (22, 2)


def test_after_the_last_try_the_request_is_contended() -> None:
    played = play(assign(REQUEST, nearest, within(2)), (order_record(),), FOUND, DRIVER_TAKEN, DRIVER_TAKEN)
    assert played == ([READ, FIND, commit(21), commit(20)], Unassigned("contended", 2))


def test_a_kitchen_that_moved_on_costs_the_order_a_try_but_not_its_driver() -> None:
    moved = order_record(2, S.FOOD_PREPARING, S.FOOD_PREPARING)
    played = play(assign(REQUEST, nearest, within(3)), (order_record(),), FOUND, ORDER_CHANGED, (moved,), COMMITTED)
    assert played.effects == [READ, FIND, commit(21), READ, commit(21, order_version=2)]
    assert (played.result.driver, played.result.losses) == (21, 1)


def test_an_order_closed_between_search_and_commit_is_left_alone() -> None:
    closed = order_record(2, S.CANCELLED)
    played = play(assign(REQUEST, nearest, within(3)), (order_record(),), FOUND, ORDER_CHANGED, (closed,))
    assert played == ([READ, FIND, commit(21), READ], Unassigned("stale", 1))


def test_a_request_that_a_later_one_replaced_is_stale() -> None:
    assert play(assign(REQUEST, nearest, within(3)), (order_record(request=2),)) == ([READ], STALE)


def test_an_order_that_waits_for_nobody_makes_its_request_stale() -> None:
    for state in S:
        played = state in {S.ORDER_RECEIVED, S.FOOD_PREPARING, S.READY_PICKUP}
        rule = assign(REQUEST, nearest, within(3))
        next(rule)
        if played:
            assert rule.send((order_record(state=state),)) == FIND
        else:
            assert play(assign(REQUEST, nearest, within(3)), (order_record(state=state),)) == ([READ], STALE)


@pytest.mark.parametrize(
    "shown", [None, order_record(state=S.NEW_ORDER, request=0), order_record(request=0)], ids=["missing", "new", "paid"]
)
def test_a_request_that_is_faster_than_the_replica_asks_the_primary(shown: Record | None) -> None:
    played = play(assign(REQUEST, nearest, within(3)), (shown,), (order_record(2),), FOUND, COMMITTED)
    assert played.effects == [READ, NEWEST, FIND, commit(21, order_version=2)]
    with pytest.raises(Impossible):
        play(assign(REQUEST, nearest, within(3)), (shown,), (shown,))


def test_an_order_that_the_primary_shows_closed_is_left_alone() -> None:
    closed = order_record(4, S.CANCELLED)
    assert play(assign(REQUEST, nearest, within(3)), (order_record(request=0),), (closed,)) == ([READ, NEWEST], STALE)


def test_a_commit_by_an_old_sight_of_the_order_loses_until_the_replica_has_caught_up() -> None:
    new = order_record(2, S.FOOD_PREPARING, S.FOOD_PREPARING)
    outcomes = (order_record(),), FOUND, ORDER_CHANGED, (order_record(),), ORDER_CHANGED, (new,), COMMITTED
    played = play(assign(REQUEST, nearest, within(1)), *outcomes)
    assert played.effects == [READ, FIND, commit(21), READ, commit(21), READ, commit(21, order_version=2)]
    assert (played.result.driver, played.result.losses) == (21, 2)


def test_without_a_free_driver_nothing_is_written() -> None:
    played = play(assign(REQUEST, nearest, within(3)), (order_record(),), candidates([], []))
    assert played == ([READ, FIND], Unassigned("no_driver"))


def test_drivers_who_declined_are_not_asked_again() -> None:
    request = REQUEST._replace(version=3, excluded=(21, 22))
    played = play(assign(request, nearest, within(3)), (order_record(request=3),), FOUND, COMMITTED)
    assert played.effects == [READ, FIND, commit(20)]
    assert played.result.travel == 6 * MINUTE

    everyone = request._replace(excluded=(20, 21, 22))
    assert play(assign(everyone, nearest, within(3)), (order_record(request=3),), FOUND).result == Unassigned(
        "no_driver"
    )


def test_a_ranking_that_drops_candidates_is_followed() -> None:
    def only_the_last(found: Candidates) -> NDArray[np.int64]:
        return np.array([2])

    played = play(assign(REQUEST, only_the_last, within(3)), (order_record(),), FOUND, DRIVER_TAKEN)
    assert played == ([READ, FIND, commit(22)], Unassigned("contended", 1))
