"""The consumer of requests on real servers: urgency, copies, retries, dead letters, and death after the work."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from multiprocessing import get_context

import pytest
from live_requests import GEO, SECOND, TERMS, TOPIC, Platform, decided, dispatcher, joined, platform

from swifteats_sim.domain.assignment import Assigned, Unassigned
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.live.clock import sleep
from swifteats_sim.live.messages.consuming import Reader
from swifteats_sim.live.messages.dispatching import Dispatcher
from swifteats_sim.live.messages.requests import encoded
from swifteats_sim.live.messages.sending import Sender


def sequence(order: int) -> int:
    return order & 0xFFFF


def test_the_most_urgent_first_each_event_once_and_old_versions_not_at_all(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage:
        stage.drivers(*range(1, 9))
        with dispatcher(stage) as one:
            joined(one)
            _decide_five(stage, one)
        with dispatcher(stage) as successor:  # all is committed
            assert decided(successor, 1, 5) == []


def _decide_five(stage: Platform, one: Dispatcher) -> None:
    orders = {number: stage.order(number) for number in (30, 10, 50, 20, 40)}  # over three partitions
    stage.again(orders[10], 1)  # a copy
    stage.again(orders[50], 0)  # late: an older version
    sleep(SECOND)
    decisions = decided(one, 6)
    assert decided(one, 1, 0.5) == []
    assert one.held == 0
    versions = [(sequence(decision.request.order), decision.request.version) for decision in decisions]
    assert [number for number, version in versions if version] == [10, 20, 30, 40, 50]
    assert (50, 0) in versions
    found = {sequence(decision.request.order): decision.outcome for decision in decisions if decision.request.version}
    assert [outcome.driver for outcome in found.values() if isinstance(outcome, Assigned)] == [1, 2, 3, 4, 5]
    (late,) = [decision.outcome for decision in decisions if not decision.request.version]
    assert late == Unassigned("stale")


def test_a_declined_order_is_looked_after_by_its_newest_request_alone(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    """The second request overtakes a copy of the first, which comes to another consumer, who knows nothing of it."""
    with platform(postgres_dsn, redis_url, kafka) as stage:
        stage.drivers(1, 2)
        order = stage.order(1)
        with dispatcher(stage) as one:
            (first,) = decided(one, 1)
            assert isinstance(first.outcome, Assigned)
            stage.declined(order, first.outcome.driver)
            (second,) = decided(one, 1)
            assert second.request == AssignmentRequest(order, GEO, 2, (1,))
            assert isinstance(second.outcome, Assigned)
            assert second.outcome.driver == 2
        before = stage.record("orders", order)
        stage.again(order, 1)
        with dispatcher(stage) as other:
            (late,) = decided(other, 1)
            assert late.outcome == Unassigned("stale")
        assert stage.record("orders", order) == before


def test_without_a_driver_it_is_tried_again_and_then_a_dead_letter_and_its_order_fails(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    terms = replace(TERMS, retry_no_driver=2 * SECOND)
    with platform(postgres_dsn, redis_url, kafka) as stage, dispatcher(stage, terms) as one:
        joined(one)
        patient, hopeless = stage.order(1), stage.order(2)
        sleep(SECOND)
        first = decided(one, 2)
        assert [decision.outcome for decision in first] == [Unassigned("no_driver")] * 2
        assert one.held == 2
        stage.drivers(1)
        second = {decision.request.order: decision for decision in decided(one, 2)}
        assert isinstance(second[patient].outcome, Assigned)
        assert second[hopeless].buried
        assert (stage.state(patient), stage.state(hopeless)) == ("assigned_driver", "failed")
        assert stage.letters() == [(encoded(AssignmentRequest(hopeless, GEO, 1)), b"no_driver")]
        stage.drivers(2)
        stage.again(hopeless, 1)  # the client's copy comes late: it is known
        assert decided(one, 1, 1) == []
        assert one.held == 0


def test_what_nobody_can_handle_is_set_aside_and_does_not_come_again(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    with platform(postgres_dsn, redis_url, kafka, partitions=1) as stage:
        stage.drivers(1)
        unknown = AssignmentRequest(99, GEO, 1)
        sender = Sender(kafka)
        for value in (b"garbage", encoded(unknown), None):
            sender.send(TOPIC, value)
        order = stage.order(1)
        with dispatcher(stage) as one:
            decisions = decided(one, 2)
            assert {decision.request.order for decision in decisions} == {99, order}
            assert one.poisoned == 3
        assert stage.state(order) == "assigned_driver"
        assert sorted(stage.letters(), key=str) == sorted(
            [(b"garbage", b"undecodable"), (None, b"undecodable"), (encoded(unknown), b"impossible")], key=str
        )
        with dispatcher(stage) as successor:
            assert decided(successor, 1, 5) == []
            assert successor.poisoned == 0
        sender.close()


class DiesBeforeCommitting(Reader):
    """The work is done, and nobody is told."""

    def commit(self, wait: bool = True) -> None:
        if self._offsets.due():
            os.kill(os.getpid(), signal.SIGKILL)


def _dispatch_and_die(postgres: str, redis: str, kafka: str) -> None:
    with platform(postgres, redis, kafka) as stage, dispatcher(stage, reader=DiesBeforeCommitting) as one:
        decided(one, 1)


def test_who_dies_between_work_and_commit_does_no_harm(postgres_dsn: str, redis_url: str, kafka: str) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage:
        stage.drivers(1, 2)
        order = stage.order(1)
        victim = get_context("spawn").Process(target=_dispatch_and_die, args=(postgres_dsn, redis_url, kafka))
        victim.start()
        victim.join(40)
        assert victim.exitcode == -signal.SIGKILL
        before = stage.record("orders", order)
        assert before.fields["driver"] == 1
        with dispatcher(stage) as successor:
            (again,) = decided(successor, 1, 30)
            assert again.outcome == Unassigned("stale")
        assert stage.record("orders", order) == before
        assert stage.record("drivers", 2).fields["order"] is None


def test_a_database_that_is_away_for_a_while_costs_no_attempt(
    postgres_dsn: str, redis_url: str, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage, dispatcher(stage) as one:
        stage.drivers(1)
        order = stage.order(1)
        real = stage.client.database._dsn
        monkeypatch.setattr(stage.client.database, "_dsn", "host=127.0.0.1 port=1")
        stage.client.database.close()
        for _ in range(3):  # more than TERMS.attempts
            (decision,) = decided(one, 1)
            assert decision.outcome is None
        monkeypatch.setattr(stage.client.database, "_dsn", real)
        (decision,) = decided(one, 1)
        assert isinstance(decision.outcome, Assigned)
        assert stage.state(order) == "assigned_driver"


def test_the_topic_is_that_of_the_rules() -> None:
    assert f"{REQUESTS}.{GEO}" == TOPIC
