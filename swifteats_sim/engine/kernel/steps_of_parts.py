"""Steps that choose a way, take several, or try again. See engine.branching, engine.retrying and engine.consuming."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import (
    FAILED,
    WAIT,
)
from swifteats_sim.engine.kernel import draws, flows, joining
from swifteats_sim.engine.kernel.arrays import jobs_of, reals_of, words_of
from swifteats_sim.engine.kernel.ending import end
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.jobs import call, disown_parts, part_of
from swifteats_sim.engine.kernel.memory import FLOW, NONE


@compiled
def branch(w, j, step):  # type: ignore[no-untyped-def]
    """Take one of several ways."""
    u = draws.uniform_of_job(w, step.c, jobs_of(w)[j], 0, step.place)
    count, way = words_of(w)[step.a], 0
    while way < count - 1 and u >= reals_of(w)[step.b + way]:
        way += 1
    return words_of(w)[step.a + 1 + way]


@compiled
def fork(w, j, step):  # type: ignore[no-untyped-def]
    """Take all ways at once, the first one first."""
    count, pc = words_of(w)[step.b], jobs_of(w)[j].pc
    jobs_of(w)[j].tries = count
    for way in range(count):
        part_of(w, j, jobs_of(w)[j].lane, words_of(w)[step.b + 1 + way], pc)
    _call_parts(w, jobs_of(w)[j].parts, count)
    return WAIT


@compiled
def _call_parts(w, first, count):  # type: ignore[no-untyped-def]
    """Let parts go on in their order."""
    for number in range(count - 1, -1, -1):
        part = first
        for _ in range(number):
            part = jobs_of(w)[part].sibling
        call(w, part)


@compiled
def attempt(w, j, step, now):  # type: ignore[no-untyped-def]
    """Try the steps behind the next one."""
    job, pc = jobs_of(w)[j], jobs_of(w)[j].pc
    if job.tries == 0:
        words_of(w)[job.flow + FLOW.calls] += flows.measures(w, job)
        if step.d != NONE:
            joining.earn(w, step.d)
    lane = draws.lane_below(job.lane, step.place, job.tries)
    job.tries += 1
    words_of(w)[job.flow + FLOW.attempts] += flows.measures(w, job)
    part = part_of(w, j, lane, pc + 2, pc)
    if step.c != NONE:
        resume(w, j, now + step.c, pc + 1)
    call(w, part)
    return WAIT


@compiled
def timed_out(w, j, step, now):  # type: ignore[no-untyped-def]
    """The client has waited long enough for an attempt."""
    disown_parts(w, j)
    jobs_of(w)[j].parts = NONE
    outcome = joining.try_again(w, j, step.a, now, FAILED)
    if outcome != joining.GOES_ON:
        end(w, j, outcome, now)
    return WAIT


@compiled
def handling(w, j, step):  # type: ignore[no-untyped-def]
    """A consumer handles the message: the steps after this one."""
    job, pc = jobs_of(w)[j], jobs_of(w)[j].pc
    lane = draws.lane_below(job.lane, step.place, job.tries)
    job.tries += 1
    call(w, part_of(w, j, lane, pc + 1, pc))
    return WAIT
