"""Real servers for tests: started once for each test process, stopped with it; each test has them empty."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from redis import Redis

from swifteats_sim.live.schema import create
from swifteats_sim.live.servers.broker import broker
from swifteats_sim.live.servers.postgres import postgres
from swifteats_sim.live.servers.redis import redis

TODAY = 20_000
"""The day, since 1970, on which the orders of tests are placed; those of day 0 have small numbers."""
_numbers = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The connection string of a server with a database `model`, whose tables are there and empty."""
    with postgres() as (dsn, _):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("create database model")
        with psycopg.connect(f"{dsn} dbname=model", autocommit=True) as connection:
            create(connection, (0, TODAY))
        yield dsn


@pytest.fixture
def postgres_dsn(postgres_server: str) -> Iterator[str]:
    """A database of the test's own, with empty tables."""
    name = f"test{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"create database {name} template model")
        yield f"{postgres_server} dbname={name}"
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with redis() as (url, _):
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The server without a key."""
    Redis.from_url(redis_server).flushall()
    return redis_server


@pytest.fixture
def kafka() -> Iterator[str]:
    """A broker without a topic."""
    with broker() as (bootstrap, _):
        yield bootstrap
