"""Which instance of a station gets a job. See engine.balancing."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import nodes
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.memory import LIST, STATION
from swifteats_sim.engine.kernel.paces import after

SHARED, ROUND_ROBIN, PARTITION, LEAST_BUSY, WEIGHTED, HEALTH_CHECKED = range(6)


@compiled
def choose(w, station, now, partition):  # type: ignore[no-untyped-def]
    """The queue of a job that arrives `now`."""
    words, queues = words_of(w), words_of(w)[station + STATION.queues]
    how = words[station + STATION.balancing]
    if how == SHARED:
        return 0
    if how == PARTITION:
        return partition if partition < queues else partition % queues
    if how == LEAST_BUSY:
        return _least_busy(w, words[station + STATION.present], queues, now)
    if how == WEIGHTED:
        return _weighted(words, station, queues)
    if how == HEALTH_CHECKED:
        return _health_checked(words, station, queues, now)
    turn = words[station + STATION.turn] + 1
    turn = 0 if turn == queues else turn
    words[station + STATION.turn] = turn
    return turn


@compiled
def _least_busy(w, present, queues, now):  # type: ignore[no-untyped-def]
    chosen, fewest = 0, -1
    for instance in range(queues):
        count = nodes.drop_until(w, present + instance * len(LIST), now)
        if fewest < 0 or count < fewest:
            chosen, fewest = instance, count
    return chosen


@compiled
def _weighted(words, station, queues):  # type: ignore[no-untyped-def]
    credit, weights, chosen = words[station + STATION.credit], words[station + STATION.weights], 0
    for instance in range(queues):
        words[credit + instance] += words[weights + instance]
        if words[credit + instance] > words[credit + chosen]:
            chosen = instance
    words[credit + chosen] -= words[station + STATION.weight_sum]
    return chosen


@compiled
def _health_checked(words, station, queues, now):  # type: ignore[no-untyped-def]
    """Each instance has words: the number of its edges, and these."""
    health, turn = words[station + STATION.health], words[station + STATION.turn]
    for step in range(1, queues + 1):
        instance = (turn + step) % queues
        edges = words[health + instance]
        if after(words, edges + 1, words[edges], now) % 2 == 0:
            words[station + STATION.turn] = instance
            return instance
    words[station + STATION.turn] = (turn + 1) % queues
    return words[station + STATION.turn]
