"""The effect runner on exact timelines: when an effect reads, when it writes, what waits and what fails.

Instants are ms of virtual time. Unless a test says otherwise an effect takes 10 ms, a payment 100, a search 50.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from stack_bench import LONG, MS, SECOND, Bench, desk, fixed, found

from swifteats_sim.domain.delivery import report
from swifteats_sim.domain.effects import (
    COMMITTED,
    CallPayment,
    CompareAndSet,
    Delete,
    Effect,
    FindDrivers,
    Insert,
    Publish,
    Put,
    Read,
    Record,
    Rule,
    Sleep,
    Transaction,
    Unavailable,
    Update,
    Write,
)
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import Cart
from swifteats_sim.domain.orders import create_order, pay_order
from swifteats_sim.domain.states import DriverState, IllegalMove, OrderState
from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.engine.sources import Periodic
from swifteats_sim.engine.station import Station
from swifteats_sim.engine.steps import End, Visit
from swifteats_sim.engine.streaming import Connections, Spread
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.costs import Cost, Costs, Delay, cost
from swifteats_sim.stack.service import PART, Caller

ITEM = ("items", 1)
READ = Read((ITEM,))


def just(effect: Effect) -> Rule[Any]:
    """A rule of one effect."""
    return (yield effect)


def put(version: int, n: int, key: int = 1) -> CompareAndSet:
    return CompareAndSet("items", key, version, {"n": n})


def stocked(bench: Bench, *keys: int) -> Bench:
    for key in keys or (1,):
        bench.store.apply([Insert("items", key, {"n": 0})])
    return bench


def commits(bench: Bench) -> list[tuple[float, int]]:
    """(ms, version) of every write to `items`, as it happens."""
    heard = list[tuple[float, int]]()
    bench.store.watch("items", lambda key, record, _: heard.append((bench.clock.instant / MS, record.version)))
    return heard


def test_a_read_sees_the_records_as_its_service_begins() -> None:
    bench = stocked(Bench(desk(servers=1)))
    bench.at(0, "early", just(READ))
    bench.at(1 * MS, "queued", just(READ))
    bench.do(5 * MS, lambda: bench.store.apply([put(1, 7)]))
    bench.do(15 * MS, lambda: bench.store.apply([put(2, 8)]))
    bench.run()
    assert bench.timeline() == [
        (10.0, "early", (Record(1, {"n": 0}),)),
        (20.0, "queued", (Record(2, {"n": 7}),)),
    ]  # fmt: skip


def test_one_read_of_several_records_answers_in_their_order_with_none_for_missing_ones() -> None:
    bench = stocked(Bench(), 1, 2)
    bench.at(0, "reader", just(Read((("items", 2), ("items", 9), ("items", 1)))))
    bench.run()
    record = Record(1, {"n": 0})
    assert bench.timeline() == [(10.0, "reader", (record, None, record))]


@pytest.mark.parametrize(
    ("effect", "outcome"), [(put(1, 7), True), (Transaction((put(1, 7),)), COMMITTED)], ids=["set", "transaction"]
)
def test_a_write_lands_when_its_service_is_complete(effect: Effect, outcome: object) -> None:
    bench = stocked(Bench())
    heard = commits(bench)
    bench.at(3 * MS, "writer", just(effect))
    bench.run()
    assert heard == [(13.0, 2)]
    assert bench.timeline() == [(13.0, "writer", outcome)]


def test_an_insert_lands_when_its_service_is_complete_and_a_second_one_fails() -> None:
    bench = Bench()
    heard = commits(bench)
    bench.at(0, "first", just(Insert("items", 1, {})))
    bench.at(1 * MS, "second", just(Insert("items", 1, {})))
    bench.run()
    assert heard == [(10.0, 1)]
    assert bench.timeline() == [(10.0, "first", True), (11.0, "second", False)]


def test_of_two_who_read_the_same_version_the_first_to_complete_wins() -> None:
    bench = stocked(Bench())
    bench.at(1 * MS, "later", just(put(1, 7)))
    bench.at(0, "sooner", just(put(1, 8)))
    bench.run()
    assert bench.timeline() == [(10.0, "sooner", True), (11.0, "later", False)]
    assert bench.store.read(ITEM) == Record(2, {"n": 8})


def test_a_compare_and_set_never_waits_for_a_lock_it_fails() -> None:
    bench = stocked(Bench(compare_and_set=5))
    bench.at(0, "transaction", just(Transaction((Insert("other", 1, {}), put(7, 1)))))
    bench.at(2 * MS, "locked out", just(put(1, 7)))
    bench.at(20 * MS, "after", just(put(1, 8)))
    bench.run()
    # Its version was right; the transaction that held the record failed at 10 and changed nothing.
    assert bench.timeline() == [(7.0, "locked out", False), (10.0, "transaction", 1), (25.0, "after", True)]
    assert bench.store.read(("other", 1)) is None


def test_a_transaction_waits_for_the_lock_and_then_finds_the_new_version() -> None:
    bench = stocked(Bench())
    bench.at(0, "holder", just(Transaction((put(1, 1),))))
    bench.at(2 * MS, "stale", just(Transaction((put(1, 2),))))
    bench.at(3 * MS, "aware", just(Transaction((put(2, 3),))))
    bench.run()
    assert bench.timeline() == [(10.0, "holder", COMMITTED), (20.0, "stale", 0), (30.0, "aware", COMMITTED)]
    assert bench.store.read(ITEM) == Record(3, {"n": 3})
    assert bench.runner.counts == {"items_tries": 3, "items_conflicts": 1, "items_waits": 2}


def test_a_transaction_is_not_in_service_while_it_waits_for_a_lock() -> None:
    bench = stocked(Bench(desk(servers=2)))
    bench.at(0, "holder", just(Transaction((put(1, 1),))))
    bench.at(1 * MS, "waiter", just(Transaction((put(2, 2),))))
    bench.at(2 * MS, "reader", just(READ))
    bench.run()
    assert [(at, who) for at, who, _ in bench.timeline()] == [(10.0, "holder"), (12.0, "reader"), (20.0, "waiter")]


def test_transactions_with_crossing_records_go_one_after_the_other() -> None:
    bench = stocked(Bench(), 1, 2, 3)
    bench.at(0, "third alone", just(Transaction((put(1, 1, key=3),))))
    bench.at(1 * MS, "first, third, second", just(Transaction((put(1, 2), put(2, 2, key=3), put(1, 2, key=2)))))
    bench.at(2 * MS, "second, first", just(Transaction((put(2, 3, key=2), put(2, 3)))))
    bench.run()
    assert bench.timeline() == [
        (10.0, "third alone", COMMITTED), (20.0, "first, third, second", COMMITTED), (30.0, "second, first", COMMITTED),
    ]  # fmt: skip


def test_a_message_is_in_the_topic_once_the_broker_has_served_it() -> None:
    bench = Bench()
    bench.at(5 * MS, "publisher", just(Publish("assignment", 1, 7, "hello")))
    bench.run()
    assert bench.timeline() == [(15.0, "publisher", None)]
    assert [list(log) for log in bench.topic.logs] == [[], [(15 * MS, "hello")]]


def test_a_payment_is_asked_once_its_call_returns() -> None:
    asked = list[tuple[float, int, int]]()

    def pays(order: int, attempt: int) -> bool:
        asked.append((bench.clock.instant / MS, order, attempt))
        return attempt == 1

    bench = Bench(pays=pays)
    bench.at(0, "declined", just(CallPayment(7, 0)))
    bench.at(0, "paid", just(CallPayment(7, 1)))
    bench.run()
    assert asked == [(100.0, 7, 0), (100.0, 7, 1)]
    assert bench.timeline() == [(100.0, "declined", False), (100.0, "paid", True)]


def test_a_search_finds_who_is_there_when_its_service_begins() -> None:
    searched = list[tuple[float, int]]()

    def search(order: int) -> Any:
        searched.append((bench.clock.instant / MS, order))
        return found({order: 0})

    bench = Bench(desk(servers=1), search=search)
    bench.at(0, "first", just(FindDrivers(7)))
    bench.at(1 * MS, "second", just(FindDrivers(8)))
    bench.run()
    assert searched == [(0.0, 7), (50.0, 8)]
    assert [(at, who, outcome.drivers.tolist()) for at, who, outcome in bench.timeline()] == [
        (50.0, "first", [7]), (100.0, "second", [8]),
    ]  # fmt: skip


def test_a_rule_sleeps_without_occupying_anyone() -> None:
    bench = stocked(Bench(desk(servers=1)))
    bench.at(0, "sleeper", just(Sleep(25 * MS)))
    bench.at(0, "reader", just(READ))
    bench.run()
    assert [(at, who) for at, who, _ in bench.timeline()] == [(10.0, "reader"), (25.0, "sleeper")]


def careful() -> Rule[str]:
    """Reads, and makes do where the database is full."""
    try:
        yield READ
    except Unavailable as refusal:
        yield Sleep(5 * MS)
        return f"without {refusal}"
    return "read"


def test_a_full_queue_is_thrown_into_the_rule_which_may_go_on() -> None:
    bench = Bench(desk(servers=1, limit=0))
    bench.at(0, "in time", careful())
    bench.at(3 * MS, "too late", careful())
    bench.run()
    assert bench.timeline() == [(8.0, "too late", "without desk"), (10.0, "in time", "read")]


def test_a_full_queue_that_a_rule_does_not_expect_ends_it() -> None:
    bench, closed = Bench(desk(servers=1, limit=0)), list[float]()

    def rule() -> Rule[None]:
        try:
            yield READ
        finally:
            closed.append(bench.clock.instant / MS)

    def caught() -> Any:
        try:
            return (yield from bench.runner.perform(rule(), Caller(0)))
        except Unavailable as refusal:
            return f"refused by {refusal}"

    bench.at(0, "in time", just(READ))
    bench.follow(3 * MS, "refused", caught)
    bench.run()
    assert bench.timeline()[0] == (3.0, "refused", "refused by desk")
    assert closed == [3.0]


def test_who_insists_tries_the_same_effect_again_every_second() -> None:
    bench = stocked(Bench(desk(servers=1, limit=0), call_payment=2500))
    bench.at(0, "payer", just(CallPayment(7, 0)))
    bench.at(500 * MS, "insisting", just(READ), insist=True)
    bench.run()
    # Refused at 500 and at 1500; at 2500 the payer has just left.
    assert bench.timeline() == [(2500.0, "payer", True), (2510.0, "insisting", (Record(1, {"n": 0}),))]
    assert bench.station.usage.rejected == 2


def test_a_transaction_refused_by_a_full_queue_keeps_no_lock() -> None:
    bench = stocked(Bench(desk(servers=1, limit=0)))
    bench.at(0, "reader", just(READ))
    bench.at(1 * MS, "insisting", just(Transaction((put(1, 1),))), insist=True)
    bench.do(2 * MS, lambda: bench.done.append((bench.clock.instant, "held", bench.runner.locks.is_held(ITEM))))
    bench.run()
    assert [entry[1:] for entry in bench.timeline()] == [
        ("held", False), ("reader", (Record(1, {"n": 0}),)), ("insisting", COMMITTED),
    ]  # fmt: skip
    assert bench.timeline()[-1][0] == 1011.0


def test_an_effect_s_duration_has_the_address_of_its_rule_s_occasion_and_of_its_place_in_the_rule() -> None:
    law = Law([("exponential", (0.01,), ())], 0.01)
    bench = Bench(laws={"read": law})

    def twice() -> Rule[None]:
        yield READ
        yield Sleep(0)
        yield READ

    bench.at(0, "rule", twice(), Caller(entity=8, occasion=3))
    bench.run()
    stream = bench.streams("read")
    first, second = (law.draw_ns(stream, 8, 3, number) for number in (0, 2))
    assert bench.done == [(first + second, "rule", None)]
    assert first != second


def with_flow(period: int) -> tuple[Bench, Flow]:
    """A bench whose one server also serves a flow: a job of 8 ms every `period`, from 2 ms on."""
    station = desk(servers=1)
    steps = Visit(station, fixed(8), Stream(1, 0, "fixes")), End()
    flow = Flow("fixes", steps, (0, LONG), sampled=1)
    loop = Loop((flow,), {0: Periodic(period, array("q", [2 * MS]))})
    loop.switch_on(0, 0, 0)
    return Bench(station, loop), flow


def test_an_effect_queues_behind_the_flow_s_jobs_that_came_before_it_and_the_later_ones_behind_it() -> None:
    bench, flow = with_flow(period=10 * MS)
    bench.at(5 * MS, "reader", just(READ))
    bench.run(until=100 * MS)
    bench.loop.advance(33 * MS)
    # The flow's job of 2 is served till 10, the read till 20; the job of 12 waits for it, that of 22 for that one.
    assert bench.timeline() == [(20.0, "reader", (None,))]
    assert [(born / MS, done / MS) for _, born, done in flow.sample] == [(2.0, 10.0), (12.0, 28.0)]


def test_an_effect_goes_before_the_flow_s_job_of_the_same_instant() -> None:
    bench, flow = with_flow(period=SECOND)
    bench.at(2 * MS, "reader", just(READ))
    bench.run(until=100 * MS)
    bench.loop.advance(100 * MS)
    assert bench.timeline() == [(12.0, "reader", (None,))]
    assert [(born / MS, done / MS) for _, born, done in flow.sample] == [(2.0, 20.0)]


STREAM = Stream(1, 0, "costs")


def visit(ms: float, at: Station | None = None, **terms: Any) -> Cost:
    lag = terms.pop("lag", None)
    return cost(Loop((), {}), Errand(at or desk(), fixed(ms), STREAM, shared=False, **terms), lag)


def priced(kind: str, *costs: Cost | Delay, **bench: Any) -> Bench:
    """A bench where effects of one kind cost this."""
    parts: dict[str, Costs] = {kind: costs}
    return Bench(costs=parts, **bench)


def test_an_effect_may_visit_several_stations_with_delays_between_and_writes_when_all_is_done() -> None:
    proxy, database = desk(servers=1), desk(servers=1)
    bench = stocked(priced("compare_and_set", visit(2, proxy), Delay(fixed(3), STREAM), visit(20, database)))
    heard = commits(bench)
    bench.at(0, "first", just(put(1, 7)))
    bench.at(1 * MS, "second", just(put(2, 8)))
    bench.run()
    # The second leaves the proxy at 4, and waits at the database from 7 on, till 25.
    assert heard == [(25.0, 2), (45.0, 3)]
    assert bench.timeline() == [(25.0, "first", True), (45.0, "second", True)]


def test_a_read_sees_the_records_as_its_first_service_begins_whatever_comes_before_and_after() -> None:
    costs = Delay(fixed(4), STREAM), visit(2), Delay(fixed(3), STREAM), visit(20)
    bench = stocked(priced("read", *costs))
    bench.do(4 * MS - 1, lambda: bench.store.apply([put(1, 7)]))
    bench.do(4 * MS + 1, lambda: bench.store.apply([put(2, 8)]))
    bench.at(0, "reader", just(READ))
    bench.run()
    assert bench.timeline() == [(29.0, "reader", (Record(2, {"n": 7}),))]


def test_the_parts_of_an_effect_have_draws_of_their_own_and_the_first_keeps_its_address() -> None:
    law = Law([("exponential", (0.01,), ())], 0.01)
    part = cost(Loop((), {}), Errand(desk(), law, STREAM, shared=False))
    bench = priced("insert", part, Delay(law, STREAM), part)
    bench.at(0, "rule", just(Insert("items", 1, {})), Caller(8, 3))
    bench.run()
    drawn = [law.draw_ns(STREAM, 8, 3, part * PART) for part in range(3)]
    assert bench.done == [(sum(drawn), "rule", True)]
    assert len(set(drawn)) == 3


def test_the_place_on_the_path_of_orders_is_part_of_the_address() -> None:
    law = Law([("exponential", (0.01,), ())], 0.01)
    bench = Bench(laws={"insert": law})
    bench.at(0, "rule", just(Insert("items", 1, {})), Caller(8, 3, place=77))
    bench.run()
    assert bench.done == [(law.draw_ns(bench.streams("insert"), 8, 3, 0, 77), "rule", True)]


def test_a_service_may_take_longer_by_what_is_asked_at_its_arrival() -> None:
    clients = [5]
    bench = priced("insert", visit(10, scan=Connections(Spread(scan=MS), clients, STREAM)))
    bench.at(0, "few", just(Insert("items", 1, {})))
    bench.do(1 * MS, lambda: clients.append(clients.pop() * 4))
    bench.at(2 * MS, "many", just(Insert("items", 2, {})))
    bench.run()
    assert bench.timeline() == [(15.0, "few", True), (32.0, "many", True)]


def test_who_waits_longer_than_its_patience_is_refused_when_it_is_over() -> None:
    station = desk(servers=1)
    bench = priced("read", visit(10, station, patience=(fixed(6), STREAM)))
    for start in (0, 3, 4, 5):
        bench.at(start * MS, str(start), careful())
    bench.run()
    # At 3 and at 5 there are more than 6 ms to wait; at 4 exactly 6. The impatient ones go on without for 5.
    assert bench.timeline() == [
        (10.0, "0", "read"), (14.0, "3", "without desk"), (16.0, "5", "without desk"), (20.0, "4", "read"),
    ]  # fmt: skip
    assert station.usage.abandoned == 2


def test_a_transaction_keeps_its_locks_while_it_waits_and_gives_them_back_when_its_patience_is_over() -> None:
    station = desk(servers=1)
    bench = stocked(priced("transaction", visit(10, station, patience=(fixed(6), STREAM))))
    station.visit(0, 30 * MS)
    bench.at(0, "impatient", just(Transaction((put(1, 7),))), insist=True)
    held = list[bool]()
    for ms in (5, 7):
        bench.do(ms * MS, lambda: held.append(bench.runner.locks.is_held(ITEM)))
    bench.run()
    assert held == [True, False]
    # It gave up at 6 and came back a second later.
    assert bench.timeline() == [(1016.0, "impatient", COMMITTED)]


def replica(lag: Law, **bench: Any) -> Bench:
    """Reads are served by a replica."""
    return stocked(priced("read", visit(10, lag=(lag, STREAM)), **bench))


def test_a_replica_shows_the_records_as_they_were_a_lag_ago() -> None:
    bench = replica(fixed(50))
    for ms, version in [(10, 1), (20, 2), (80, 3)]:
        bench.do(ms * MS, lambda version=version: bench.store.apply([put(version, version)]))  # type: ignore[misc]
    reads = {59: 1, 61: 2, 69: 2, 71: 3, 129: 3, 131: 4}
    for ms in reads:
        bench.at(ms * MS, str(ms), just(READ))
    bench.run()
    assert {int(who): outcome[0].version for _, who, outcome in bench.timeline()} == reads
    # At 71 the newest is still the third, which the replica shows.
    assert bench.runner.counts["stale_reads"] == 4


def test_a_write_is_at_the_replica_exactly_a_lag_later() -> None:
    bench = replica(fixed(50))
    bench.do(10 * MS, lambda: bench.store.apply([put(1, 7)]))
    for instant in (60 * MS - 1, 60 * MS):
        bench.at(instant, str(instant), just(READ))
    bench.run()
    assert [outcome[0].version for _, _, outcome in bench.timeline()] == [1, 2]


def test_a_replica_does_not_show_yet_what_was_inserted_and_still_shows_what_was_deleted() -> None:
    bench = replica(fixed(50))
    bench.do(100 * MS, lambda: bench.store.apply([Insert("items", 2, {"n": 5}), Delete("items", 1, 1)]))
    for ms in (149, 151):
        bench.at(ms * MS, str(ms), just(Read((ITEM, ("items", 2)))))
    bench.run()
    assert [outcome for _, _, outcome in bench.timeline()] == [(Record(1, {"n": 0}), None), (None, Record(1, {"n": 5}))]
    assert bench.runner.counts["stale_reads"] == 1


def increment() -> Rule[int]:
    """Adds one, and counts its tries."""
    tries = 0
    while True:
        tries += 1
        (record,) = yield READ
        if (yield put(record.version, record.fields["n"] + 1)):
            return tries


@pytest.mark.parametrize(("lag", "tries"), [(0, 1), (35, 3)])
def test_who_writes_by_what_a_replica_showed_fails_until_the_replica_has_caught_up(lag: int, tries: int) -> None:
    bench = replica(fixed(lag))
    bench.do(100 * MS, lambda: bench.store.apply([put(1, 10)]))
    bench.at(101 * MS, "writer", increment())
    bench.run()
    # Reads at 101, 121 and 141: the write of 100 is at the replica from 135 on.
    assert bench.timeline() == [(101 + 20 * tries, "writer", tries)]
    assert bench.store.read(ITEM) == Record(3, {"n": 11})
    assert bench.runner.counts["stale_reads"] == tries - 1


NEWEST = READ._replace(newest=True)


def test_a_read_of_the_newest_shows_what_stands_and_is_not_stale() -> None:
    bench = replica(fixed(50))
    bench.do(60 * MS, lambda: bench.store.apply([put(1, 7)]))
    bench.at(61 * MS, "old", just(READ))
    bench.at(61 * MS, "newest", just(NEWEST))
    bench.run()
    assert bench.timeline() == [(71.0, "old", (Record(1, {"n": 0}),)), (71.0, "newest", (Record(2, {"n": 7}),))]
    assert bench.runner.counts["stale_reads"] == 1


def test_a_read_of_the_newest_is_served_where_writes_land_and_takes_as_long_as_any_read() -> None:
    bench = stocked(priced("read", visit(4, lag=(fixed(50), STREAM)), station=desk(servers=1)))
    bench.at(100 * MS, "writer", just(put(1, 7)))
    bench.at(101 * MS, "replica", just(READ))
    bench.at(102 * MS, "primary", just(NEWEST))
    bench.run()
    # At the primary it waits for the writer till 110, and sees what that has written.
    assert bench.timeline() == [
        (105.0, "replica", (Record(1, {"n": 0}),)), (110.0, "writer", True), (114.0, "primary", (Record(2, {"n": 7}),)),
    ]  # fmt: skip


def test_of_a_read_s_parts_only_the_replica_s_moves_to_the_primary() -> None:
    """A proxy, and then the replica; a write passes the proxy too and lands in the database."""
    proxy, database, behind = desk(servers=1), desk(servers=1), desk(servers=1)
    costs: dict[str, Costs] = {
        "read": (visit(2, proxy), Delay(fixed(1), STREAM), visit(20, behind, lag=(fixed(50), STREAM))),
        "compare_and_set": (visit(2, proxy), visit(5, database)),
    }
    bench = stocked(Bench(costs=costs))
    bench.at(0, "newest", just(NEWEST))
    bench.run()
    assert bench.timeline() == [(23.0, "newest", (Record(1, {"n": 0}),))]
    assert [station.usage.visits for station in (proxy, database, behind)] == [1, 1, 0]


def test_without_a_replica_a_read_of_the_newest_is_a_read() -> None:
    plain, newest = stocked(Bench(desk(servers=1))), stocked(Bench(desk(servers=1)))
    for bench, read in ((plain, READ), (newest, NEWEST)):
        for ms in (0, 3):
            bench.at(ms * MS, str(ms), just(read))
        bench.run()
    record = Record(1, {"n": 0})
    assert plain.timeline() == newest.timeline() == [(10.0, "0", (record,)), (20.0, "3", (record,))]


def moving(state: DriverState, lag: float = 50) -> Bench:
    """Driver 9, in this state; the replica is so far behind."""
    bench = replica(fixed(lag))
    bench.store.apply([Insert("drivers", 9, {"state": state, "order": 7})])
    return bench


def test_a_driver_s_second_report_finds_the_first_at_the_primary() -> None:
    def reports() -> Rule[None]:
        yield from report(Held(7, 9), DriverState.ON_WAY_TO_RESTAURANT)
        yield from report(Held(7, 9), DriverState.AT_RESTAURANT)

    bench = moving(DriverState.ORDER_ASSIGNED)
    bench.at(100 * MS, "driver", reports())
    bench.run()
    # Written at 120; the replica still shows the first state, which is read at 130; the primary at 140; written at 150.
    assert bench.timeline() == [(150.0, "driver", None)]
    assert bench.store.read(("drivers", 9)) == Record(3, {"state": DriverState.AT_RESTAURANT, "order": 7})
    assert bench.runner.counts["stale_reads"] == 1


def test_a_move_that_is_illegal_is_an_error_with_a_replica_too() -> None:
    bench = moving(DriverState.AVAILABLE)
    bench.at(100 * MS, "driver", report(Held(7, 9), DriverState.AT_RESTAURANT))
    with pytest.raises(IllegalMove, match="a driver cannot go from available to at_restaurant"):
        bench.run()
    assert bench.clock.instant == 120 * MS


@pytest.mark.parametrize(("lag", "paid"), [(50, 230.0), (500, 240.0)], ids=["there in time", "not there yet"])
def test_an_order_that_is_not_at_the_replica_yet_is_paid_by_what_the_primary_shows(lag: float, paid: float) -> None:
    def ordered() -> Rule[Any]:
        yield from create_order(Cart(7, 0, 3, ()))
        return (yield from pay_order(Cart(7, 0, 3, ()), attempts=1))

    bench = replica(fixed(lag))
    bench.at(100 * MS, "order", ordered())
    bench.run()
    # Created at 110, the gateway says yes at 210: by then the order is 100 ms old. A read, or two, and a write.
    assert bench.timeline() == [(paid, "order", None)]
    order = bench.store.read(("orders", 7))
    assert order is not None
    assert order.fields["state"] == OrderState.ORDER_RECEIVED


def in_transaction(version: int, n: int) -> Transaction:
    return Transaction((put(version, n),))


@pytest.mark.parametrize("write", [put, in_transaction], ids=["set", "transaction"])
def test_who_loses_at_no_cost_tries_again_a_millisecond_later(write: Callable[[int, int], Effect]) -> None:
    def rule() -> Rule[int]:
        for tries in count(1):
            (record,) = yield READ
            if (yield write(record.version, record.fields["n"] + 1)) in (True, COMMITTED):
                return tries
        raise AssertionError("counting has no end")

    lagging = visit(0, lag=(fixed(30), STREAM))
    bench = stocked(priced("read", lagging, compare_and_set=0, transaction=0))
    bench.do(100 * MS, lambda: bench.store.apply([put(1, 10)]))
    bench.at(100 * MS, "writer", rule())
    bench.run()
    # At 100, 101, ... 129 in vain: the write of 100 is at the replica from 130 on.
    assert bench.timeline() == [(130.0, "writer", 31)]
    assert bench.store.read(ITEM) == Record(3, {"n": 11})


def test_who_costs_nothing_does_not_try_for_ever_while_somebody_else_holds_the_lock() -> None:
    bench = stocked(Bench(read=0, compare_and_set=0))
    bench.at(0, "holder", just(Transaction((put(1, 5),))))
    bench.at(4 * MS + 1, "writer", increment())
    bench.run()
    # Tries 1 ns after 4, 5, ... 10.
    assert bench.done == [(10 * MS, "holder", COMMITTED), (10 * MS + 1, "writer", 7)]


def test_who_loses_after_a_time_loses_no_more_of_it() -> None:
    bench = stocked(Bench(compare_and_set=2, transaction=3))
    bench.at(0, "set", just(put(9, 7)))
    bench.at(0, "transaction", just(Transaction((put(9, 7, key=2),))))
    bench.run()
    assert bench.timeline() == [(2.0, "set", False), (3.0, "transaction", 0)]


def test_no_version_is_lost_or_counted_stale_where_reads_do_not_lag() -> None:
    bench = stocked(Bench())
    bench.do(5 * MS, lambda: bench.store.apply([put(1, 7)]))
    bench.at(6 * MS, "reader", just(READ))
    bench.run()
    assert bench.timeline() == [(16.0, "reader", (Record(2, {"n": 7}),))]
    assert bench.runner.counts["stale_reads"] == 0


def election(at: int, lasting: int, unsafe: int = 0) -> Bench:
    leaders = Leaders(((at * MS, lasting * MS),), unsafe * MS)
    return Bench(topic=Topic("assignment", (1, 1), "round_robin", traffic=Traffic(0, LONG), leaders=leaders))


def test_who_publishes_waits_for_the_new_leader() -> None:
    bench = election(at=12, lasting=30)
    for ms in (0, 5, 32, 33):
        bench.at(ms * MS, str(ms), just(Publish("assignment", 0, 7, ms)))
    bench.run()
    assert bench.timeline() == [(10.0, "0", None), (42.0, "5", None), (42.0, "32", None), (43.0, "33", None)]
    assert [(at / MS, message) for at, message in bench.topic.logs[0]] == [(10, 0), (42, 5), (42, 32), (43, 33)]


def test_only_who_waits_on_the_path_of_an_order_keeps_a_customer_waiting() -> None:
    bench = election(at=12, lasting=30)
    for who, place in (("relay", 0), ("order", 3)):
        bench.at(5 * MS, who, just(Publish("assignment", 0, 7, who)), Caller(7, place=place))
    bench.run()
    assert bench.timeline() == [(42.0, "relay", None), (42.0, "order", None)]
    assert (bench.runner.counts["leader_waits"], bench.runner.counts["leader_waited"]) == (1, 27 * MS)


def test_who_published_hears_nothing_of_a_message_that_died_with_its_leader() -> None:
    bench = election(at=12, lasting=30, unsafe=5)
    bench.at(0, "publisher", just(Publish("assignment", 0, 7, "hello")))
    bench.run()
    assert bench.timeline() == [(10.0, "publisher", None)]
    assert not bench.topic.logs[0]
    assert bench.topic.traffic.lost == 1


def test_a_put_lands_whatever_has_been_written_meanwhile() -> None:
    bench = stocked(Bench())
    bench.at(0, "slow", just(Transaction((put(1, 1),))))
    bench.at(5 * MS, "blind", just(Put("items", 1, {"n": 9})))
    bench.at(5 * MS, "new", just(Put("items", 2, {"n": 3})))
    bench.run()
    assert bench.timeline() == [(10.0, "slow", COMMITTED), (15.0, "blind", None), (15.0, "new", None)]
    assert bench.store.read(ITEM) == Record(3, {"n": 9})
    assert bench.store.read(("items", 2)) == Record(1, {"n": 3})


def test_a_put_never_waits_for_a_lock_and_the_transaction_that_holds_it_finds_another_version() -> None:
    bench = stocked(Bench(compare_and_set=2))
    bench.at(0, "holder", just(Transaction((put(1, 1),))))
    bench.at(3 * MS, "blind", just(Put("items", 1, {"n": 9})))
    bench.run()
    assert bench.timeline() == [(5.0, "blind", None), (10.0, "holder", 0)]
    assert bench.runner.counts == {"items_tries": 1, "items_conflicts": 1}


def adding(*keys: int) -> Update:
    """Adds one to each of these records, under their locks."""

    def change(records: tuple[Record | None, ...]) -> tuple[Write, ...]:
        present = [record for record in records if record is not None]
        pairs = zip(keys, present, strict=True)
        return tuple(put(record.version, record.fields["n"] + 1, key) for key, record in pairs)

    return Update(tuple(("items", key) for key in keys), change)


def test_updates_of_one_record_come_one_after_the_other_and_none_is_lost() -> None:
    bench = stocked(Bench())
    for number in range(4):
        bench.at(number * MS, str(number), just(adding(1)))
    bench.run()
    assert bench.timeline() == [(20.0 * (number + 1), str(number), COMMITTED) for number in range(4)]
    assert bench.store.read(ITEM) == Record(5, {"n": 4})
    assert bench.runner.counts == {"items_tries": 4, "items_waits": 3}


def test_an_update_reads_under_its_locks_what_the_transaction_before_it_has_written() -> None:
    bench = stocked(Bench())
    bench.at(0, "transaction", just(Transaction((put(1, 7),))))
    bench.at(5 * MS, "update", just(adding(1)))
    bench.at(6 * MS, "late", just(Transaction((put(2, 0),))))
    bench.run()
    assert bench.timeline() == [(10.0, "transaction", COMMITTED), (30.0, "update", COMMITTED), (40.0, "late", 0)]
    assert bench.store.read(ITEM) == Record(3, {"n": 8})
    assert bench.runner.counts == {"items_tries": 3, "items_waits": 2, "items_conflicts": 1}


def test_an_update_that_leaves_all_as_it_is_gives_its_locks_back_unwritten() -> None:
    bench = stocked(Bench())
    bench.at(0, "looker", just(Update((ITEM,), lambda records: None)))
    bench.at(1 * MS, "writer", just(adding(1)))
    bench.run()
    assert bench.timeline() == [(10.0, "looker", None), (30.0, "writer", COMMITTED)]


def test_updates_that_name_their_records_in_opposite_order_do_not_wait_for_each_other() -> None:
    bench = stocked(Bench(), 1, 2)
    bench.at(0, "there", just(adding(1, 2)))
    bench.at(0, "back", just(adding(2, 1)))
    bench.run()
    assert bench.timeline() == [(20.0, "there", COMMITTED), (40.0, "back", COMMITTED)]
    assert [bench.store.read(("items", key)) for key in (1, 2)] == [Record(3, {"n": 2})] * 2


def test_an_update_over_which_somebody_puts_reads_again() -> None:
    bench = stocked(Bench())
    bench.at(0, "update", just(adding(1)))
    bench.at(5 * MS, "blind", just(Put("items", 1, {"n": 50})))
    bench.run()
    assert bench.timeline() == [(15.0, "blind", None), (40.0, "update", COMMITTED)]
    assert bench.store.read(ITEM) == Record(3, {"n": 51})


def test_an_update_may_only_write_what_it_has_locked() -> None:
    bench = stocked(Bench(), 1, 2)
    bench.at(0, "thief", just(Update((ITEM,), lambda records: (put(1, 5, key=2),))))
    with pytest.raises(ValueError, match="writes what it has not locked"):
        bench.run()


def test_an_update_that_a_full_queue_refuses_holds_no_lock() -> None:
    bench = stocked(Bench(desk(servers=1, limit=0)))
    bench.at(0, "busy", just(READ))
    bench.at(5 * MS, "refused", trying(adding(1)))
    bench.at(11 * MS, "next", just(adding(1)))
    bench.run()
    assert bench.timeline()[1:] == [(10.0, "busy", (Record(1, {"n": 0}),)), (31.0, "next", COMMITTED)]
    assert bench.timeline()[0] == (5.0, "refused", "unavailable")


def trying(effect: Effect) -> Rule[Any]:
    """A rule of one effect that gives up where there is no room."""
    try:
        return (yield effect)
    except Unavailable:
        return "unavailable"


def test_what_is_inserted_for_a_while_vanishes_then() -> None:
    bench = Bench()
    bench.at(0, "lock", just(Insert("driver_locks", 4, {}, ttl=50 * MS)))
    for ms in (20, 60, 61):
        bench.at(ms * MS - 10 * MS, f"at {ms}", just(Insert("driver_locks", 4, {"mine": ms})))
    bench.run()
    # It was made at 10, so it is there until 60: at that very instant it goes first.
    assert bench.timeline() == [
        (10.0, "lock", True),
        (20.0, "at 20", False),
        (60.0, "at 60", True),
        (61.0, "at 61", False),
    ]


def test_a_lock_that_was_given_back_and_taken_anew_does_not_vanish_with_the_old_one() -> None:
    bench = Bench()
    bench.at(0, "first", just(Transaction((Insert("driver_locks", 4, {}, ttl=50 * MS),))))
    bench.at(10 * MS, "back", just(Transaction((Delete("driver_locks", 4, 1),))))
    bench.at(20 * MS, "second", just(Insert("driver_locks", 4, {"second": True}, ttl=100 * MS)))
    seen = list[bool]()
    for ms in (59, 61, 129, 131):
        bench.do(ms * MS, lambda: seen.append(bench.store.read(("driver_locks", 4)) is not None))
    bench.run()
    assert seen == [True, True, True, False]


def test_a_message_to_be_forgotten_is_on_its_way_at_once_and_logged_when_the_broker_has_it() -> None:
    bench = Bench()
    bench.at(5 * MS, "sender", just(Publish("assignment", 0, 7, "hello", forget=True)))
    bench.run()
    assert bench.timeline() == [(5.0, "sender", None)]
    assert list(bench.topic.logs[0]) == [(15 * MS, "hello")]


@pytest.mark.parametrize(("loss", "limit"), [((10, 30), None), ((900, 30), 0)], ids=["no leader", "full queue"])
def test_a_message_to_be_forgotten_is_lost_where_the_broker_is_away(loss: tuple[int, int], limit: int | None) -> None:
    leaders = Leaders(losses=((loss[0] * MS, loss[1] * MS),))
    topic = Topic("assignment", (1,), "round_robin", traffic=Traffic(0, LONG), leaders=leaders)
    bench = stocked(Bench(desk(servers=1, limit=limit), topic=topic))
    if limit is not None:
        bench.at(0, "busy", just(READ))
    bench.at(5 * MS, "sender", just(Publish("assignment", 0, 7, "hello", forget=True)))
    bench.at(100 * MS, "later", just(Publish("assignment", 0, 8, "there", forget=True)))
    bench.run()
    assert [message for _, message in topic.logs[0]] == ["there"]
    assert bench.runner.counts["lost_requests"] == 1
    assert (5.0, "sender", None) in bench.timeline()
