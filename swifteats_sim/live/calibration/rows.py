"""Rows of the platform's budget that no rule asks for, measured: what flows ask of the cache and of the broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray
from redis import Redis

from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.live.accounting import family, used
from swifteats_sim.live.calibration.load import DAY, GEO, TOWN
from swifteats_sim.live.calibration.profile import REDIS
from swifteats_sim.live.clock import CPU, MONOTONIC
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.messages.sending import Sender
from swifteats_sim.live.positions import Fix, Positions
from swifteats_sim.live.servers import Addresses

MENU = b"x" * 8_000
"""A menu as a cache keeps it: 50 items (F9) of 160 B of text each; ours."""
MENUS = 1_000
FIX = b"x" * 343
"""Bytes of a fix as the code writes it (#116)."""
Rows = dict[str, dict[str, NDArray[np.float64]]]
"""Samples in s, by path in the budget and row."""


@dataclass(frozen=True)
class _Looped:
    """wall : s of each turn; client, server : mean s of processor time."""

    wall: NDArray[np.float64]
    client: float
    server: float | None

    @property
    def served(self) -> NDArray[np.float64]:
        """The server's part, which is all that a station of its own is busy for."""
        return np.array([max(0.0, float(self.wall.mean()) - self.client) if self.server is None else self.server])


def measured_rows(addresses: Addresses, turns: int) -> Rows:
    """Each by itself, `turns` times.

    What visits the station `cache` is Redis' own time; what a service does while it waits for a server is all that it
    waits, since it is busy for so long.
    """
    with Redis.from_url(addresses.redis) as redis:
        keys = cycle([f"menu:{number}" for number in range(MENUS)])
        pid = addresses.pid(REDIS)
        put = _loop(turns, lambda: redis.set(next(keys), MENU, ex=120), pid)
        get = _loop(turns, lambda: redis.get(next(keys)), pid)
        positions, fixes = Positions(redis), _fixes()
        update = _loop(turns, lambda: positions.take(GEO, next(fixes)), pid)
    publish = _publishing(addresses.kafka, turns)
    return {
        "menu": {"cache_get": get.served, "cache_set": put.served},
        "customer_read": {"redis_get": get.served},
        "location": {"redis_update": update.wall},
        "gps_ingest": {"kafka_publish": publish.wall},
    }


def _fixes() -> Iterator[Fix]:
    at = DAY
    while True:
        at += 1
        yield Fix(at % 10_000, at, TOWN)


def _publishing(kafka: str, turns: int) -> _Looped:
    sender, topic = Sender(kafka), topic_of(REQUESTS, GEO)
    try:
        return _loop(turns, lambda: sender.send(topic, FIX, key=b"1"), None)
    finally:
        sender.close()


def _loop(turns: int, turn: Callable[[], object], pid: int | None) -> _Looped:
    """Turn after turn, after a tenth to warm up."""
    for _ in range(turns // 10):
        turn()
    servers = [] if pid is None else family(pid)
    cpu, served, wall = CPU(), used(servers), np.empty(turns)
    for number in range(turns):
        began = MONOTONIC()
        turn()
        wall[number] = (MONOTONIC() - began) / 1e9
    server = (used(servers) - served) / 1e9 / turns if servers else None
    return _Looped(np.sort(wall), (CPU() - cpu) / 1e9 / turns, server)
