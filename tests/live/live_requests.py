"""A small platform on real servers whose orders ask for drivers: what tests of consumers begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from confluent_kafka import Consumer, Message, TopicPartition
from real_servers import TODAY

from swifteats_sim.domain import delivery, orders, shifts
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Insert, Read, Record
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import AssignmentRequest, Cart, Line
from swifteats_sim.domain.outbox import Publishing
from swifteats_sim.live.client import Client, Terms, connected
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.days import order_number
from swifteats_sim.live.messages.consuming import Reader
from swifteats_sim.live.messages.dispatching import Decision, Dispatcher
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.outlooks import by_readiness
from swifteats_sim.live.messages.quiet import QUIET
from swifteats_sim.live.messages.relay import Relay
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.messages.topics import create_topics, dead_topic_of
from swifteats_sim.live.places import Errand, Place
from swifteats_sim.live.positions import Fix
from swifteats_sim.live.servers import Addresses
from swifteats_sim.policies import policy_named
from swifteats_sim.stack.docket import DispatchTerms

GEO, PARTITIONS = 1, 3
SECOND = 1_000_000_000
TOPIC = topic_of(orders.REQUESTS, GEO)
RESTAURANT, DOOR = Place(-21.9, 64.14), Place(-21.88, 64.13)
TERMS = DispatchTerms(
    least_slack=True, deferral="off", tolerance=0, requeue=0, commit=CommitTerms(3, "transaction", 0), attempts=2,
    terminal=False, retry_no_driver=SECOND // 5, retry_error=SECOND // 5,
)  # fmt: skip


class Ready:
    """Kitchens: order number n of the day is ready in n minutes."""

    def errand(self, order: int) -> Errand:
        return Errand(GEO, RESTAURANT, DOOR, MONOTONIC() + (order - order_number(TODAY, 0)) * 60 * SECOND)


class Platform(NamedTuple):
    addresses: Addresses
    client: Client

    def drivers(self, *numbers: int) -> None:
        """Free drivers, each a hundred metres further off than the one before."""
        for number in numbers:
            self.client.database.insert(Insert("drivers", number, {}), GEO)
            self.client.runner.perform(shifts.log_on(number), GEO)
            self.client.positions.take(GEO, Fix(number, MONOTONIC(), Place(-21.9 + number * 2e-3, 64.14)))

    def order(self, sequence: int, publish: Publishing = "awaited") -> int:
        """A paid order that asks for a driver."""
        order = order_number(TODAY, sequence)
        cart = Cart(order, GEO, 3, (Line(2, 1),))
        for rule in (orders.create_order(cart), orders.pay_order(cart, 1)):
            assert self.client.runner.perform(rule, GEO) is None
        self.client.runner.perform(orders.request_assignment(cart, publish), GEO)
        return order

    def declined(self, order: int, driver: int) -> None:
        """The first driver of an order turns it down; the next request goes by the outbox and its relay."""
        first = AssignmentRequest(order, GEO, 1)
        assert self.client.runner.perform(delivery.turn_down(Held(order, driver), first, "outbox"), GEO) is not None
        assert Relay(self.client.database, self.client.runner).step() == 1

    def again(self, order: int, version: int) -> None:
        """The request of an order once more."""
        self.client.runner.perform(orders.publish_request(AssignmentRequest(order, GEO, version), "awaited"), GEO)

    def record(self, table: str, key: int) -> Record:
        (record,) = self.client.database.read(Read(((table, key),)))
        assert record is not None
        return record

    def state(self, order: int) -> str:
        return str(self.record("orders", order).fields["state"])

    def letters(self) -> list[tuple[bytes | None, str | bytes | None]]:
        """The dead letters: message and reason."""
        (letters,) = everything(self.addresses.kafka, dead_topic_of(TOPIC), 1)
        return [(message.value(), dict(message.headers() or ())["reason"]) for message in letters]


@contextmanager
def platform(postgres: str, redis: str, kafka: str, partitions: int = PARTITIONS) -> Iterator[Platform]:
    """With empty topics of requests."""
    addresses = Addresses(postgres, redis, kafka)
    create_topics(kafka, orders.REQUESTS, (GEO,), partitions)
    with connected(addresses, Terms(Ready(), partitions=partitions)) as client:
        yield Platform(addresses, client)


@contextmanager
def dispatcher(stage: Platform, terms: DispatchTerms = TERMS, reader: type[Reader] = Reader) -> Iterator[Dispatcher]:
    """A consumer of requests, who uses the platform's client."""
    reading, letters = reader(stage.addresses.kafka, "dispatch", [TOPIC]), DeadLetters(stage.addresses.kafka)
    one = Dispatcher(reading, letters, stage.client.runner, terms, policy_named("nearest").rank, by_readiness(Ready()))
    try:
        yield one
    finally:
        reading.close()
        letters.close()


def joined(one: Dispatcher) -> None:
    """Until all partitions are its own; there must be no request yet."""
    while len(one._reader.owned) < PARTITIONS:
        assert one.step(0.1) is None


def decided(one: Dispatcher, number: int, seconds: float = 15) -> list[Decision]:
    """So many decisions, or those of so many seconds."""
    decisions, until = list[Decision](), MONOTONIC() + int(seconds * SECOND)
    while len(decisions) < number and MONOTONIC() < until:
        decision = one.step(0.1)
        decisions += [] if decision is None else [decision]
    return decisions


def everything(kafka: str, topic: str, partitions: int) -> list[list[Message]]:
    """All messages of a topic, by partition."""
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "look", "fetch.wait.max.ms": 10, **QUIET})
    found: list[list[Message]] = [[] for _ in range(partitions)]
    for number in range(partitions):
        place = TopicPartition(topic, number, 0)
        _, end = reader.get_watermark_offsets(place, timeout=5)
        reader.assign([place])
        while len(found[number]) < end:
            found[number] += [message for message in reader.consume(end, 0.1) if message.error() is None]
    reader.close()
    return found
