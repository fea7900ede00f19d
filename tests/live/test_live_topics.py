"""Topics, how requests are spread over their partitions, and members of a group that come and go."""

from __future__ import annotations

from collections import Counter

import pytest
from live_requests import GEO, PARTITIONS, TOPIC, everything

from swifteats_sim.domain.effects import Publish, Unavailable
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.live.clock import MONOTONIC, sleep
from swifteats_sim.live.messages.consuming import Delivery, Reader
from swifteats_sim.live.messages.requests import RequestProducer, decoded
from swifteats_sim.live.messages.sending import Sender
from swifteats_sim.live.messages.topics import create_topics
from swifteats_sim.live.servers.broker import broker


def publish(producer: RequestProducer, order: int) -> None:
    producer.publish(Publish(REQUESTS, GEO, order, AssignmentRequest(order, GEO, 1)))


def spread(kafka: str) -> list[int]:
    return [len(messages) for messages in everything(kafka, TOPIC, PARTITIONS)]


def read(reader: Reader, number: int) -> list[Delivery]:
    came, until = list[Delivery](), MONOTONIC() + 20_000_000_000
    while len(came) < number and MONOTONIC() < until:
        came += reader.take(100, 0.1)
    return came


def test_a_geo_has_a_topic_and_one_for_dead_letters_and_making_them_again_is_no_error(kafka: str) -> None:
    for _ in range(2):
        create_topics(kafka, REQUESTS, (1, 2), 3)
    assert [len(everything(kafka, topic, 3)) for topic in ("assignment.1", "assignment.2")] == [3, 3]
    assert everything(kafka, "assignment.2.dead", 1) == [[]]


def test_requests_lie_evenly_on_all_partitions_from_one_client_or_many(kafka: str) -> None:
    create_topics(kafka, REQUESTS, (GEO,), PARTITIONS)
    one = RequestProducer(kafka, PARTITIONS)
    for order in range(10, 40):
        publish(one, order)
    assert spread(kafka) == [10, 10, 10]
    for order in range(40, 52):  # each of a client of its own, which knows of no other
        publish(RequestProducer(kafka, PARTITIONS), order)
    assert spread(kafka) == [14, 14, 14]


@pytest.mark.parametrize(
    "message", [b"", b"{", b"null", b"[1, 2]", b'["1", 1, 1, []]', b"[1, 1, 1, 1]", b"[true, 1, 1, []]",
                b"[-1, 1, 1, []]", b"[9223372036854775808, 1, 1, []]", b"[1, 1, 1, [2.5]]", b"\xff", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_request_is_told(message: bytes) -> None:
    with pytest.raises(ValueError, match="not an assignment request"):
        decoded(message)


def test_what_is_not_settled_is_delivered_again_and_what_is_settled_is_not(kafka: str) -> None:
    create_topics(kafka, REQUESTS, (GEO,), 1)
    producer = RequestProducer(kafka, 1)
    for order in range(4):
        publish(producer, order)
    first = Reader(kafka, "g", [TOPIC])
    taken = read(first, 4)
    assert [decoded(delivery.value or b"").order for delivery in taken] == [0, 1, 2, 3]
    first.settle([taken[0], taken[2]])  # the second is still open, so the third comes again too
    first.close()
    second = Reader(kafka, "g", [TOPIC])
    assert [delivery.offset for delivery in read(second, 3)] == [1, 2, 3]
    second.close()


def test_two_members_share_the_partitions_and_one_inherits_the_other(kafka: str) -> None:
    create_topics(kafka, REQUESTS, (GEO,), 4)
    first, second = (Reader(kafka, "g", [TOPIC]) for _ in range(2))
    until = MONOTONIC() + 20_000_000_000
    while MONOTONIC() < until and not (len(first.owned) == len(second.owned) == 2):
        first.take(1, 0.05), second.take(1, 0.05)
    assert sorted({*first.owned, *second.owned}) == [(TOPIC, number) for number in range(4)]
    producer = RequestProducer(kafka, 4)
    for order in range(8):
        publish(producer, order)
    mine = read(first, 4)
    second.close()
    assert all(first.holds(delivery) for delivery in mine)
    came = read(first, 8)  # nothing was settled: all that is dealt out anew is delivered anew
    assert Counter(delivery.partition.number for delivery in came) == Counter(dict.fromkeys(range(4), 2))
    assert not any(first.holds(delivery) for delivery in mine)
    first.close()


def test_clients_say_nothing_on_the_terminal_when_the_broker_goes(capfd: pytest.CaptureFixture[str]) -> None:
    with broker() as (kafka, _):
        create_topics(kafka, REQUESTS, (GEO,), 1)
        sender, reader = Sender(kafka), Reader(kafka, "g", [TOPIC])
        sender.send(TOPIC, b"here")
        reader.take(1, 0.5)
    sleep(500_000_000)
    reader.take(1, 0.5)
    with pytest.raises(Unavailable):
        sender.send(TOPIC, b"gone")
    sender.throw(TOPIC, b"gone")
    sender.close()
    assert sender.lost == 1
    reader.close()
    assert capfd.readouterr() == ("", "")
