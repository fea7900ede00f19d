"""The two worlds in which the rules run, with one face: tests that take `world` run in both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from swifteats_sim.live.servers import Addresses
from swifteats_sim.live.servers.broker import broker

if TYPE_CHECKING:
    from real_world import RealWorld
    from worlds import World


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[str]:
    """A broker for all tests of a process: who uses it must not mind what stands in its topics."""
    with broker() as (bootstrap, _):
        yield bootstrap


@pytest.fixture(scope="session")
def live_platform(postgres_server: str, redis_server: str, kafka_server: str) -> Iterator[RealWorld]:
    """Real servers with clients that stay connected, and a database of their own."""
    import psycopg
    from real_world import RealWorld

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("create database conformance template model")
    world = RealWorld(Addresses(f"{postgres_server} dbname=conformance", redis_server, kafka_server))
    yield world
    world.close()


@pytest.fixture(params=["simulated", "live"])
def world(request: pytest.FixtureRequest) -> World:
    """An empty platform: in virtual time, or on real servers."""
    from simulated_world import SimulatedWorld

    empty: World = SimulatedWorld() if request.param == "simulated" else request.getfixturevalue("live_platform")
    empty.clear()
    return empty
