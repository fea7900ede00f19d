"""Steps that get one of a resource, use it and give it back. See engine.holding."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import ABANDONED, REJECTED, WAIT
from swifteats_sim.engine.kernel import (
    draws,
    levels,
    nodes,
    resources,
    usage,
)
from swifteats_sim.engine.kernel.arrays import jobs_of
from swifteats_sim.engine.kernel.ending import end
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.memory import NONE


@compiled
def acquire(w, j, step, now):  # type: ignore[no-untyped-def]
    """Get one of a resource, or wait for it."""
    job, resource, pc = jobs_of(w)[j], step.a, jobs_of(w)[j].pc
    job.since = now
    if resources.is_free(w, resource):
        resources.give(w, resource, j, now)
        return pc + 2
    if step.b == 0:
        levels.left(w, resource, now, now)
        end(w, j, REJECTED, now)
        return WAIT
    resources.wait_for(w, resource, j, step.c, pc + 2, now)
    if step.b != NONE:
        resume(w, j, now + step.b, pc + 1)
    return WAIT


@compiled
def gave_up(w, j, step, now):  # type: ignore[no-untyped-def]
    """The job has waited for the resource as long as it can, and leaves the line."""
    levels.left(w, step.a, jobs_of(w)[j].since, now)
    end(w, j, ABANDONED, now)
    return WAIT


@compiled
def release(w, j, step, now):  # type: ignore[no-untyped-def]
    """Give it back."""
    n = nodes.oldest_held(w, j, resources.HELD, step.a)
    nodes.give_up(w, j, n)
    nodes.free_node(w, n)
    resources.give_back(w, step.a, now)
    return jobs_of(w)[j].pc + 1


@compiled
def serve(w, j, step, now):  # type: ignore[no-untyped-def]
    """Be served by the server that the job holds."""
    job = jobs_of(w)[j]
    service = draws.draw_of_job(w, step.b, step.c, job, step.place)
    usage.visit(w, step.a, job.since, now, now + service)
    resume(w, j, now + service, job.pc + 1)
    return WAIT
