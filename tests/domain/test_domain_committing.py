"""The ways to commit a driver: what each writes, and what each lets through."""

from __future__ import annotations

import pytest
from domain_play import driver_record, order_record, play

from swifteats_sim.domain.committing import DRIVER_TAKEN, ORDER_CHANGED, Commit, CommitTerms, Pair, commit
from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Delete, Effect, Insert, Put, Read, Rule, Transaction
from swifteats_sim.domain.states import DriverState, OrderState

ORDERED = {"state": OrderState.ASSIGNED_DRIVER, "driver": 9}
OFFERED = {"state": DriverState.ORDER_ASSIGNED, "order": 7}
PAIR = Pair(order=7, seen=order_record(5), driver=9, version=30)
READ_DRIVER = Read((("drivers", 9),))
PUTS = [Put("drivers", 9, OFFERED), Put("orders", 7, ORDERED)]
LOCK, UNLOCK = Insert("driver_locks", 9, {}, ttl=10), Transaction((Delete("driver_locks", 9, 1),))
FREE, TAKEN = (driver_record(30, DriverState.AVAILABLE),), (driver_record(31, DriverState.ORDER_ASSIGNED, 3),)


def by(way: Commit) -> Rule[int]:
    return commit(PAIR, CommitTerms(tries=3, commit=way, lock_ttl=10))


def together(bump: bool) -> list[Effect]:
    return [
        Transaction(
            (
                CompareAndSet("orders", 7, 5, ORDERED, bump),
                CompareAndSet("drivers", 9, 30, OFFERED),
                Insert("active_assignments", 9, {"order": 7}),
            )
        )
    ]


def test_a_transaction_guards_order_driver_and_active_assignment() -> None:
    assert play(by("transaction"), COMMITTED) == (together(bump=True), COMMITTED)


@pytest.mark.parametrize("lost", [ORDER_CHANGED, DRIVER_TAKEN, 2], ids=["order", "driver", "guard"])
def test_a_transaction_says_which_of_its_writes_was_lost(lost: int) -> None:
    assert play(by("transaction"), lost).result == lost


def test_cas_unversioned_is_the_same_but_leaves_the_order_s_version_to_its_rivals() -> None:
    assert play(by("cas_unversioned"), COMMITTED) == (together(bump=False), COMMITTED)


def test_check_then_set_writes_whatever_has_happened_since_it_looked() -> None:
    assert play(by("check_then_set"), FREE, None, None) == ([READ_DRIVER, *PUTS], COMMITTED)


@pytest.mark.parametrize("way", ["check_then_set", "advisory_lock"])
def test_a_driver_with_an_order_is_taken(way: Commit) -> None:
    before, after = ([LOCK], [UNLOCK]) if way == "advisory_lock" else ([], [])
    outcomes = (*(True for _ in before), TAKEN, *(COMMITTED for _ in after))
    assert play(by(way), *outcomes) == ([*before, READ_DRIVER, *after], DRIVER_TAKEN)


def test_under_a_lock_nobody_else_looks_between_check_and_write() -> None:
    assert play(by("advisory_lock"), True, FREE, None, None, COMMITTED) == (
        [LOCK, READ_DRIVER, *PUTS, UNLOCK], COMMITTED,
    )  # fmt: skip


def test_a_driver_whose_lock_is_held_is_taken_unseen() -> None:
    assert play(by("advisory_lock"), False) == ([LOCK], DRIVER_TAKEN)


def test_a_lock_that_has_expired_is_given_back_in_vain_and_the_commit_stands() -> None:
    assert play(by("advisory_lock"), True, FREE, None, None, 0).result == COMMITTED


def test_none_asks_for_nothing() -> None:
    assert play(by("none"), None, None) == (PUTS, COMMITTED)
