"""Consumer groups: logs, hands, and who takes which message. See engine.group.Group."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import nodes, traffic
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.committing import remember
from swifteats_sim.engine.kernel.draws import lane_below
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.jobs import new_job
from swifteats_sim.engine.kernel.memory import GROUP, LIST, NONE, TRAFFIC
from swifteats_sim.engine.kernel.paces import after
from swifteats_sim.engine.kernel.usage import measured

MESSAGE, HAND = 3, 4
"""Kinds of nodes: a message in a log (number a, asked b, step c, partition d); one in a consumer's hand (group a,
number b, asked c, step d, consumer e, taken f, partition g)."""
COPIES = 1 << 62
"""See engine.group."""


@compiled
def answer(w, group, now):  # type: ignore[no-untyped-def]
    """Which row of the membership's table holds now."""
    return after(words_of(w), words_of(w)[group + GROUP.starts], words_of(w)[group + GROUP.changes], now) - 1


@compiled
def owner(w, group, partition, now):  # type: ignore[no-untyped-def]
    """The consumer that may take from the partition now, NONE while nobody may."""
    row = answer(w, group, now) * words_of(w)[group + GROUP.partitions]
    return words_of(w)[words_of(w)[group + GROUP.owners] + row + partition]


@compiled
def log(w, group, j, step, now):  # type: ignore[no-untyped-def]
    """Append a job's message: True when a consumer takes it at once, else the job goes on at `step` later."""
    job, words = jobs_of(w)[j], words_of(w)
    job.asked += 1
    job.since = now
    words[group + GROUP.number] += 1
    number = words[group + GROUP.number]
    traffic.change(w, words[group + GROUP.traffic], now, 1)
    consumer = owner(w, group, job.partition, now)
    if consumer == NONE:
        nodes.append(w, words[group + GROUP.parked], _message(w, j, number, step))
        return False
    log_, hands = words[group + GROUP.logs] + consumer * len(LIST), words[group + GROUP.hands] + consumer * len(LIST)
    if words[log_ + LIST.size] or (words[group + GROUP.awaited] and words[hands + LIST.size]):
        put_in_log(w, log_, _message(w, j, number, step))
        return False
    _take(w, group, consumer, j, number, step, now)
    return True


@compiled
def _message(w, j, number, step):  # type: ignore[no-untyped-def]
    n = nodes.new_node(w, MESSAGE, j)
    node = nodes_of(w)[n]
    node.a, node.b, node.c, node.d = number, jobs_of(w)[j].asked, step, jobs_of(w)[j].partition
    return n


@compiled
def put_in_log(w, line, n):  # type: ignore[no-untyped-def]
    """Put a message into a log by its number: a new one last, one that comes again near the first."""
    last = words_of(w)[line + LIST.last]
    if last == NONE or nodes_of(w)[last].a < nodes_of(w)[n].a:
        nodes.append(w, line, n)
        return
    following = words_of(w)[line + LIST.first]
    while nodes_of(w)[following].a < nodes_of(w)[n].a:
        following = nodes_of(w)[following].after
    nodes.put_before(w, line, n, following)


@compiled
def _take(w, group, consumer, j, number, step, now):  # type: ignore[no-untyped-def]
    """A consumer takes a job's message in hand."""
    job = jobs_of(w)[j]
    traffic.take(w, words_of(w)[group + GROUP.traffic], job.since, now)
    job.waited += now - job.since
    job.server = consumer
    n = nodes.new_node(w, HAND, j)
    hand = nodes_of(w)[n]
    hand.a, hand.b, hand.c, hand.d, hand.e, hand.f = group, number, job.asked, step, consumer, now
    hand.g = job.partition
    nodes.append(w, words_of(w)[group + GROUP.hands] + consumer * len(LIST), n)
    nodes.keep(w, j, n)


@compiled
def put_down(w, n, now):  # type: ignore[no-untyped-def]
    """A message is handled, and its job has given the hand up: the consumer takes the next one."""
    hand = nodes_of(w)[n]
    group, consumer, words = hand.a, hand.e, words_of(w)
    nodes.take_out(w, words[group + GROUP.hands] + consumer * len(LIST), n)
    traffic.change(w, words[group + GROUP.traffic], now, -1)
    if words[group + GROUP.auto_commit] != NONE:
        remember(w, group, n, now)
    else:
        nodes.free_node(w, n)
    serve(w, group, consumer, now)


@compiled
def again(w, group, flow, entity, index, lane, born, entered, partition, key, step, now, copy):  # type: ignore[no-untyped-def]
    """Deliver a message twice. copy : 1 for the topic's own duplicate, 2 for what a crash brings again."""
    words_of(w)[words_of(w)[group + GROUP.traffic] + TRAFFIC.duplicates] += measured(w, now)
    t = new_job(w, flow, entity, index, lane_below(lane, COPIES, copy), born)
    twin = jobs_of(w)[t]
    twin.entered, twin.partition, twin.key, twin.orphan = entered, partition, key, 1
    if log(w, group, t, step, now):
        resume(w, t, now, step)


@compiled
def serve(w, group, consumer, now):  # type: ignore[no-untyped-def]
    """Let a consumer take what it can: one message at a time where handlers are awaited."""
    words = words_of(w)
    line, hands = words[group + GROUP.logs] + consumer * len(LIST), words[group + GROUP.hands] + consumer * len(LIST)
    while words[line + LIST.size] and not (words[group + GROUP.awaited] and words[hands + LIST.size]):
        n = words[line + LIST.first]
        j, number, asked, step = nodes_of(w)[n].job, nodes_of(w)[n].a, nodes_of(w)[n].b, nodes_of(w)[n].c
        if owner(w, group, nodes_of(w)[n].d, now) != consumer:
            return  # the group stands still, or the consumer is dead: a change will follow
        nodes.take_out(w, line, n)
        nodes.free_node(w, n)
        if jobs_of(w)[j].asked == asked:
            _take(w, group, consumer, j, number, step, now)
            resume(w, j, now, step)
        else:
            traffic.change(w, words[group + GROUP.traffic], now, -1)
