"""The relay of the outbox: everything stored is published, nothing is lost, and what comes twice is an event known."""

from __future__ import annotations

import os
import signal
from collections import Counter
from multiprocessing import get_context
from threading import Barrier, Thread

import pytest
from live_requests import PARTITIONS, TOPIC, Platform, Ready, everything, platform

from swifteats_sim.domain.effects import Effect, Transaction, Unavailable
from swifteats_sim.live.client import Terms, connected
from swifteats_sim.live.messages.relay import Relay
from swifteats_sim.live.messages.requests import decoded
from swifteats_sim.live.runner import Nobody
from swifteats_sim.live.servers import Addresses


def relay(stage: Platform, batch: int = 50) -> Relay:
    return Relay(stage.client.database, stage.client.runner, batch)


def published(stage: Platform) -> list[int]:
    """The orders whose requests lie in the topic, each as often as it lies there."""
    messages = everything(stage.addresses.kafka, TOPIC, PARTITIONS)
    return sorted(decoded(message.value() or b"").order for lines in messages for message in lines)


def stored(stage: Platform) -> int:
    return len(stage.client.database.execute("select from outbox").fetchall())


def test_the_oldest_rows_are_published_and_deleted_batch_by_batch(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage:
        orders = [stage.order(number, "outbox") for number in (3, 1, 2, 5, 4)]
        one = relay(stage, batch=2)
        assert (published(stage), stored(stage)) == ([], 5)
        assert one.step() == 2
        assert published(stage) == sorted(orders[:2])
        assert [one.step() for _ in range(3)] == [2, 1, 0]
        assert (published(stage), stored(stage)) == (sorted(orders), 0)


class DiesBeforeDeleting(Nobody):
    """Between the broker's answer and the deletion."""

    def begins(self, effect: Effect) -> None:
        if isinstance(effect, Transaction):
            os.kill(os.getpid(), signal.SIGKILL)


def _relay_and_die(addresses: Addresses) -> None:
    with connected(addresses, Terms(Ready(), partitions=PARTITIONS), DiesBeforeDeleting()) as client:
        Relay(client.database, client.runner).step()


def test_a_relay_that_dies_after_publishing_publishes_again_and_gives_its_lock_back(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage:
        orders = [stage.order(number, "outbox") for number in range(3)]
        victim = get_context("spawn").Process(target=_relay_and_die, args=(stage.addresses,))
        victim.start()
        victim.join(40)
        assert victim.exitcode == -signal.SIGKILL
        assert (published(stage), stored(stage)) == (orders, 3)
        assert relay(stage).step() == 3
        assert (published(stage), stored(stage)) == (sorted(orders * 2), 0)


def test_two_relays_at_once_publish_each_row_once(postgres_dsn: str, redis_url: str, kafka: str) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage:
        orders = [stage.order(number, "outbox") for number in range(60)]
        start, steps = Barrier(2), Counter[int]()

        def work(number: int) -> None:
            with connected(stage.addresses, Terms(Ready(), partitions=PARTITIONS)) as client:
                one = Relay(client.database, client.runner, batch=3)
                start.wait()
                while stored(stage_of(client)):
                    steps[number] += one.step()

        def stage_of(client: object) -> Platform:
            return stage._replace(client=client)  # type: ignore[arg-type]

        threads = [Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert published(stage) == orders
        assert steps.total() == 60


def test_relays_that_do_not_exclude_each_other_lose_nothing_either(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    """Another relay has deleted one of the rows meanwhile: none is deleted, and those left come again."""
    with platform(postgres_dsn, redis_url, kafka) as stage:
        orders = [stage.order(number, "outbox") for number in range(3)]

        class Interferes(Nobody):
            done = False

            def begins(self, effect: Effect) -> None:
                if isinstance(effect, Transaction) and not self.done:
                    self.done = True
                    stage.client.database.execute("delete from outbox where number = %s", (orders[1],))

        with connected(stage.addresses, Terms(Ready(), partitions=PARTITIONS), Interferes()) as client:
            one = Relay(client.database, client.runner)
            one.step()
            assert stored(stage) == 2
            one.step()
        assert stored(stage) == 0
        assert published(stage) == sorted([*orders, orders[0], orders[2]])


def test_without_a_broker_nothing_is_deleted_and_without_a_database_it_says_so(
    postgres_dsn: str, redis_url: str, kafka: str
) -> None:
    with platform(postgres_dsn, redis_url, kafka) as stage:
        stage.order(1, "outbox")
        nowhere = Addresses(postgres_dsn, redis_url, "127.0.0.1:1")
        with connected(nowhere, Terms(Ready(), partitions=PARTITIONS)) as client:
            assert Relay(client.database, client.runner).step() == 0
            assert stored(stage) == 1
        lost = Addresses("host=127.0.0.1 port=1", redis_url, kafka)
        with connected(lost, Terms(Ready())) as client, pytest.raises(Unavailable):
            Relay(client.database, client.runner).step()
