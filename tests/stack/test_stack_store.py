"""Records, their past, and locks: all or nothing, versions, and first come, first served."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from stack_bench import MS

from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Delete, Insert, Record, Write, names_of
from swifteats_sim.engine.clock import Clock
from swifteats_sim.stack.locks import Locks
from swifteats_sim.stack.service import Process
from swifteats_sim.stack.store import Store

ITEM = ("items", 1)


def test_a_record_starts_at_version_one_and_every_write_is_the_next() -> None:
    store = Store()
    assert store.read(ITEM) is None
    assert store.apply([Insert("items", 1, {"stock": 5, "name": "soup"})]) == COMMITTED
    assert store.read(ITEM) == Record(1, {"stock": 5, "name": "soup"})
    assert store.apply([CompareAndSet("items", 1, 1, {"stock": 4})]) == COMMITTED
    assert store.read(ITEM) == Record(2, {"stock": 4, "name": "soup"})


def test_an_old_version_writes_nothing() -> None:
    store = Store()
    store.apply([Insert("items", 1, {"stock": 5})])
    store.apply([CompareAndSet("items", 1, 1, {"stock": 4})])
    assert store.apply([CompareAndSet("items", 1, 1, {"stock": 9})]) == 0
    assert store.apply([CompareAndSet("items", 1, 3, {"stock": 9})]) == 0
    assert store.apply([Delete("items", 1, 1)]) == 0
    assert store.read(ITEM) == Record(2, {"stock": 4})


def test_a_record_that_was_read_does_not_change_in_the_reader_s_hands() -> None:
    store = Store()
    store.apply([Insert("items", 1, {"stock": 5})])
    before = store.read(ITEM)
    store.apply([CompareAndSet("items", 1, 1, {"stock": 4})])
    assert before == Record(1, {"stock": 5})


def test_what_exists_cannot_be_inserted_and_what_does_not_cannot_be_changed() -> None:
    store = Store()
    store.apply([Insert("items", 1, {})])
    assert store.apply([Insert("items", 1, {})]) == 0
    assert store.apply([Delete("items", 2, 1)]) == 0
    assert store.apply([CompareAndSet("items", 2, 1, {})]) == 0
    assert store.apply([Delete("items", 1, 1)]) == COMMITTED
    assert store.apply([Insert("items", 1, {})]) == COMMITTED


def test_of_several_writes_the_first_that_does_not_hold_is_named_and_none_is_made() -> None:
    store = Store()
    store.apply([Insert("a", 1, {"n": 0}), Insert("b", 1, {"n": 0})])
    good, bad = CompareAndSet("a", 1, 1, {"n": 1}), CompareAndSet("b", 1, 9, {"n": 1})
    assert store.apply([good, bad, Delete("c", 1, 1)]) == 1
    assert store.read(("a", 1)) == Record(1, {"n": 0})
    assert store.apply([good, Insert("c", 1, {}), Delete("b", 1, 1)]) == COMMITTED
    assert [store.read((table, 1)) for table in "abc"] == [Record(2, {"n": 1}), None, Record(1, {})]


def test_two_writes_of_one_record_are_a_mistake() -> None:
    # A cart that names an item twice would otherwise take only its second line from the stock.
    store = Store()
    store.apply([Insert("items", 1, {"stock": 5})])
    line = CompareAndSet("items", 1, 1, {"stock": 4})
    with pytest.raises(ValueError, match="two writes of one record"):
        store.apply([line, line])


def test_all_watchers_of_a_table_hear_of_every_write_with_what_was_there_before() -> None:
    store, heard = Store(), list[tuple[str, Any, Record, Record | None]]()
    store.watch("a", lambda key, record, before: heard.append(("first", key, record, before)))
    store.watch("a", lambda key, record, before: heard.append(("second", key, record, before)))
    store.apply([Insert("a", 1, {"n": 0}), Insert("b", 1, {})])
    store.apply([CompareAndSet("a", 1, 7, {"n": 9})])
    store.apply([CompareAndSet("a", 1, 1, {"n": 1})])
    store.put(("a", 1), {"n": 5})
    new, changed, put = Record(1, {"n": 0}), Record(2, {"n": 1}), Record(3, {"n": 5})
    told = [(1, new, None), (1, changed, new), (1, put, changed)]
    assert heard == [(who, *what) for what in told for who in ("first", "second")]


def test_who_asks_hears_of_deletions_too() -> None:
    store, gone = Store(), list[tuple[Any, Record]]()
    store.watch("a", lambda key, record, before: None, gone=lambda key, record: gone.append((key, record)))
    store.apply([Insert("a", 1, {"n": 0}), Insert("a", 2, {"n": 2}), Insert("b", 1, {})])
    store.apply([Delete("a", 1, 9), Delete("b", 1, 1)])
    store.apply([Delete("a", 1, 1), Delete("b", 1, 1)])
    store.expire(("a", 2), Record(1, {"n": 0}))
    held = store.read(("a", 2))
    assert held is not None
    store.expire(("a", 2), held)
    assert gone == [(1, Record(1, {"n": 0})), (2, Record(1, {"n": 2}))]


def test_a_put_asks_for_no_version_and_keeps_the_fields_that_it_does_not_name() -> None:
    store = Store()
    store.put(ITEM, {"stock": 5, "name": "soup"})
    assert store.read(ITEM) == Record(1, {"stock": 5, "name": "soup"})
    store.put(ITEM, {"stock": 4})
    assert store.read(ITEM) == Record(2, {"stock": 4, "name": "soup"})


def test_a_write_that_leaves_the_version_lets_a_rival_write_over_it() -> None:
    store = Store()
    store.apply([Insert("items", 1, {"n": 0})])
    rivals = [CompareAndSet("items", 1, 1, {"n": n}, bump=False) for n in (1, 2)]
    assert [store.apply([rival]) for rival in rivals] == [COMMITTED, COMMITTED]
    assert store.read(ITEM) == Record(1, {"n": 2})


KEY = st.integers(0, 2)
WRITE = st.one_of(
    st.builds(Insert, st.just("t"), KEY, st.just({"n": 0})),
    st.builds(CompareAndSet, st.just("t"), KEY, st.integers(1, 3), st.just({"n": 1})),
    st.builds(Delete, st.just("t"), KEY, st.integers(1, 3)),
)
GROUPS = st.lists(st.lists(WRITE, min_size=1, max_size=3, unique_by=lambda write: write.key), max_size=15)


@settings(max_examples=200, deadline=None)
@given(GROUPS)
def test_any_history_of_writes_leaves_the_versions_of_a_plain_count(groups: list[list[Write]]) -> None:
    store, versions = Store(), dict[int, int]()
    for group in groups:
        expected = [
            (write.key not in versions)
            if isinstance(write, Insert)
            else versions.get(int(str(write.key))) == write.version
            for write in group
        ]
        outcome = store.apply(group)
        assert outcome == (expected.index(False) if False in expected else COMMITTED)
        if outcome == COMMITTED:
            for write in group:
                key = int(str(write.key))
                versions[key] = versions.get(key, 0) + getattr(write, "bump", True)
                if isinstance(write, Delete):
                    del versions[key]
        held = {key: record.version for key in range(3) if (record := store.read(("t", key)))}
        assert held == versions


def later(clock: Clock, duration: int) -> None:
    clock.run(until=clock.instant + duration)


def test_the_past_of_a_record_is_kept_as_far_back_as_a_replica_may_be_behind() -> None:
    clock, store = Clock(), Store()
    store.remember(clock, reach=100)
    for n in range(4):
        later(clock, 40)
        store.apply([Insert("items", 1, {"n": 0}) if n == 0 else CompareAndSet("items", 1, n, {"n": n})])
    # Written at 40, 80, 120 and 160; it is 160 now.
    past = {lag: store.read_past(ITEM, lag) for lag in (0, 1, 40, 41, 80, 81, 99, 100, 5000)}
    versions = {lag: record.version for lag, record in past.items() if record is not None}
    assert versions == {0: 4, 1: 3, 40: 3, 41: 2, 80: 2, 81: 1, 99: 1, 100: 1, 5000: 1}


def test_a_record_that_came_and_went_is_there_in_between_only() -> None:
    clock, store = Clock(), Store()
    store.remember(clock, reach=100)
    later(clock, 10)
    store.apply([Insert("items", 1, {})])
    later(clock, 10)
    store.apply([Delete("items", 1, 1)])
    later(clock, 10)
    assert [store.read_past(ITEM, lag) for lag in (5, 10, 15, 20, 25)] == [
        None,
        None,
        Record(1, {}),
        Record(1, {}),
        None,
    ]


def test_without_a_memory_the_past_is_what_stands() -> None:
    store = Store()
    store.apply([Insert("items", 1, {})])
    assert store.read_past(ITEM, 10**9) == Record(1, {})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), KEY), max_size=25), st.integers(0, 120))
def test_any_past_within_reach_is_that_of_a_plain_diary(writes: list[tuple[int, int]], lag: int) -> None:
    clock, store = Clock(), Store()
    store.remember(clock, reach=120)
    diary: dict[int, list[int]] = {0: [], 1: [], 2: []}
    for pause, key in writes:
        if pause:
            later(clock, pause)
        count = len(diary[key])
        store.apply([CompareAndSet("t", key, count, {}) if count else Insert("t", key, {})])
        diary[key].append(clock.instant)
    for key, instants in diary.items():
        version = sum(instant <= clock.instant - lag for instant in instants)
        record = store.read_past(("t", key), lag)
        assert (record.version if record else 0) == version


def test_the_records_of_a_transaction_are_named_once_each() -> None:
    writes = Insert("b", 1, {}), CompareAndSet("a", 2, 1, {}), Delete("b", 1, 1)
    assert names_of(writes) == [("b", 1), ("a", 2)]


class Holders:
    """Processes that hold records for a while, and a log of when each had all of its own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.locks = Locks(self.clock)
        self.log: list[tuple[str, int, int]] = []

    def hold(self, who: str, at: int, names: Sequence[tuple[str, int]], duration: int) -> None:
        def process() -> Process:
            yield self.clock.sleep(at)
            yield from self.locks.acquire(names)
            start = self.clock.instant
            yield self.clock.sleep(duration)
            self.log.append((who, start, self.clock.instant))
            self.locks.release(names)

        self.clock.process(process())


