"""What is known of single clients: gaps, token buckets, and open connections.

See engine.gaps, engine.limiting and engine.streaming.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import draws, maps
from swifteats_sim.engine.kernel.arrays import cells_of, words_of
from swifteats_sim.engine.kernel.memory import CONNECTIONS, GAPS, LIMIT, NONE, REGISTERS
from swifteats_sim.engine.streaming import CONNECTION, SLOT, SUBSCRIPTION

NUMBER, START, STOP = range(3)
"""Values of a client in the map of gaps; GAP, LENGTH : steps of the draws of one."""
GAP, LENGTH = 0, 1
REFUSED, SILENT, AWAY, ELSEWHERE = range(4)
"""Why a message does not come to its client, by number of engine.streaming.MISSES."""


@compiled
def begin_gaps(w, gaps, client, now):  # type: ignore[no-untyped-def]
    """The client is there from now on, and its first gap lies ahead."""
    at = maps.find_or_add(w, words_of(w)[gaps + GAPS.now], client, 0)
    _draw_gap(w, gaps, at, client, 0, now)


@compiled
def gap_of(w, gaps, client, now):  # type: ignore[no-untyped-def]
    """Where the first gap of a client that is not over stands in `cells`."""
    at = maps.find(w, words_of(w)[gaps + GAPS.now], client)
    if at == NONE:
        at = maps.find_or_add(w, words_of(w)[gaps + GAPS.now], client, 0)
        _draw_gap(w, gaps, at, client, 0, 0)
    while now >= cells_of(w)[at + STOP]:
        _draw_gap(w, gaps, at, client, cells_of(w)[at + NUMBER] + 1, cells_of(w)[at + STOP])
    return at


@compiled
def _draw_gap(w, gaps, at, client, number, since):  # type: ignore[no-untyped-def]
    words = words_of(w)
    stream = words[gaps + GAPS.stream]
    start = since + draws.draw_ns(w, words[gaps + GAPS.every], stream, client, number, GAP, 0)
    lasting = draws.draw_ns(w, words[gaps + GAPS.lasting], stream, client, number, LENGTH, 0)
    cells_of(w)[at + NUMBER], cells_of(w)[at + START], cells_of(w)[at + STOP] = number, start, start + max(1, lasting)


@compiled
def back(w, gaps, client, now):  # type: ignore[no-untyped-def]
    """When the client is reached: now, or at the end of the gap it is in."""
    at = gap_of(w, gaps, client, now)
    return cells_of(w)[at + STOP] if now >= cells_of(w)[at + START] else now


@compiled
def admit(w, limit, client, now):  # type: ignore[no-untyped-def]
    """Whether the client's bucket, or its address's, has a token, which is then taken."""
    words, key = words_of(w), client
    if words[limit + LIMIT.addresses] != NONE:
        u = draws.uniform(w, words[limit + LIMIT.stream], client, 0, 0, 0)
        key = min(int(u * words[limit + LIMIT.addresses]), words[limit + LIMIT.addresses] - 1)
    if 0 <= key < words[limit + LIMIT.known]:
        return _has_token(words, limit, words, words[limit + LIMIT.near] + key, now)
    return _has_token(words, limit, cells_of(w), maps.find_or_add(w, words[limit + LIMIT.buckets], key, 0), now)


@compiled
def _has_token(words, limit, buckets, at, now):  # type: ignore[no-untyped-def]
    """Whether the bucket, full again at buckets[at], has a token, which is then taken."""
    full_at = max(buckets[at], now)
    if full_at - now > words[limit + LIMIT.ahead]:
        return False
    buckets[at] = full_at + words[limit + LIMIT.interval]
    return True


@compiled
def count_of(w, connections):  # type: ignore[no-untyped-def]
    """Clients who want a connection now."""
    clients = words_of(w)[connections + CONNECTIONS.clients]
    return words_of(w)[REGISTERS.watchers] if clients == NONE else clients


@compiled
def scanning(w, connections):  # type: ignore[no-untyped-def]
    """Ns that a process needs to go through its connections for one message."""
    words, slots = words_of(w), words_of(w)[connections + CONNECTIONS.slots]
    count = count_of(w, connections) if slots == NONE else min(count_of(w, connections), slots)
    return count * words[connections + CONNECTIONS.scan] // words[connections + CONNECTIONS.processes]


@compiled
def miss(w, connections, client, process, now):  # type: ignore[no-untyped-def]
    """Why a message that this process handles does not come to the client, NONE: it does."""
    words = words_of(w)
    slots, stream = words[connections + CONNECTIONS.slots], words[connections + CONNECTIONS.stream]
    if slots != NONE and draws.uniform(w, stream, client, SLOT, 0, 0) * count_of(w, connections) >= slots:
        return REFUSED
    breaks = words[connections + CONNECTIONS.breaks]
    if breaks != NONE:
        at = gap_of(w, breaks, client, now)
        had_one = cells_of(w)[at + NUMBER] > 0 or now >= cells_of(w)[at + START]
        if had_one and not words[connections + CONNECTIONS.resubscribes]:
            return SILENT
        if now >= cells_of(w)[at + START]:
            return AWAY
    if words[connections + CONNECTIONS.fan_out] or _is_here(w, connections, client, process):
        return NONE
    return ELSEWHERE


@compiled
def _is_here(w, connections, client, process):  # type: ignore[no-untyped-def]
    here = process % words_of(w)[connections + CONNECTIONS.processes]
    if _at(w, connections, client, CONNECTION) != here:
        return False
    return words_of(w)[connections + CONNECTIONS.sticky] or _at(w, connections, client, SUBSCRIPTION) == here


@compiled
def _at(w, connections, client, what):  # type: ignore[no-untyped-def]
    processes = words_of(w)[connections + CONNECTIONS.processes]
    u = draws.uniform(w, words_of(w)[connections + CONNECTIONS.stream], client, what, 0, 0)
    return min(int(u * processes), processes - 1)
