"""How parts of jobs are stopped where they are. See engine.loop.Loop.cancel."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import VOID
from swifteats_sim.engine.kernel.arrays import jobs_of
from swifteats_sim.engine.kernel.ending import give_back
from swifteats_sim.engine.kernel.jobs import free_job
from swifteats_sim.engine.kernel.memory import NONE


@compiled
def cancel_parts(w, j, now):  # type: ignore[no-untyped-def]
    """Stop all parts of a job, and theirs first, where they are: nobody waits for them any longer."""
    here = j
    while True:
        p = jobs_of(w)[here].parts
        if p != NONE:
            jobs_of(w)[here].parts = jobs_of(w)[p].sibling
            _stop(w, p)
            here = p
        elif here == j:
            return
        else:
            whole = jobs_of(w)[here].parent
            _give_all_back(w, here, now)
            free_job(w, here)
            here = whole


@compiled
def _stop(w, p):  # type: ignore[no-untyped-def]
    """A part of a job takes no further step."""
    part = jobs_of(w)[p]
    part.turn = VOID
    part.asked += 1
    part.orphan = part.stopped = 1


@compiled
def _give_all_back(w, j, now):  # type: ignore[no-untyped-def]
    """A job that is stopped gives back what it held."""
    n = jobs_of(w)[j].held
    while n != NONE:
        give_back(w, j, n, now)
        n = jobs_of(w)[j].held
