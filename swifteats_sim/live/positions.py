"""Where drivers are, as Redis knows it: the newest fix of each while it is live (A43). Short locks as well (A35)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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


_LIVE_NEAR = """
local search = {'GEOSEARCH', KEYS[1], 'FROMLONLAT', ARGV[1], ARGV[2], 'BYRADIUS', ARGV[3], 'm', 'ASC'}
if tonumber(ARGV[4]) > 0 then table.insert(search, 'COUNT') table.insert(search, ARGV[4]) end
table.insert(search, 'WITHDIST')
local live = {}
for _, found in ipairs(redis.call(unpack(search))) do
    if redis.call('EXISTS', ARGV[5] .. found[1]) == 1 then
        table.insert(live, found[1])
        table.insert(live, found[2])
    end
end
return live
"""
"""Members around a place, without those whose fix has expired, in one round trip: the set itself forgets nobody."""


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
        self._live_near = client.register_script(_LIVE_NEAR)

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
        found = self._live_near(
            (_drivers(geo),), (place.longitude, place.latitude, radius, 0 if most is None else most, _fix(""))
        )
        return tuple(Near(int(driver), float(metres)) for driver, metres in zip(found[::2], found[1::2], strict=True))

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


def _fix(driver: int | str) -> str:
    return f"fix:{driver}"


def _lock(driver: int) -> str:
    return f"lock:driver:{driver}"
