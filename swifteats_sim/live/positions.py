"""Where drivers are, as Redis knows it: the newest fix of each while it is live (A43). Short locks as well (A35)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from redis import Redis

from swifteats_sim.live.places import Place

LIVE = 30_000
"""ms for which a fix counts as live."""
_NEWER = """
local seen = redis.call('HGET', KEYS[2], 'at')
if seen and tonumber(seen) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[2], 'at', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('GEOADD', KEYS[1], ARGV[3], ARGV[4], ARGV[1])
return 1
"""
"""Takes a fix if it is newer than what is known, in one step: what comes late or twice changes nothing."""


class Fix(NamedTuple):
    """A driver's position. at : ns since the epoch of the machine's clock, when the phone sent it."""

    driver: int
    at: int
    place: Place


class Near(NamedTuple):
    """A driver inside the radius. metres : in a straight line."""

    driver: int
    metres: float


class Positions:
    """The last known positions of drivers, a sorted set of Redis for each geographic area."""

    def __init__(self, client: Redis, live: int = LIVE) -> None:
        """live : ms for which a fix counts."""
        self._client, self._live = client, live
        self._newer = client.register_script(_NEWER)

    def take(self, geo: int, fix: Fix) -> bool:
        """Know this fix, unless a newer one is known; whether it was taken."""
        place = fix.place
        keys = (_drivers(geo), _fix(fix.driver))
        return bool(self._newer(keys, (fix.driver, fix.at, place.longitude, place.latitude, self._live)))

    def take_all(self, geo: int, fixes: Iterable[Fix]) -> list[bool]:
        """The same for many, in one round trip."""
        with self._client.pipeline(transaction=False) as batch:
            for driver, at, place in fixes:
                keys = (_drivers(geo), _fix(driver))
                self._newer(keys, (driver, at, place.longitude, place.latitude, self._live), client=batch)
            return [bool(taken) for taken in batch.execute()]

    def near(self, geo: int, place: Place, radius: float, most: int | None = None) -> tuple[Near, ...]:
        """Drivers with a live fix within `radius` metres, nearest first; `most` of them at most."""
        found: list[list[Any]] = cast(
            "list[list[Any]]",
            self._client.geosearch(
                _drivers(geo), longitude=place.longitude, latitude=place.latitude, radius=radius, unit="m", sort="ASC",
                count=most, withdist=True,
            ),
        )  # fmt: skip
        near = [Near(int(driver), float(metres)) for driver, metres in found]
        with self._client.pipeline(transaction=False) as batch:
            for driver, _ in near:
                batch.exists(_fix(driver))
            alive = batch.execute()
        return tuple(one for one, lives in zip(near, alive, strict=True) if lives)

    def at(self, driver: int) -> int | None:
        """When the last known fix was sent; None where none is live."""
        sent = self._client.hget(_fix(driver), "at")
        return None if sent is None else int(sent)

    def lock(self, driver: int, ttl: int) -> bool:
        """Take the driver's short lock for `ttl` ns; False where somebody has it."""
        return bool(self._client.set(_lock(driver), 1, nx=True, px=max(1, ttl // 1_000_000)))

    def unlock(self, driver: int) -> bool:
        """Give the lock back, whosever it is by now (A35); False where there is none."""
        return bool(self._client.delete(_lock(driver)))


def _drivers(geo: int) -> str:
    return f"drivers:{geo}"


def _fix(driver: int) -> str:
    return f"fix:{driver}"


def _lock(driver: int) -> str:
    return f"lock:driver:{driver}"
