"""A Redis of one's own: the system's program, which keeps nothing on disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from redis import ConnectionError as NotThere
from redis import Redis
from redis.exceptions import BusyLoadingError

from swifteats_sim.live.servers.process import LOOPBACK, NoServer, running


@contextmanager
def redis() -> Iterator[tuple[str, int]]:
    """A server without a key: (URL, process id)."""
    program = shutil.which("redis-server")
    if program is None:
        raise NoServer("no redis-server here: install Debian's package redis-server")
    given = ("--bind", LOOPBACK, "--save", "", "--appendonly", "no", "--daemonize", "no")
    with running("redis", lambda port, _: [program, "--port", str(port), *given], _answers) as (port, pid):
        yield _url(port), pid


def _url(port: int) -> str:
    return f"redis://{LOOPBACK}:{port}/0"


def _answers(port: int) -> bool:
    client = Redis.from_url(_url(port))
    try:
        return bool(client.ping())
    except (NotThere, BusyLoadingError):
        return False
    finally:
        client.close()
