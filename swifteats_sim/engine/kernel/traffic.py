"""What passed a topic. See engine.traffic.Traffic."""

from __future__ import annotations

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import distributions, maps, wide
from swifteats_sim.engine.kernel.arrays import cells_of, words_of
from swifteats_sim.engine.kernel.memory import NONE, REGISTERS, TRAFFIC
from swifteats_sim.engine.kernel.usage import measured


@compiled
def change(w, traffic, now, by):  # type: ignore[no-untyped-def]
    """`by` messages more, or fewer, are waiting from now on."""
    words = words_of(w)
    warmup, end, since = words[REGISTERS.warmup], words[REGISTERS.end], words[traffic + TRAFFIC.since]
    lasted, waiting = min(now, end) - max(since, warmup), words[traffic + TRAFFIC.waiting]
    if lasted > 0:
        wide.add_product(words, traffic + TRAFFIC.waited, waiting, lasted)
    if now > since and now > warmup and since < end:
        words[traffic + TRAFFIC.most] = max(words[traffic + TRAFFIC.most], waiting)
    words[traffic + TRAFFIC.since] = now
    words[traffic + TRAFFIC.waiting] = waiting + by
    words[words[traffic + TRAFFIC.changes] + min(now // MINUTE, words[REGISTERS.last_minute])] += by


@compiled
def place(w, traffic, key, partition, now, geo):  # type: ignore[no-untyped-def]
    """A message of this geo is published, and acknowledged, and comes to its partition."""
    words, counts = words_of(w), measured(w, now)
    words[traffic + TRAFFIC.messages] += counts
    if _last(w, traffic, key, partition) != partition:
        words[traffic + TRAFFIC.scattered] += counts
    before = words[traffic + TRAFFIC.geos] + partition
    if words[before] != geo:
        words[traffic + TRAFFIC.mixed] += counts * (words[before] != NONE)
        words[before] = geo


@compiled
def _last(w, traffic, key, partition):  # type: ignore[no-untyped-def]
    """The partition of the key's message before, this one's where there is none; from now on it is this one's."""
    words, cells = words_of(w), cells_of(w)
    if 0 <= key < words[traffic + TRAFFIC.known]:
        at = words[traffic + TRAFFIC.near] + key
        last = words[at]
        words[at] = partition
        if last == NONE:
            words[traffic + TRAFFIC.met] += 1
            return partition
        return last
    at = maps.find_or_add(w, words[traffic + TRAFFIC.keys], key, partition)
    last, cells[at] = cells[at], partition
    return last


@compiled
def lose(w, traffic, now):  # type: ignore[no-untyped-def]
    """A message dies with the leader that alone has it."""
    words_of(w)[traffic + TRAFFIC.lost] += measured(w, now)
    words_of(w)[traffic + TRAFFIC.unreplicated] += measured(w, now)


@compiled
def take(w, traffic, logged, now):  # type: ignore[no-untyped-def]
    """A message is taken by a consumer."""
    if measured(w, logged):
        distributions.count(w, words_of(w)[traffic + TRAFFIC.delay], now - logged)
