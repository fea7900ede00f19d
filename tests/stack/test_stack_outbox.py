"""The relay on exact timelines, in ms: every effect takes 10, the outbox is emptied at multiples of 100."""

from __future__ import annotations

from typing import Any

import pytest
from stack_bench import LONG, MS, Bench, desk, fixed

from swifteats_sim.domain.effects import Effect, Rule
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.orders import publish_request
from swifteats_sim.domain.outbox import delete_rows, read_rows, row_of
from swifteats_sim.engine.publishing import Leaders
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.outbox import Relay


def just(effect: Effect) -> Rule[Any]:
    return (yield effect)


def request(order: int) -> AssignmentRequest:
    return AssignmentRequest(order, 0, version=1)


def one_log(losses: tuple[tuple[int, int], ...] = ()) -> Topic:
    return Topic("assignment", (1,), "round_robin", traffic=Traffic(0, LONG), leaders=Leaders(losses))


class Office:
    """A bench with a relay, and rows that are stored at these ms."""

    def __init__(self, *stored: float, topic: Topic | None = None, **times: float) -> None:
        self.bench = Bench(desk(), laws={name: fixed(ms) for name, ms in times.items()}, topic=topic or one_log())
        self.bench.clock.process(Relay(self.bench.runner, 100 * MS).run())
        for order, ms in enumerate(stored):
            self.bench.at(round(ms * MS) - 10 * MS, str(order), just(row_of(request(order))))

    @property
    def logged(self) -> list[tuple[float, int]]:
        """(ms, order) of each message."""
        log = self.bench.topic.logs[0]
        return [(at / MS, message.order) for at, message in log if isinstance(message, AssignmentRequest)]

    def rows(self, *orders: int) -> list[int]:
        """Those that are still there."""
        return [order for order in orders if self.bench.store.read(("outbox", (order, 1)))]

    def run(self, until: float = 10_000) -> Office:
        self.bench.clock.run(until=round(until * MS))
        return self


def test_a_row_is_read_at_the_next_full_tenth_published_and_deleted() -> None:
    office = Office(30).run(119)
    assert (office.logged, office.rows(0)) == ([], [0])
    assert office.run(129).logged == [(120.0, 0)]
    assert (office.rows(0), office.run(131).rows(0)) == ([0], [])


def test_rows_of_one_interval_are_a_batch_one_read_all_messages_at_once_one_transaction() -> None:
    office = Office(10, 50, 99, 150).run()
    assert office.logged == [(120.0, 0), (120.0, 1), (120.0, 2), (220.0, 3)]
    # Four inserts, and for each of two batches a read and a transaction.
    assert office.bench.station.usage.visits == 4 + 4 + 2 * 2
    assert office.bench.runner.counts["outbox_conflicts"] == 0


def test_a_row_that_comes_while_a_batch_is_under_way_is_in_the_next_one() -> None:
    assert Office(30, 115).run().logged == [(120.0, 0), (220.0, 1)]


def test_a_row_that_comes_at_a_full_tenth_waits_for_the_next() -> None:
    assert Office(100).run().logged == [(220.0, 0)]


def test_an_idle_relay_asks_for_nothing() -> None:
    office = Office().run()
    assert office.bench.station.usage.visits == 0


@pytest.mark.parametrize("each", [25.0, 2.5])
def test_it_keeps_up_with_forty_requests_a_second_and_with_four_hundred(each: float) -> None:
    stored = [10 + number * each for number in range(400)]
    office = Office(*stored).run(20_000)
    waited = [at - since for (at, _), since in zip(office.logged, stored, strict=True)]
    assert max(waited) <= 120
    assert office.rows(*range(400)) == []


def test_slow_services_make_larger_batches_and_no_backlog() -> None:
    stored = [10 + number * 25.0 for number in range(400)]
    office = Office(*stored, read=200, publish=300, transaction=200, insert=10).run(20_000)
    waited = [at - since for (at, _), since in zip(office.logged, stored, strict=True)]
    assert max(waited) <= 700 + 100 + 500


def test_while_the_broker_has_no_leader_rows_wait_and_none_is_lost() -> None:
    office = Office(30, 400, 900, topic=one_log(losses=((50 * MS, 1000 * MS),))).run()
    assert office.logged == [(1050.0, 0), (1120.0, 1), (1120.0, 2)]


def test_a_relay_that_dies_between_publishing_and_deleting_publishes_the_same_event_again() -> None:
    """Its successor finds the row still there: at least once, and consumers know the event (A25)."""
    bench = Bench()
    bench.store.apply((row_of(request(7)),))

    def life(dies: bool) -> Rule[None]:
        rows = yield from read_rows(((7, 1),))
        for row in rows:
            yield from publish_request(row.request, "awaited")
        if not dies:
            yield from delete_rows(rows)

    for instant, dies in ((0, True), (50, False), (100, False)):
        bench.at(instant * MS, "relay", life(dies))
    bench.run()
    messages = [message for log in bench.topic.logs for _, message in log]
    assert messages == [request(7)] * 2
    assert bench.store.read(("outbox", (7, 1))) is None
