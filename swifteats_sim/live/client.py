"""A client of the real platform: connections of its own to all three servers, and a runner that uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis import Redis

from swifteats_sim.live.database import Database
from swifteats_sim.live.messages.requests import RequestProducer
from swifteats_sim.live.places import CITY_SPEED, Errands, Speed
from swifteats_sim.live.positions import LIVE, Positions
from swifteats_sim.live.runner import LiveRunner, Witness
from swifteats_sim.live.search import EVERYBODY_IN_5_KM, Reach, Search
from swifteats_sim.live.servers.addresses import Addresses


@dataclass(frozen=True)
class Terms:
    """What clients of one platform agree on.

    errands : where orders are; partitions : of each topic of requests; live : ms for which a fix counts; pays :
    whether a payment goes through.
    """

    errands: Errands
    reach: Reach = EVERYBODY_IN_5_KM
    speed: Speed = CITY_SPEED
    partitions: int = 6
    live: int = LIVE
    pays: Callable[[int, int], bool] = lambda order, attempt: True


@dataclass(frozen=True)
class Client:
    """Its connections, and the runner that performs rules over them."""

    database: Database
    positions: Positions
    producer: RequestProducer
    runner: LiveRunner


@contextmanager
def connected(addresses: Addresses, terms: Terms, witness: Witness | None = None) -> Iterator[Client]:
    """A client for as long as it is needed. Nothing is shared: a thread or a process each."""
    database, redis = Database(addresses.postgres), Redis.from_url(addresses.redis)
    positions, producer = Positions(redis, terms.live), RequestProducer(addresses.kafka, terms.partitions)
    search = Search(database, positions, terms.errands, terms.reach, terms.speed)
    try:
        yield Client(
            database, positions, producer, LiveRunner(database, positions, producer, search.find, terms.pays, witness)
        )
    finally:
        producer.close()
        redis.close()
        database.close()
