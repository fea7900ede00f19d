"""Where a calibration happens: a database, topics and an empty Redis of its own, of which nothing stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis

from swifteats_sim.domain.effects import Insert
from swifteats_sim.domain.messages import DRIVERS
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.domain.shifts import log_on
from swifteats_sim.live.calibration.load import DAY, GEO, ClosedLoad, Town
from swifteats_sim.live.client import Terms, connected
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.fixes.keeping import FIXES
from swifteats_sim.live.messages.topics import create_topics, delete_topics
from swifteats_sim.live.positions import Fix
from swifteats_sim.live.schema import create
from swifteats_sim.live.servers import Addresses
from swifteats_sim.live.site import Unusable
from swifteats_sim.live.site import site as own_site

DATABASE = "swifteats_calibration"
PARTITIONS = 6
LIVE_FOR = 3_600_000
"""ms for which the fixes of parked drivers count."""


class Unmeasured(RuntimeError):
    """Nothing can be measured on these servers: the message says why."""


def terms(town: Town) -> Terms:
    """What all clients of a load agree on."""
    return Terms(town, partitions=PARTITIONS, live=LIVE_FOR)


@contextmanager
def site(addresses: Addresses) -> Iterator[Addresses]:
    """The addresses with a database of our own; Unmeasured where servers do not answer, or hold what we would touch."""
    try:
        with own_site(addresses, DATABASE) as own:
            try:
                create_topics(addresses.kafka, REQUESTS, (GEO,), PARTITIONS)
                yield own
            finally:
                for name in (REQUESTS, FIXES):
                    delete_topics(addresses.kafka, name, (GEO, GEO + 1))
    except Unusable as error:
        raise Unmeasured(str(error)) from error


def furnish(load: ClosedLoad, addresses: Addresses) -> None:
    """Empty tables, an empty Redis, and the load's drivers on shift, each where he is parked."""
    town = Town(load)
    Redis.from_url(addresses.redis).flushdb()
    with connected(addresses, terms(town)) as client:
        client.database.execute("drop schema public cascade")
        client.database.execute("create schema public")
        create(client.database.connection, (DAY,))
        for driver in range(load.drivers):
            client.database.insert(Insert(DRIVERS, driver, {}), GEO)
            client.runner.perform(log_on(driver), GEO)
            client.positions.take(GEO, Fix(driver, MONOTONIC(), town.place(driver)))
