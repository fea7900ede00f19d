"""How jobs end, or are stopped, and what becomes of what they held. See engine.loop.Loop.end.

What one job holds may be the end of others, and the end of a part that of its whole: a stack of those that are about to
end takes the place of calls within calls.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.job import VOID
from swifteats_sim.engine.kernel import filling, flows, groups, joining, nodes, offline, resources, trays
from swifteats_sim.engine.kernel.arrays import jobs_of, nodes_of, stack_of, words_of
from swifteats_sim.engine.kernel.errors import ENDED_TWICE, TOO_MANY
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.jobs import free_job, lose_part
from swifteats_sim.engine.kernel.memory import FLOW, NONE, REGISTERS


@apart
def end(w, j, outcome, now):  # type: ignore[no-untyped-def]
    """A job, or a part of one, has ended; what it still held is given back."""
    job = jobs_of(w)[j]
    if job.held == NONE and not (job.is_part or job.orphan or job.over):
        job.over = 1
        flows.end(w, j, outcome, now)
        free_job(w, j)
    else:
        _end_with_others(w, j, outcome, now)


@apart
def _end_with_others(w, j, outcome, now):  # type: ignore[no-untyped-def]
    """The same for one whose end may be that of others."""
    bottom = words_of(w)[REGISTERS.ending]
    _push(w, j, outcome)
    while words_of(w)[REGISTERS.ending] > bottom:
        j = _top(w)
        n = jobs_of(w)[j].held
        if n == NONE:
            words_of(w)[REGISTERS.ending] -= 1
            _close(w, j, now)
        else:
            give_back(w, j, n, now)


@compiled
def _push(w, j, outcome):  # type: ignore[no-untyped-def]
    """A job is about to end, before those that are already."""
    job = jobs_of(w)[j]
    if job.over:
        words_of(w)[REGISTERS.error] = ENDED_TWICE
    job.over, job.turn, job.outcome = 1, VOID, outcome
    words, stack = words_of(w), stack_of(w)
    here = words[REGISTERS.ending]
    if here >= len(stack) // 4:
        words[REGISTERS.error] = TOO_MANY
        return
    stack[len(stack) // 2 + here] = j
    words[REGISTERS.ending] = here + 1


@compiled
def _top(w):  # type: ignore[no-untyped-def]
    return stack_of(w)[len(stack_of(w)) // 2 + words_of(w)[REGISTERS.ending] - 1]


@compiled
def _close(w, j, now):  # type: ignore[no-untyped-def]
    """A job that holds nothing any longer is counted, or its whole is told."""
    job = jobs_of(w)[j]
    if job.is_part:
        if job.orphan:
            words_of(w)[job.flow + FLOW.wasted] += flows.measures(w, job)
        else:
            whole = job.parent
            lose_part(w, whole, j)
            outcome = joining.joined(w, whole, j, job.outcome, now)
            if outcome != joining.GOES_ON:
                _push(w, whole, outcome)
    elif not job.orphan:
        flows.end(w, j, job.outcome, now)
    free_job(w, j)


@compiled
def _release(w, j, n, now):  # type: ignore[no-untyped-def]
    """What a job held, and has given up, is free again; all kinds but MEMBERS."""
    kind = nodes_of(w)[n].kind
    if kind == resources.HELD:
        resource = nodes_of(w)[n].a
        nodes.free_node(w, n)
        resources.give_back(w, resource, now)
    elif kind == resources.WAITER:
        resources.leave(w, j, n, now)
    elif kind == groups.HAND:
        groups.put_down(w, n, now)
    elif kind == filling.FILLING:
        filling.break_promise(w, n, now)
    elif kind == trays.SEAT:
        trays.leave(w, n, now)
    elif kind == trays.LEFT:
        nodes.free_node(w, n)
    else:
        offline.answered(w, n, now)


@compiled
def _let_members_go(w, j, n, now):  # type: ignore[no-untyped-def]
    """Where the leader does not get through, nobody does; where it is stopped, they gather anew."""
    seat, stopped, outcome = nodes_of(w)[n].a, jobs_of(w)[j].stopped, jobs_of(w)[j].outcome
    nodes.free_node(w, n)
    first = words_of(w)[REGISTERS.ending]
    while seat != NONE:
        following, member = nodes_of(w)[seat].after, nodes_of(w)[seat].job
        if nodes_of(w)[seat].empty:
            nodes.free_node(w, seat)
        elif stopped:
            nodes.give_up(w, member, seat)
            nodes.free_node(w, seat)
            resume(w, member, now, jobs_of(w)[member].pc - 1)
        else:
            _push(w, member, outcome)  # its seat is freed with what it holds
            nodes_of(w)[seat].kind = trays.LEFT
        seat = following
    _reverse(w, first)


@compiled
def _reverse(w, first):  # type: ignore[no-untyped-def]
    """Who was pushed first ends first."""
    low, high = len(stack_of(w)) // 2 + first, len(stack_of(w)) // 2 + words_of(w)[REGISTERS.ending] - 1
    while low < high:
        stack_of(w)[low], stack_of(w)[high] = stack_of(w)[high], stack_of(w)[low]
        low, high = low + 1, high - 1


@compiled
def give_back(w, j, n, now):  # type: ignore[no-untyped-def]
    """A job gives back the newest of what it held."""
    jobs_of(w)[j].held = nodes_of(w)[n].older
    if nodes_of(w)[n].kind == trays.MEMBERS:
        _let_members_go(w, j, n, now)
    else:
        _release(w, j, n, now)
