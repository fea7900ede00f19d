"""What a consumer has done and not committed: after a crash it is delivered again. See engine.group.Group."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import nodes
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.memory import GROUP, LIST, NONE

DONE = 5
"""A kind of node: a message that is done and not committed (flow, entity, index, lane, born, entered, partition, key as
job, a .. g; step h; taken `empty`)."""


@compiled
def remember(w, group, n, now):  # type: ignore[no-untyped-def]
    """A message is done, but its offset is not committed yet: keep what is needed to deliver it again."""
    node = nodes_of(w)[n]
    job, line = jobs_of(w)[node.job], words_of(w)[group + GROUP.done] + node.e * len(LIST)
    step, taken, partition = node.d, node.f, node.g
    node.kind, node.job, node.a, node.b, node.c = DONE, job.flow, job.entity, job.index, job.lane
    node.d, node.e, node.f, node.g, node.h, node.empty = job.born, job.entered, partition, job.key, step, taken
    nodes.append(w, line, n)
    first, until = words_of(w)[line + LIST.first], committed(w, group, now)
    while first != NONE and nodes_of(w)[first].empty < until:
        nodes.take_out(w, line, first)
        nodes.free_node(w, first)
        first = words_of(w)[line + LIST.first]


@compiled
def committed(w, group, now):  # type: ignore[no-untyped-def]
    """The instant of the last automatic commit: what was taken before it is never delivered again."""
    every = words_of(w)[group + GROUP.auto_commit]
    return -1 if every == NONE else now // every * every
