"""Stations, which know a job's departure when it arrives. See engine.station.Station."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import nodes, paces, usage
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.balancing import LEAST_BUSY, SHARED, choose
from swifteats_sim.engine.kernel.memory import LIST, NONE, STATION
from swifteats_sim.engine.station import ABANDONED, REJECTED


@compiled
def visit(w, station, now, service, partition, patience):  # type: ignore[no-untyped-def]
    """(start, departure) of a job that arrives `now`; see engine.station. patience : NONE for no end of it."""
    words = words_of(w)
    queue = 0 if words[station + STATION.balancing] == SHARED else choose(w, station, now, partition)
    start, limit = _first(words, station, queue, now), words[station + STATION.limit]
    if start > now and (limit != NONE or patience != NONE):
        leave = start if patience == NONE else min(start, now + patience)
        if limit != NONE and _is_full(w, station, queue, limit, now, leave):
            usage.reject(w, words[station + STATION.usage], now)
            return REJECTED, REJECTED
        if leave < start:
            _join(w, station, queue, leave)
            usage.abandon(w, words[station + STATION.usage], now, leave)
            return ABANDONED, leave
    departure = _serve(words, station, queue, start, service)
    _join(w, station, queue, departure)
    usage.visit(w, words[station + STATION.usage], now, start, departure)
    return start, departure


@compiled
def _first(words, station, queue, now):  # type: ignore[no-untyped-def]
    """When a job can begin in a queue."""
    if words[station + STATION.crews] == NONE:
        return max(now, words[words[station + STATION.free] + queue * words[station + STATION.servers]])
    crew, pace = _crew(words, station, queue)
    return paces.first_of(words, crew, pace, now)


@compiled
def _serve(words, station, queue, start, service):  # type: ignore[no-untyped-def]
    """The departure."""
    if words[station + STATION.crews] == NONE:
        servers = words[station + STATION.servers]
        replace_least(words, words[station + STATION.free] + queue * servers, servers, start + service)
        return start + service
    crew, pace = _crew(words, station, queue)
    return paces.serve(words, crew, pace, start, service)


@compiled
def _crew(words, station, queue):  # type: ignore[no-untyped-def]
    """The heap of a queue's servers, and their paces."""
    servers = words[station + STATION.servers]
    return words[station + STATION.crews] + queue * (1 + 2 * servers), words[station + STATION.paces] + queue * servers


@compiled
def replace_least(words, first, count, value):  # type: ignore[no-untyped-def]
    """Another value for the least of a heap."""
    here = 0
    while True:
        below = 2 * here + 1
        if below >= count:
            break
        if below + 1 < count and words[first + below + 1] < words[first + below]:
            below += 1
        if value <= words[first + below]:
            break
        words[first + here] = words[first + below]
        here = below
    words[first + here] = value


@compiled
def _is_full(w, station, queue, limit, now, leave):  # type: ignore[no-untyped-def]
    """Whether the job may not wait; otherwise it is noted to wait until `leave`."""
    line = words_of(w)[station + STATION.waiting] + queue * len(LIST)
    if nodes.drop_until(w, line, now) >= limit:
        return True
    nodes.put_instant(w, line, leave)
    return False


@compiled
def _join(w, station, queue, until):  # type: ignore[no-untyped-def]
    """A job is present in a queue until then, where somebody counts."""
    if words_of(w)[station + STATION.balancing] == LEAST_BUSY:
        nodes.put_instant(w, words_of(w)[station + STATION.present] + queue * len(LIST), until)
