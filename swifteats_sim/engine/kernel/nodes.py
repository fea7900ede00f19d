"""Nodes and the lists that they stand in: lines, logs, trays, and what a job holds."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.events import widen
from swifteats_sim.engine.kernel.memory import LIST, NONE, REGISTERS


@compiled
def new_node(w, kind, job):  # type: ignore[no-untyped-def]
    """A node in no list."""
    n = words_of(w)[REGISTERS.free_node]
    if n == NONE:
        n = words_of(w)[REGISTERS.nodes]
        words_of(w)[REGISTERS.nodes] = n + 1
        widen(w, 1)
    else:
        words_of(w)[REGISTERS.free_node] = nodes_of(w)[n].after
    node = nodes_of(w)[n]
    node.kind, node.job, node.empty = kind, job, 0
    node.older = node.after = node.before = NONE
    return n


@compiled
def free_node(w, n):  # type: ignore[no-untyped-def]
    """Nobody needs the node any longer."""
    nodes_of(w)[n].after = words_of(w)[REGISTERS.free_node]
    words_of(w)[REGISTERS.free_node] = n


@compiled
def put_before(w, line, n, following):  # type: ignore[no-untyped-def]
    """Put a node into a list before another one of it; NONE: as the last."""
    node = nodes_of(w)[n]
    ahead = words_of(w)[line + LIST.last] if following == NONE else nodes_of(w)[following].before
    node.after, node.before = following, ahead
    if ahead == NONE:
        words_of(w)[line + LIST.first] = n
    else:
        nodes_of(w)[ahead].after = n
    if following == NONE:
        words_of(w)[line + LIST.last] = n
    else:
        nodes_of(w)[following].before = n
    words_of(w)[line + LIST.size] += 1


@compiled
def append(w, line, n):  # type: ignore[no-untyped-def]
    """Put a node last into a list."""
    put_before(w, line, n, NONE)


@compiled
def take_out(w, line, n):  # type: ignore[no-untyped-def]
    """Take a node out of its list."""
    node = nodes_of(w)[n]
    if node.before == NONE:
        words_of(w)[line + LIST.first] = node.after
    else:
        nodes_of(w)[node.before].after = node.after
    if node.after == NONE:
        words_of(w)[line + LIST.last] = node.before
    else:
        nodes_of(w)[node.after].before = node.before
    node.after = node.before = NONE
    words_of(w)[line + LIST.size] -= 1


@compiled
def put_instant(w, line, at):  # type: ignore[no-untyped-def]
    """Put an instant into a list that is kept in order of time; nearly all come last."""
    n = new_node(w, 0, NONE)
    nodes_of(w)[n].a = at
    following, last = NONE, words_of(w)[line + LIST.last]
    while last != NONE and nodes_of(w)[last].a > at:
        following, last = last, nodes_of(w)[last].before
    put_before(w, line, n, following)


@compiled
def drop_until(w, line, now):  # type: ignore[no-untyped-def]
    """Drop the instants up to now from such a list; how many are left."""
    first = words_of(w)[line + LIST.first]
    while first != NONE and nodes_of(w)[first].a <= now:
        take_out(w, line, first)
        free_node(w, first)
        first = words_of(w)[line + LIST.first]
    return words_of(w)[line + LIST.size]


@compiled
def keep(w, j, n):  # type: ignore[no-untyped-def]
    """A job holds on to something."""
    nodes_of(w)[n].older = jobs_of(w)[j].held
    jobs_of(w)[j].held = n


@compiled
def give_up(w, j, n):  # type: ignore[no-untyped-def]
    """A job holds something no longer."""
    newer, node = NONE, jobs_of(w)[j].held
    while node != n:
        newer, node = node, nodes_of(w)[node].older
    if newer == NONE:
        jobs_of(w)[j].held = nodes_of(w)[n].older
    else:
        nodes_of(w)[newer].older = nodes_of(w)[n].older
    nodes_of(w)[n].older = NONE


@compiled
def oldest_held(w, j, kind, a):  # type: ignore[no-untyped-def]
    """What a job has held longest of this kind and number; NONE: nothing."""
    found, n = NONE, jobs_of(w)[j].held
    while n != NONE:
        if nodes_of(w)[n].kind == kind and nodes_of(w)[n].a == a:
            found = n
        n = nodes_of(w)[n].older
    return found


@compiled
def newest_held(w, j, kind, a):  # type: ignore[no-untyped-def]
    """What a job has held shortest of this kind and, unless that is NONE, number; NONE: nothing."""
    n = jobs_of(w)[j].held
    while n != NONE and not (nodes_of(w)[n].kind == kind and (a == NONE or nodes_of(w)[n].a == a)):
        n = nodes_of(w)[n].older
    return n