A, B, C = ("t", 1), ("t", 2), ("t", 3)


def test_waiters_get_a_record_in_the_order_they_came() -> None:
    holders = Holders()
    for who, at in [("first", 0), ("third", 2), ("second", 1), ("later", 40)]:
        holders.hold(who, at, [A], 10)
    holders.clock.run()
    assert holders.log == [("first", 0, 10), ("second", 10, 20), ("third", 20, 30), ("later", 40, 50)]
    assert not holders.locks.is_held(A)


def test_a_record_passes_to_its_waiter_without_being_free_in_between() -> None:
    holders, seen = Holders(), list[bool]()
    holders.hold("first", 0, [A], 10)
    holders.hold("second", 1, [A], 10)
    release = holders.locks.release

    def watched(names: Sequence[tuple[str, int]]) -> None:
        release(names)
        seen.append(holders.locks.is_held(A))

    holders.locks.release = watched  # type: ignore[method-assign,assignment]
    holders.clock.run()
    assert seen == [True, False]


def test_other_records_do_not_wait() -> None:
    holders = Holders()
    holders.hold("a", 0, [A], 10)
    holders.hold("b", 1, [B], 3)
    holders.clock.run()
    assert holders.log == [("b", 1, 4), ("a", 0, 10)]


def test_crossing_records_never_stop_each_other_for_good() -> None:
    # Taken in the order of the writes, this would end with one holding A and waiting for B, the other the reverse.
    holders = Holders()
    holders.hold("c alone", 0, [C], 10)
    holders.hold("a, c, b", 1, [A, C, B], 10)
    holders.hold("b, a", 2, [B, A], 10)
    holders.clock.run()
    assert holders.log == [("c alone", 0, 10), ("a, c, b", 10, 20), ("b, a", 20, 30)]


