"""Jobs and their parts as rows. See engine.job.Job."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import COMPLETED, VOID
from swifteats_sim.engine.kernel.arrays import jobs_of, stack_of, words_of
from swifteats_sim.engine.kernel.errors import TOO_MANY
from swifteats_sim.engine.kernel.events import widen
from swifteats_sim.engine.kernel.memory import NONE, REGISTERS


@compiled
def new_job(w, flow, entity, index, lane, born):  # type: ignore[no-untyped-def]
    """A job that has taken no step."""
    j = words_of(w)[REGISTERS.free_job]
    if j == NONE:
        j = words_of(w)[REGISTERS.jobs]
        words_of(w)[REGISTERS.jobs] = j + 1
        widen(w, 2)
    else:
        words_of(w)[REGISTERS.free_job] = jobs_of(w)[j].next_free
    job = jobs_of(w)[j]
    job.flow, job.entity, job.index, job.lane, job.born, job.entered = flow, entity, index, lane, born, born
    job.pc = job.partition = job.server = job.waited = job.since = job.tries = 0
    job.orphan = job.is_part = job.stopped = job.over = 0
    job.turn, job.outcome = VOID, COMPLETED
    job.key = job.parent = job.spawner = job.parts = job.sibling = job.held = NONE
    job.root, job.root_serial = j, job.serial
    return j


@compiled
def free_job(w, j):  # type: ignore[no-untyped-def]
    """The job is no more. What still names it does so by a turn, a number of waits or a serial that it had."""
    job = jobs_of(w)[j]
    job.serial += 1
    job.asked += 1
    job.turn = VOID
    job.next_free = words_of(w)[REGISTERS.free_job]
    words_of(w)[REGISTERS.free_job] = j


@compiled
def part_of(w, j, lane, pc, spawner):  # type: ignore[no-untyped-def]
    """A part of a job, on a lane, that begins at step `pc` and reports to step `spawner`; the last of its parts."""
    whole = jobs_of(w)[j]
    p = new_job(w, whole.flow, whole.entity, whole.index, lane, whole.born)
    whole, part = jobs_of(w)[j], jobs_of(w)[p]
    part.pc, part.entered, part.key = pc, whole.entered, whole.key
    part.partition, part.server = whole.partition, whole.server
    part.parent, part.spawner, part.is_part = j, spawner, 1
    part.root, part.root_serial = whole.root, whole.root_serial
    if whole.parts == NONE:
        whole.parts = p
    else:
        last = whole.parts
        while jobs_of(w)[last].sibling != NONE:
            last = jobs_of(w)[last].sibling
        jobs_of(w)[last].sibling = p
    return p


@compiled
def lose_part(w, j, p):  # type: ignore[no-untyped-def]
    """A part of a job has ended: the job does not count it among its parts any longer."""
    if jobs_of(w)[j].parts == p:
        jobs_of(w)[j].parts = jobs_of(w)[p].sibling
        return
    before = jobs_of(w)[j].parts
    while jobs_of(w)[before].sibling != p:
        before = jobs_of(w)[before].sibling
    jobs_of(w)[before].sibling = jobs_of(w)[p].sibling


@compiled
def disown_parts(w, j):  # type: ignore[no-untyped-def]
    """Nobody asks any longer how the parts of a job end."""
    p = jobs_of(w)[j].parts
    while p != NONE:
        jobs_of(w)[p].orphan = 1
        p = jobs_of(w)[p].sibling


@compiled
def adopt(w, j, p):  # type: ignore[no-untyped-def]
    """Go on from where a part of the job has come to."""
    jobs_of(w)[j].partition, jobs_of(w)[j].server, jobs_of(w)[j].key = (
        jobs_of(w)[p].partition,
        jobs_of(w)[p].server,
        jobs_of(w)[p].key,
    )


@compiled
def is_copy(job):  # type: ignore[no-untyped-def]
    """Whether it is only a message's second delivery."""
    return job.orphan and not job.is_part


@compiled
def call(w, j):  # type: ignore[no-untyped-def]
    """A job goes on in this instant, before whoever was called earlier."""
    words, stack = words_of(w), stack_of(w)
    here = words[REGISTERS.agenda]
    if here >= len(stack) // 2:
        words[REGISTERS.error] = TOO_MANY
        return
    stack[here] = j
    words[REGISTERS.agenda] = here + 1
