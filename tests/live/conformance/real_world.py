"""The platform on real servers: clients with connections of their own, in threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from redis import Redis
from worlds import DOOR, GEO, HERE, PREPARATION, Change, heard, name_of, pays, place_at

from swifteats_sim.domain.effects import Name, Read, Record, Rule, Update, Write
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.live.client import Client, Terms, connected
from swifteats_sim.live.clock import MONOTONIC, sleep
from swifteats_sim.live.messages.requests import decoded, topic_of
from swifteats_sim.live.places import Errand
from swifteats_sim.live.positions import Fix
from swifteats_sim.live.servers import Addresses
from swifteats_sim.live.tables import TABLES

PARTITIONS = 2
TOPIC = topic_of("assignment", GEO)
CLEAR = "; ".join(f"delete from {table.name}" for table in TABLES.values())
WAITS = "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s"
LOOK_EVERY = 1_000_000


class OneRestaurant:
    """All orders are of one restaurant and for one door."""

    def errand(self, order: int) -> Errand:
        return Errand(GEO, HERE, DOOR, MONOTONIC() + PREPARATION)


class RealWorld:
    """See World."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses, self._stack = addresses, ExitStack()
        self._admin = AdminClient({"bootstrap.servers": addresses.kafka, "log_level": 0})
        for made in self._admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)]).values():
            made.result()
        self._redis = self._stack.enter_context(Redis.from_url(addresses.redis))
        self._clients = list[Client]()
        self._pool = self._stack.enter_context(ThreadPoolExecutor(64))

    def close(self) -> None:
        self._stack.close()

    def client(self, number: int = 0) -> Client:
        """The client of this number; it stays connected."""
        terms = Terms(OneRestaurant(), partitions=PARTITIONS, pays=pays)
        while len(self._clients) <= number:
            self._clients.append(self._stack.enter_context(connected(self._addresses, terms)))
        return self._clients[number]

    def clear(self) -> None:
        self.client().database.execute(CLEAR)
        self._redis.flushall()
        self._from = self._ends()

    def perform(self, rule: Rule[Any]) -> Any:
        return self.client().runner.perform(rule, GEO)

    def together(self, *rules: Rule[Any]) -> list[Any]:
        clients, start = [self.client(number) for number in range(len(rules))], Barrier(len(rules))

        def run(client: Client, rule: Rule[Any]) -> Any:
            start.wait()
            return client.runner.perform(heard(rule), GEO)

        return [name_of(outcome) for outcome in self._pool.map(run, clients, rules)]

    def while_locked(
        self, names: tuple[Name, ...], rule: Rule[Any], change: Callable[..., tuple[Write, ...] | None]
    ) -> Change:
        """The rule begins when the holder has his locks; PostgreSQL knows whether it waits for them."""
        other, watcher, waited = self.client(1), self.client(2).database, list[bool]()
        pid = other.database.connection.info.backend_pid
        running = list[Future[Any]]()

        def hold(records: tuple[Record | None, ...]) -> tuple[Write, ...] | None:
            if not running:
                running.append(self._pool.submit(other.runner.perform, heard(rule), GEO))
            while not running[0].done() and watcher.execute(WAITS, (pid,)).fetchone() != (True,):
                sleep(LOOK_EVERY)
            waited.append(not running[0].done())
            return change(*records)

        self.perform(_one(Update(names, hold)))
        return Change(name_of(running[0].result()), waited[0])

    def records(self, *names: Name) -> tuple[Record | None, ...]:
        return self.client().database.read(Read(names))

    def messages(self) -> list[AssignmentRequest]:
        for client in self._clients:
            client.producer.close()  # what nobody waits for is still on its way
        consumer = self._consumer()
        consumer.assign([TopicPartition(TOPIC, partition, first) for partition, first in enumerate(self._from)])
        wanted = sum(self._ends(consumer)) - sum(self._from)
        logged = list[AssignmentRequest]()
        while len(logged) < wanted:
            for message in consumer.consume(wanted, 0.1):
                value = message.value()
                assert isinstance(value, bytes)
                logged.append(decoded(value))
        consumer.close()
        return sorted(logged)

    def _consumer(self) -> Consumer:
        return Consumer(
            {"bootstrap.servers": self._addresses.kafka, "group.id": "tests", "enable.auto.commit": False,
             "log_level": 0}
        )  # fmt: skip

    def _ends(self, consumer: Consumer | None = None) -> list[int]:
        """The next offset of each partition."""
        asking = consumer or self._consumer()
        ends = list[int]()
        for partition in range(PARTITIONS):
            offsets = asking.get_watermark_offsets(TopicPartition(TOPIC, partition), timeout=10)
            assert offsets is not None
            ends.append(offsets[1])
        if consumer is None:
            asking.close()
        return ends

    def stand(self, driver: int, metres: float, sent: int) -> bool:
        return self.client().positions.take(GEO, Fix(driver, sent, place_at(metres)))

    def known(self, driver: int) -> int | None:
        return self.client().positions.at(driver)


def _one(effect: Update) -> Rule[Any]:
    return (yield effect)
