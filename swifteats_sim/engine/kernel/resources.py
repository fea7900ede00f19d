"""Resources that jobs hold, and lines for them. See engine.resource."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import levels, nodes
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, stack_of, words_of
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.memory import CEILING, LEVEL, LIST, NONE, REGISTERS, RESOURCE

HELD, WAITER = 1, 2
"""Kinds of nodes: a resource that a job holds (a); its place in the line for one (a, step b, priority c, asked d)."""


@compiled
def is_free(w, resource):  # type: ignore[no-untyped-def]
    """Whether one more may be held now."""
    words = words_of(w)
    if words[words[resource + RESOURCE.in_use] + LEVEL.value] >= words[resource + RESOURCE.size]:
        return False
    ceiling, used = words[resource + RESOURCE.ceiling], 0
    for number in range(words[ceiling + CEILING.count]):
        member = words[words[ceiling + CEILING.members] + number]
        used += words[words[member + RESOURCE.in_use] + LEVEL.value]
    return used < words[ceiling + CEILING.size]


@compiled
def give(w, resource, j, now):  # type: ignore[no-untyped-def]
    """A job that asked at its `since` has one now."""
    job = jobs_of(w)[j]
    job.waited += now - job.since
    n = nodes.new_node(w, HELD, j)
    nodes_of(w)[n].a = resource
    nodes.keep(w, j, n)
    levels.taken(w, resource, job.since, now)


@compiled
def wait_for(w, resource, j, priority, step, now):  # type: ignore[no-untyped-def]
    """Let a job wait for one, to go on at `step`; by priority, then in order of asking."""
    n = nodes.new_node(w, WAITER, j)
    node = nodes_of(w)[n]
    node.a, node.b, node.c, node.d = resource, step, priority, now
    nodes.keep(w, j, n)
    levels.change(w, words_of(w)[resource + RESOURCE.waiting], now, 1)
    stand(w, words_of(w)[resource + RESOURCE.line], n)


@compiled
def stand(w, line, n):  # type: ignore[no-untyped-def]
    """Stand in a line behind all whose priority is not worse."""
    following, last = NONE, words_of(w)[line + LIST.last]
    while last != NONE and nodes_of(w)[last].c > nodes_of(w)[n].c:
        following, last = last, nodes_of(w)[last].before
    nodes.put_before(w, line, n, following)


@compiled
def leave(w, j, n, now):  # type: ignore[no-untyped-def]
    """A job in a line goes without. n : its place there, which it has given up."""
    job, resource = jobs_of(w)[j], nodes_of(w)[n].a
    nodes.take_out(w, words_of(w)[resource + RESOURCE.line], n)
    nodes.free_node(w, n)
    job.waited += now - job.since
    levels.change(w, words_of(w)[resource + RESOURCE.waiting], now, -1)
    levels.waited(w, resource, job.since, now)


@compiled
def give_back(w, resource, now):  # type: ignore[no-untyped-def]
    """One is held no longer: who is first in line, here or under the same ceiling, gets it."""
    levels.change(w, words_of(w)[resource + RESOURCE.in_use], now, -1)
    serve_next(w, words_of(w)[resource + RESOURCE.ceiling], now)


@compiled
def serve_next(w, ceiling, now):  # type: ignore[no-untyped-def]
    """Whoever is first in line at any of a ceiling's resources gets one, if there is one."""
    words, chosen, foremost = words_of(w), NONE, NONE
    for number in range(words[ceiling + CEILING.count]):
        resource = words[words[ceiling + CEILING.members] + number]
        first = words[words[resource + RESOURCE.line] + LIST.first]
        if first == NONE or not is_free(w, resource):
            continue
        if chosen == NONE or _before(nodes_of(w)[first], nodes_of(w)[foremost]):
            chosen, foremost = resource, first
    if chosen != NONE:
        _serve(w, chosen, now)


@compiled
def _before(one, other):  # type: ignore[no-untyped-def]
    return one.c < other.c or (one.c == other.c and one.d < other.d)


@compiled
def _serve(w, resource, now):  # type: ignore[no-untyped-def]
    """Give one to the first in line; a process is called once the loop has halted, right after this instant."""
    n = words_of(w)[words_of(w)[resource + RESOURCE.line] + LIST.first]
    j, step, asked = nodes_of(w)[n].job, nodes_of(w)[n].b, nodes_of(w)[n].d
    nodes.take_out(w, words_of(w)[resource + RESOURCE.line], n)
    levels.change(w, words_of(w)[resource + RESOURCE.waiting], now, -1)
    if words_of(w)[resource + RESOURCE.process]:
        levels.taken(w, resource, asked, now)
        _call(w, resource, now)
    else:
        nodes.give_up(w, j, n)
        give(w, resource, j, now)
        resume(w, j, now, step)
    nodes.free_node(w, n)


@compiled
def _call(w, resource, now):  # type: ignore[no-untyped-def]
    """Note that the first process in a resource's line is served now, and halt."""
    here = words_of(w)[REGISTERS.calls]
    stack_of(w)[len(stack_of(w)) - 1 - 2 * here], stack_of(w)[len(stack_of(w)) - 2 - 2 * here] = resource, now
    words_of(w)[REGISTERS.calls] = here + 1
    words_of(w)[REGISTERS.halt] = now + 1
