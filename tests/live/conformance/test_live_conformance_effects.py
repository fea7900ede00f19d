"""What each single effect promises to the rules, in virtual time and on real servers."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from worlds import KITCHEN, RESTAURANT, SECOND, SHELF, Change, World, just, keep

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Effect,
    Fields,
    Insert,
    Name,
    Publish,
    Put,
    Read,
    Record,
    Rule,
    Sleep,
    Transaction,
    Update,
    Write,
)
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ITEMS, LOCKS, ORDERS, OUTBOX, AssignmentRequest, Line
from swifteats_sim.domain.states import DriverState, OrderState

FIRST, SECOND_ITEM = (RESTAURANT, SHELF), (RESTAURANT, KITCHEN)
ONE: Name = (ITEMS, FIRST)
TWO: Name = (ITEMS, SECOND_ITEM)
MS = 1_000_000


def stock(number: int) -> Fields:
    return {"stock": number}


def put(name: Name, version: int, number: int, bump: bool = True) -> CompareAndSet:
    return CompareAndSet(*name, version, stock(number), bump)


def stocked(world: World) -> None:
    keep(world, *ONE, stock(20))
    keep(world, *TWO, stock(5))


def do(world: World, effect: Effect) -> Any:
    return world.perform(just(effect))


ALL_FIELDS: dict[Name, Fields] = {
    (ORDERS, 7): {"state": OrderState.NEW_ORDER, "kitchen": OrderState.ORDER_RECEIVED, "driver": None, "request": 0},
    (DRIVERS, 4): {"state": DriverState.AVAILABLE, "order": None},
    (ITEMS, (3, 2)): {"stock": 20},
    (ACTIVE, 4): {"order": 7},
    ("reservations", 7): {"restaurant": 3, "lines": (Line(2, 1), Line(7, 2))},
    (OUTBOX, (7, 2)): {"request": AssignmentRequest(7, 1, 2, (4, 9))},
}


@pytest.mark.parametrize("name", list(ALL_FIELDS), ids=lambda name: name[0])
def test_what_is_stored_is_read_as_it_was(world: World, name: Name) -> None:
    assert do(world, Read((name,))) == (None,)
    assert do(world, Insert(*name, ALL_FIELDS[name])) is True
    (record,) = do(world, Read((name,)))
    assert record == Record(1, ALL_FIELDS[name])
    assert [type(value) for value in record.fields.values()] == [type(value) for value in ALL_FIELDS[name].values()]


def test_one_read_answers_in_its_order_with_none_for_what_is_missing(world: World) -> None:
    stocked(world)
    assert do(world, Read((TWO, (ORDERS, 1), ONE), newest=True)) == (Record(1, stock(5)), None, Record(1, stock(20)))


def test_a_read_sees_one_instant(world: World) -> None:
    """Somebody moves portions from one item to the other: no reader ever sees one more or one less."""
    stocked(world)

    def move() -> Rule[int]:
        moved = 0
        while moved < 20:
            one, two = yield Read((ONE, TWO))
            moves = (put(ONE, one.version, one.fields["stock"] - 1), put(TWO, two.version, two.fields["stock"] + 1))
            moved += (yield Transaction(moves)) == COMMITTED
        return moved

    def look() -> Rule[set[int]]:
        sums = set[int]()
        for _ in range(60):
            sums.add(sum(record.fields["stock"] for record in (yield Read((ONE, TWO)))))
        return sums

    assert world.together(move(), look(), look()) == [20, {25}, {25}]
    assert world.records(ONE, TWO) == (Record(21, stock(0)), Record(21, stock(25)))


def test_a_record_is_made_once(world: World) -> None:
    assert do(world, Insert(*ONE, stock(20))) is True
    assert do(world, Insert(*ONE, stock(9))) is False
    assert world.records(ONE) == (Record(1, stock(20)),)


def test_of_many_who_make_it_at_once_one_does(world: World) -> None:
    outcomes = world.together(*(just(Insert(*ONE, stock(number))) for number in range(8)))
    (made,) = world.records(ONE)
    assert sorted(outcomes) == [False] * 7 + [True]
    assert made == Record(1, stock(outcomes.index(True)))


def test_a_version_is_written_over_once(world: World) -> None:
    stocked(world)
    assert do(world, put(ONE, 1, 19)) is True
    assert do(world, put(ONE, 1, 18)) is False
    assert do(world, put(ONE, 3, 18)) is False
    assert do(world, CompareAndSet(ITEMS, (9, 9), 1, stock(1))) is False
    assert world.records(ONE, (ITEMS, (9, 9))) == (Record(2, stock(19)), None)


def test_of_many_who_write_over_it_at_once_one_does(world: World) -> None:
    stocked(world)
    outcomes = world.together(*(just(put(ONE, 1, number)) for number in range(8)))
    assert sorted(outcomes) == [False] * 7 + [True]
    assert world.records(ONE) == (Record(2, stock(outcomes.index(True))),)


def test_only_the_named_fields_are_written(world: World) -> None:
    keep(world, ORDERS, 7, ALL_FIELDS[ORDERS, 7])
    assert do(world, CompareAndSet(ORDERS, 7, 1, {"state": OrderState.ORDER_RECEIVED}))
    assert world.records((ORDERS, 7)) == (
        Record(2, {**ALL_FIELDS[ORDERS, 7], "state": OrderState.ORDER_RECEIVED}),
    )  # fmt: skip


def test_without_a_bump_the_version_stays_and_everybody_who_saw_it_writes(world: World) -> None:
    stocked(world)
    assert do(world, put(ONE, 1, 19, bump=False)) is True
    assert do(world, put(ONE, 1, 18, bump=False)) is True
    assert world.records(ONE) == (Record(1, stock(18)),)


def test_a_put_asks_for_no_version(world: World) -> None:
    stocked(world)
    assert do(world, Put(*ONE, stock(9))) is None
    assert do(world, Put(ITEMS, (9, 9), stock(3))) is None
    assert world.records(ONE, (ITEMS, (9, 9))) == (Record(2, stock(9)), Record(1, stock(3)))


# -- transactions

WRITES: tuple[tuple[Write, Write], ...] = (
    (put(ONE, 1, 19), put(ONE, 7, 19)),
    (Insert(ORDERS, 8, ALL_FIELDS[ORDERS, 7]), Insert(ORDERS, 7, ALL_FIELDS[ORDERS, 7])),
    (Delete(*TWO, 1), Delete(*TWO, 2)),
)
"""Of each kind, one that holds and one that does not."""
TOUCHED: tuple[Name, ...] = (ONE, TWO, (ORDERS, 7), (ORDERS, 8))


@pytest.mark.parametrize("lost", list(product((False, True), repeat=3)), ids=str)
def test_a_transaction_holds_for_all_or_for_none_and_names_the_first_that_did_not(
    world: World, lost: tuple[bool, ...]
) -> None:
    stocked(world)
    keep(world, ORDERS, 7, ALL_FIELDS[ORDERS, 7])
    before = world.records(*TOUCHED)
    writes = tuple(pair[which] for pair, which in zip(WRITES, lost, strict=True))
    assert do(world, Transaction(writes)) == (lost.index(True) if any(lost) else COMMITTED)
    after = (Record(2, stock(19)), None, before[2], Record(1, ALL_FIELDS[ORDERS, 7]))
    assert world.records(*TOUCHED) == (before if any(lost) else after)


@pytest.mark.parametrize("index", range(3))
def test_a_transaction_of_one_write_is_the_same(world: World, index: int) -> None:
    stocked(world)
    keep(world, ORDERS, 7, ALL_FIELDS[ORDERS, 7])
    holds, fails = WRITES[index]
    assert (do(world, Transaction((fails,))), do(world, Transaction((holds,)))) == (0, COMMITTED)
    assert do(world, Transaction((holds,))) == 0


def test_two_writes_of_one_record_are_an_error_and_leave_nothing(world: World) -> None:
    stocked(world)
    with pytest.raises(ValueError, match="two writes of one record"):
        do(world, Transaction((put(ONE, 1, 3), put(ONE, 2, 4))))
    assert world.records(ONE) == (Record(1, stock(20)),)


def test_who_deletes_and_makes_anew_begins_at_version_1(world: World) -> None:
    stocked(world)
    assert do(world, put(ONE, 1, 19))
    assert do(world, Transaction((Delete(*ONE, 2),))) == COMMITTED
    assert do(world, put(ONE, 2, 3)) is False
    assert do(world, Insert(*ONE, stock(4)))
    assert world.records(ONE) == (Record(1, stock(4)),)


def test_transactions_that_name_their_records_in_opposite_order_do_not_wait_for_each_other(world: World) -> None:
    """A hundred times: none is ever given up, and of each round one commits."""
    stocked(world)
    for number in range(1, 26):
        there = Transaction((put(ONE, number, number), put(TWO, number, number)))
        back = Transaction((put(TWO, number, number), put(ONE, number, number)))
        assert sorted(world.together(just(there), just(back), just(there), just(back))) == [COMMITTED, 0, 0, 0]


# -- locks


def locked(world: World, effect: Effect) -> Change:
    """What comes of an effect while somebody holds the first item and then writes 10 into it."""
    return world.while_locked((ONE,), just(effect), lambda record: (put(ONE, record.version, 10),))


def test_a_read_does_not_wait_for_a_lock_and_sees_what_stands(world: World) -> None:
    stocked(world)
    assert locked(world, Read((ONE, TWO))) == Change((Record(1, stock(20)), Record(1, stock(5))), waited=False)


def test_a_compare_and_set_does_not_wait_for_a_lock_it_fails(world: World) -> None:
    stocked(world)
    assert locked(world, put(ONE, 1, 7)) == Change(outcome=False, waited=False)
    assert world.records(ONE) == (Record(2, stock(10)),)


def test_a_transaction_waits_for_a_lock_and_then_finds_the_new_version(world: World) -> None:
    stocked(world)
    assert locked(world, Transaction((put(TWO, 1, 4), put(ONE, 1, 7)))) == Change(1, waited=True)
    assert world.records(ONE, TWO) == (Record(2, stock(10)), Record(1, stock(5)))


def test_so_does_a_transaction_of_one_write(world: World) -> None:
    stocked(world)
    assert locked(world, Transaction((put(ONE, 1, 7),))) == Change(0, waited=True)
    assert world.records(ONE) == (Record(2, stock(10)),)


def test_who_has_lost_before_the_lock_was_taken_loses(world: World) -> None:
    """In virtual time after a wait for the lock; PostgreSQL sees at once that nothing can come of it."""
    stocked(world)
    do(world, put(ONE, 1, 19))
    assert locked(world, Transaction((put(TWO, 1, 4), put(ONE, 1, 7)))).outcome == 1
    assert world.records(ONE, TWO) == (Record(3, stock(10)), Record(1, stock(5)))


def test_an_update_waits_for_a_lock_and_then_reads(world: World) -> None:
    stocked(world)
    adding = Update(
        (ONE,), lambda records: tuple(put(ONE, one.version, one.fields["stock"] + 1) for one in records if one)
    )
    assert locked(world, adding) == Change(COMMITTED, waited=True)
    assert world.records(ONE) == (Record(3, stock(11)),)


def test_who_works_on_another_record_is_not_kept(world: World) -> None:
    stocked(world)
    assert locked(world, Transaction((put(TWO, 1, 4),))) == Change(COMMITTED, waited=False)


# -- updates


def adding(*names: Name) -> Update:
    def change(records: tuple[Record | None, ...]) -> tuple[Write, ...]:
        return tuple(
            put(name, one.version, one.fields["stock"] + 1) for name, one in zip(names, records, strict=True) if one
        )

    return Update(names, change)


def test_updates_at_once_come_one_after_the_other_and_none_is_lost(world: World) -> None:
    stocked(world)
    assert world.together(*(just(adding(*pair)) for pair in ((ONE, TWO), (TWO, ONE)) * 4)) == [COMMITTED] * 8
    assert world.records(ONE, TWO) == (Record(9, stock(28)), Record(9, stock(13)))


def test_an_update_that_leaves_all_as_it_is_gives_its_locks_back(world: World) -> None:
    stocked(world)
    assert do(world, Update((ONE,), lambda records: None)) is None
    assert do(world, put(ONE, 1, 19)) is True


def test_an_update_may_only_write_what_it_has_locked(world: World) -> None:
    stocked(world)
    with pytest.raises(ValueError, match="writes what it has not locked"):
        do(world, Update((ONE,), lambda records: (put(TWO, 1, 4),)))
    assert world.records(ONE, TWO) == (Record(1, stock(20)), Record(1, stock(5)))


def test_updates_at_once_that_make_the_record_make_it_once(world: World) -> None:
    def sell() -> Update:
        def change(records: tuple[Record | None, ...]) -> tuple[Write, ...]:
            one = records[0]
            return (Insert(*ONE, stock(19)),) if one is None else (put(ONE, one.version, one.fields["stock"] - 1),)

        return Update((ONE,), change)

    assert world.together(*(just(sell()) for _ in range(6))) == [COMMITTED] * 6
    assert world.records(ONE) == (Record(6, stock(14)),)


# -- short locks, messages


def test_a_short_lock_has_one_holder_until_it_is_given_back_or_vanishes(world: World) -> None:
    taken = Insert(LOCKS, 4, {}, ttl=10 * SECOND)
    back = Transaction((Delete(LOCKS, 4, 1),))
    assert [do(world, effect) for effect in (taken, taken, back, back, taken)] == [True, False, COMMITTED, 0, True]
    assert do(world, Insert(LOCKS, 5, {}, ttl=60 * MS)) is True
    do(world, Sleep(80 * MS))
    assert do(world, Transaction((Delete(LOCKS, 5, 1),))) == 0
    assert do(world, Insert(LOCKS, 5, {}, ttl=10 * SECOND)) is True


def test_of_many_who_take_a_lock_at_once_one_does(world: World) -> None:
    outcomes = world.together(*(just(Insert(LOCKS, 4, {}, ttl=10 * SECOND)) for _ in range(8)))
    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_message_is_with_the_broker_as_often_as_it_was_published(world: World) -> None:
    first, second = AssignmentRequest(7, 1, 1), AssignmentRequest(7, 1, 2, (4,))
    for request in (second, first, first):
        assert do(world, Publish("assignment", 1, 7, request)) is None
    assert world.messages() == [first, first, second]
