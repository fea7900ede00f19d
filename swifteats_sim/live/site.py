"""A place of our own on anybody's servers: a database that is made and dropped, a database of Redis that was empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from confluent_kafka import KafkaException
from psycopg import sql
from psycopg.conninfo import make_conninfo
from redis import Redis, RedisError

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.live.servers import Addresses


class Unusable(RuntimeError):
    """Servers do not answer, or hold what we would touch: the message says which."""


@contextmanager
def site(addresses: Addresses, database: str) -> Iterator[Addresses]:
    """The addresses with a database of this name, which is ours alone; Unusable where that cannot be had."""
    try:
        with Redis.from_url(addresses.redis) as redis, psycopg.connect(addresses.postgres, autocommit=True) as admin:
            _look(admin, redis, addresses, database)
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
            try:
                yield replace(addresses, postgres=make_conninfo(addresses.postgres, dbname=database))
            finally:
                try:
                    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))
                finally:
                    redis.flushdb()
    except (psycopg.OperationalError, RedisError, KafkaException) as error:
        raise Unusable(_said(error)) from error
    except Unavailable as error:
        raise Unusable(f"the {error} went away, and did not come back") from error


def _look(admin: psycopg.Connection[tuple[object, ...]], redis: Redis, addresses: Addresses, database: str) -> None:
    """Nothing of anybody else's is there."""
    if keys := redis.dbsize():
        raise Unusable(f"{addresses.redis} holds {keys} keys: name an empty database of it, as redis://host/5")
    if admin.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
        raise Unusable(f"there is a database {database}: somebody else is at it, or was killed; drop it")


def _said(error: Exception) -> str:
    """In one line."""
    said = error.args[0].str() if isinstance(error, KafkaException) else str(error)
    return " ".join(str(said).split()) or type(error).__name__