@pytest.mark.parametrize("at", [5, 10], ids=["in line", "as its turn comes"])
def test_who_is_interrupted_waiting_leaves_the_line_and_gives_back_what_it_had(at: int) -> None:
    holders = Holders()
    clock = holders.clock

    def waiting() -> Process:
        yield clock.sleep(1)
        try:
            yield from holders.locks.acquire([A, B])
        except simpy.Interrupt:
            holders.log.append(("interrupted", clock.instant, clock.instant))

    def killer(victim: simpy.Process) -> Process:
        yield clock.sleep(at - 1)
        yield clock.sleep(1)  # scheduled so late that the record is handed over before
        assert holders.locks.is_held(B)
        victim.interrupt()

    holders.hold("first", 0, [B], 10)
    victim = clock.process(waiting())
    clock.process(killer(victim))
    holders.hold("behind", 2, [B], 3)
    holders.hold("other", 3, [A], 4)
    clock.run()
    assert sorted(holders.log) == [
        ("behind", 10, 13), ("first", 0, 10), ("interrupted", at, at), ("other", at, at + 4),
    ]  # fmt: skip
    assert not any(holders.locks.is_held(name) for name in (A, B))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.lists(st.integers(0, 4), min_size=1, unique=True)), max_size=15))
def test_everyone_gets_all_records_at_last_and_nobody_shares_one(wishes: list[tuple[int, list[int]]]) -> None:
    holders = Holders()
    for number, (at, keys) in enumerate(wishes):
        holders.hold(str(number), at * MS, [("t", key) for key in keys], 7 * MS)
    holders.clock.run()
    assert sorted(int(who) for who, _, _ in holders.log) == list(range(len(wishes)))
    for key in range(5):
        spans = sorted((start, end) for who, start, end in holders.log if key in wishes[int(who)][1])
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
        assert not holders.locks.is_held(("t", key))


def test_who_grabs_has_all_records_at_once_or_none() -> None:
    locks = Locks(Clock())
    one, two, three = ("items", 1), ("items", 2), ("orders", 1)
    assert locks.grab((two, one))
    assert not locks.grab((three, two)), "one of them is held"
    assert [locks.is_held(name) for name in (one, two, three)] == [True, True, False]
    locks.release((one, two))
    assert locks.grab((three, two))
