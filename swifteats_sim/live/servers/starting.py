"""Starting what is not there yet: all three servers, or those whose address nobody gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from swifteats_sim.live.servers.addresses import Addresses
from swifteats_sim.live.servers.broker import broker
from swifteats_sim.live.servers.postgres import postgres
from swifteats_sim.live.servers.redis import redis


@contextmanager
def started(
    postgres_dsn: str | None = None,
    redis_url: str | None = None,
    kafka: str | None = None,
    settings: Sequence[str] = (),
) -> Iterator[Addresses]:
    """Servers to work with: those given, and new ones for the rest, which are stopped at the end.

    settings : of a PostgreSQL that is started, as NAME=VALUE. NoServer where one cannot be started.
    """
    pids = list[tuple[str, int]]()
    with ExitStack() as stack:
        if postgres_dsn is None:
            postgres_dsn, pid = stack.enter_context(postgres(settings))
            pids.append(("postgres", pid))
        if redis_url is None:
            redis_url, pid = stack.enter_context(redis())
            pids.append(("redis", pid))
        if kafka is None:
            kafka, pid = stack.enter_context(broker())
            pids.append(("broker", pid))
        yield Addresses(postgres_dsn, redis_url, kafka, tuple(pids))
