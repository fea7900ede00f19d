"""Topics that flows publish to: which partition, and whether its leader is there.

See stack.broker.Topic and engine.publishing.Leaders.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import draws, flows
from swifteats_sim.engine.kernel.arrays import jobs_of, words_of
from swifteats_sim.engine.kernel.memory import NONE, TOPIC

ROUND_ROBIN, KEYED, PINNED, RANDOM = range(4)


@compiled
def geo_of(w, topic, j):  # type: ignore[no-untyped-def]
    """A driver's geo; what others ask for belongs to one geo or another."""
    geos = words_of(w)[topic + TOPIC.geo_of]
    if geos != NONE:
        return words_of(w)[geos + jobs_of(w)[j].entity]
    return flows.key_of(w, j) % words_of(w)[topic + TOPIC.geos]


@compiled
def partition(w, topic, j, geo):  # type: ignore[no-untyped-def]
    """Where the next message goes."""
    job, words = jobs_of(w)[j], words_of(w)
    geos = words[topic + TOPIC.geos]
    key = job.entity if words[topic + TOPIC.geo_of] != NONE else flows.key_of(w, j) // geos
    geo = geo if geos > 1 else 0
    return words[words[topic + TOPIC.first] + geo] + _within(w, topic, geo, key, job.index)


@compiled
def _within(w, topic, geo, key, index):  # type: ignore[no-untyped-def]
    words = words_of(w)
    how, count = words[topic + TOPIC.placement], words[words[topic + TOPIC.counts] + geo]
    if how == KEYED:
        return key % count
    if how == PINNED:
        return 0
    if how == RANDOM:
        u = draws.uniform(w, words[topic + TOPIC.stream], key, index, 0, 0)
        return min(int(u * count), count - 1)
    turn = words[topic + TOPIC.turns] + geo
    words[turn] = (words[turn] + 1) % count
    return words[turn]


@compiled
def ready(w, topic, now):  # type: ignore[no-untyped-def]
    """When a message can be published."""
    losses = words_of(w)[topic + TOPIC.losses]
    for number in range(words_of(w)[topic + TOPIC.loss_count]):
        at, lasting = words_of(w)[losses + 2 * number], words_of(w)[losses + 2 * number + 1]
        if at <= now < at + lasting:
            now = at + lasting
    return now


@compiled
def loses(w, topic, now):  # type: ignore[no-untyped-def]
    """Whether a message published now dies with its leader."""
    losses, unsafe = words_of(w)[topic + TOPIC.losses], words_of(w)[topic + TOPIC.unsafe]
    for number in range(words_of(w)[topic + TOPIC.loss_count]):
        at = words_of(w)[losses + 2 * number]
        if at - unsafe <= now < at:
            return True
    return False
