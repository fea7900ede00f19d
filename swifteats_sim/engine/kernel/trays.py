"""Batches: who waits on a tray, and who stands for whom. See engine.batching."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import VOID
from swifteats_sim.engine.kernel import nodes
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, words_of
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.memory import LIST, NONE, TRAY

SEAT, MEMBERS, LEFT = 9, 10, 11
"""Kinds of nodes: a job's place in a batch (tray a, server b, on the tray: c); the others of a leader's batch (first
seat a); a seat whose batch is no more."""


@compiled
def seats_of(w, tray, server):  # type: ignore[no-untyped-def]
    """The list of those who wait for a batch of this server."""
    return words_of(w)[tray + TRAY.seats] + (server * len(LIST) if words_of(w)[tray + TRAY.apart] else 0)


@compiled
def departure(w, tray, now):  # type: ignore[no-untyped-def]
    """When a batch whose first job comes now must go."""
    every = words_of(w)[tray + TRAY.every]
    return now + every if words_of(w)[tray + TRAY.size] != NONE else -(-now // every) * every


@compiled
def gather(w, tray, j, now):  # type: ignore[no-untyped-def]
    """A job sits down; True where the batch is full with it."""
    job, size = jobs_of(w)[j], words_of(w)[tray + TRAY.size]
    line = seats_of(w, tray, job.server)
    n = nodes.new_node(w, SEAT, j)
    nodes_of(w)[n].a, nodes_of(w)[n].b, nodes_of(w)[n].c = tray, job.server, 1
    job.since = now
    job.pc += 1
    nodes.keep(w, j, n)
    nodes.append(w, line, n)
    if size != NONE and words_of(w)[line + LIST.size] >= size:
        return True
    if words_of(w)[line + LIST.size] == 1:
        resume(w, j, departure(w, tray, now), job.pc)
    return False


@compiled
def depart(w, tray, j, now):  # type: ignore[no-untyped-def]
    """All who wait leave the tray; the job that brings this about leads them."""
    line = seats_of(w, tray, jobs_of(w)[j].server)
    m = nodes.new_node(w, MEMBERS, j)
    n, last = words_of(w)[line + LIST.first], NONE
    words_of(w)[line + LIST.first] = words_of(w)[line + LIST.last] = NONE
    words_of(w)[line + LIST.size] = 0
    nodes_of(w)[m].a = NONE
    while n != NONE:
        seat, job = nodes_of(w)[n], jobs_of(w)[nodes_of(w)[n].job]
        following = seat.after
        job.waited += now - job.since
        job.turn = VOID  # the first need not wake any longer
        seat.c, seat.after = 0, NONE
        if seat.job == j:
            nodes.give_up(w, j, n)
            nodes.free_node(w, n)
        else:
            if last == NONE:
                nodes_of(w)[m].a = n
            else:
                nodes_of(w)[last].after = n
            last = n
        n = following
    nodes.keep(w, j, m)


@compiled
def scatter(w, j, now):  # type: ignore[no-untyped-def]
    """The batch is through: everybody goes on alone, at the step after the leader's."""
    m = nodes.newest_held(w, j, MEMBERS, NONE)
    nodes.give_up(w, j, m)
    n = nodes_of(w)[m].a
    nodes.free_node(w, m)
    while n != NONE:
        following = nodes_of(w)[n].after
        if not nodes_of(w)[n].empty:
            member = nodes_of(w)[n].job
            nodes.give_up(w, member, n)
            resume(w, member, now, jobs_of(w)[j].pc + 1)
        nodes.free_node(w, n)
        n = following


@compiled
def leave(w, n, now):  # type: ignore[no-untyped-def]
    """A job leaves its seat, which it has given up; where it was the first on the tray, the next wakes the batch."""
    seat = nodes_of(w)[n]
    seat.empty = 1
    if not seat.c:
        return  # its leader frees the seat
    line = seats_of(w, seat.a, seat.b)
    first, tray = words_of(w)[line + LIST.first] == n, seat.a
    nodes.take_out(w, line, n)
    nodes.free_node(w, n)
    if first and words_of(w)[line + LIST.first] != NONE:
        heir = nodes_of(w)[words_of(w)[line + LIST.first]].job
        job = jobs_of(w)[heir]
        resume(w, heir, max(now, departure(w, tray, job.since)), job.pc)
