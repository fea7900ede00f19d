"""What becomes of a group when consumers crash, or partitions are dealt out anew. See engine.group.Group."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import LOST, VOID
from swifteats_sim.engine.kernel import committing, groups, nodes, traffic
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.cancelling import cancel_parts
from swifteats_sim.engine.kernel.ending import end
from swifteats_sim.engine.kernel.jobs import disown_parts, is_copy
from swifteats_sim.engine.kernel.memory import GROUP, LIST, NONE, TRAFFIC
from swifteats_sim.engine.kernel.usage import measured


@compiled
def change(w, group, now):  # type: ignore[no-untyped-def]
    """Consumers have crashed, or partitions are dealt out anew: everything that waits is dealt out with them."""
    words, consumers = words_of(w), words_of(w)[group + GROUP.consumers]
    alive = words[group + GROUP.alive] + groups.answer(w, group, now) * consumers
    for consumer in range(consumers):
        if not words[alive + consumer]:
            _crash(w, group, consumer, now)
    _deal_out(w, group, now)
    for consumer in range(consumers):
        groups.serve(w, group, consumer, now)


@compiled
def _deal_out(w, group, now):  # type: ignore[no-untyped-def]
    """Put every message that waits into the log of its partition's owner, or aside where there is none."""
    logs, parked = words_of(w)[group + GROUP.logs], words_of(w)[group + GROUP.parked]
    n = _all_waiting(w, group)
    while n != NONE:
        following = nodes_of(w)[n].older
        nodes_of(w)[n].older = NONE
        owner = groups.owner(w, group, nodes_of(w)[n].d, now)
        nodes.append(w, parked if owner == NONE else logs + owner * len(LIST), n)
        n = following


@compiled
def _all_waiting(w, group):  # type: ignore[no-untyped-def]
    """Take all messages out of the logs, chained by `older` in order of their numbers."""
    first, last = NONE, NONE
    while True:
        line = _foremost(w, group)
        if line == NONE:
            return first
        n = words_of(w)[line + LIST.first]
        nodes.take_out(w, line, n)
        if last == NONE:
            first = n
        else:
            nodes_of(w)[last].older = n
        last = n


@compiled
def _foremost(w, group):  # type: ignore[no-untyped-def]
    """The log, or what is aside, with the oldest message; NONE where all are empty."""
    words, chosen = words_of(w), words_of(w)[group + GROUP.parked]
    if words[chosen + LIST.first] == NONE:
        chosen = NONE
    for consumer in range(words[group + GROUP.consumers]):
        line = words[group + GROUP.logs] + consumer * len(LIST)
        n = words[line + LIST.first]
        if n != NONE and (chosen == NONE or nodes_of(w)[n].a < nodes_of(w)[words[chosen + LIST.first]].a):
            chosen = line
    return chosen


@compiled
def _crash(w, group, consumer, now):  # type: ignore[no-untyped-def]
    """What the consumer had in hand is handled again, or lost where its offset was committed before."""
    words, committed = words_of(w), committing.committed(w, group, now)
    hands, done = words[group + GROUP.hands] + consumer * len(LIST), words[group + GROUP.done] + consumer * len(LIST)
    n, last_done = words[hands + LIST.first], words[done + LIST.last]
    while n != NONE:
        nodes.give_up(w, nodes_of(w)[n].job, n)
        disown_parts(w, nodes_of(w)[n].job)
        n = nodes_of(w)[n].after
    n = _reversed_chain(w, hands)
    while n != NONE:
        following = nodes_of(w)[n].older
        nodes_of(w)[n].older = NONE
        _interrupt(w, group, consumer, n, committed, now)
        n = following
    _repeat_done(w, group, done, last_done, committed, now)


@compiled
def _reversed_chain(w, line):  # type: ignore[no-untyped-def]
    """Take all nodes off a list, chained by `older` in its order."""
    chain, n = NONE, words_of(w)[line + LIST.last]
    while n != NONE:
        nodes.take_out(w, line, n)
        nodes_of(w)[n].older = chain
        chain = n
        n = words_of(w)[line + LIST.last]
    return chain


@compiled
def _interrupt(w, group, consumer, n, committed, now):  # type: ignore[no-untyped-def]
    """A message that was in hand: lost, or in the log again."""
    words, j, taken = words_of(w), nodes_of(w)[n].job, nodes_of(w)[n].f
    topic = words[group + GROUP.traffic]
    cancel_parts(w, j, now)
    if taken < committed:
        nodes.free_node(w, n)
        traffic.change(w, topic, now, -1)
        words[topic + TRAFFIC.lost] += measured(w, now) and not is_copy(jobs_of(w)[j])
        end(w, j, LOST, now)
        return
    words[topic + TRAFFIC.duplicates] += measured(w, now)
    jobs_of(w)[j].turn, jobs_of(w)[j].since = VOID, now
    node = nodes_of(w)[n]
    node.kind, node.a, node.b, node.c, node.d = groups.MESSAGE, node.b, node.c, node.d, node.g
    groups.put_in_log(w, words[group + GROUP.logs] + consumer * len(LIST), n)


@compiled
def _repeat_done(w, group, done, last, committed, now):  # type: ignore[no-untyped-def]
    """What was done and not committed is delivered again; what came to be done meanwhile is not."""
    while last != NONE and words_of(w)[done + LIST.size]:
        n = words_of(w)[done + LIST.first]
        nodes.take_out(w, done, n)
        d = nodes_of(w)[n]
        if d.empty >= committed:
            groups.again(w, group, d.job, d.a, d.b, d.c, d.d, d.e, d.f, d.g, d.h, now, 2)
        nodes.free_node(w, n)
        if n == last:
            break
