"""What a job does when a part of it has ended: a way of a fork, an attempt, the handling of a message.

See engine.branching.Fork, engine.retrying.Attempt and engine.consuming.Handling.
"""

from __future__ import annotations

import numpy as np

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import ABANDONED, COMPLETED, DEAD, FAILED, REJECTED, VOID
from swifteats_sim.engine.kernel import draws, groups, nodes
from swifteats_sim.engine.kernel.arrays import jobs_of, reals_of, steps_of, words_of
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.jobs import adopt, is_copy
from swifteats_sim.engine.kernel.memory import GROUP, NONE, TRAFFIC
from swifteats_sim.engine.kernel.operations import ATTEMPT, FORK
from swifteats_sim.engine.kernel.usage import measured
from swifteats_sim.engine.retrying import MILLION, SAVED

GOES_ON = -1
"""The job does not end."""


@compiled
def joined(w, j, p, outcome, now):  # type: ignore[no-untyped-def]
    """A part of a job has ended so: how the job ends, or GOES_ON."""
    step = steps_of(w)[jobs_of(w)[p].spawner]
    if step.op == FORK:
        return _way_ended(w, step, j, p, outcome, now)
    if step.op == ATTEMPT:
        return _attempt_ended(w, step, j, p, outcome, now)
    return _handling_ended(w, step, j, p, outcome, now)


@compiled
def _repeatable(outcome):  # type: ignore[no-untyped-def]
    return outcome in (REJECTED, ABANDONED, FAILED)


@compiled
def _way_ended(w, step, j, p, outcome, now):  # type: ignore[no-untyped-def]
    """The job waits as long as the way that came last, and ends as the first that did not complete."""
    job = jobs_of(w)[j]
    job.tries -= 1
    if job.outcome == COMPLETED:
        job.outcome = outcome
    if job.tries:
        return GOES_ON
    job.waited += jobs_of(w)[p].waited
    if job.outcome != COMPLETED:
        return job.outcome
    resume(w, j, now, step.a)
    return GOES_ON


@compiled
def _attempt_ended(w, step, j, p, outcome, now):  # type: ignore[no-untyped-def]
    job = jobs_of(w)[j]
    job.turn = VOID  # no timeout any longer
    job.waited += jobs_of(w)[p].waited
    if outcome == COMPLETED:
        adopt(w, j, p)
        job.tries = 0
        resume(w, j, now, step.a)
        return GOES_ON
    if _repeatable(outcome):
        return try_again(w, j, jobs_of(w)[p].spawner, now, outcome)
    return outcome


@compiled
def try_again(w, j, attempt, now, outcome):  # type: ignore[no-untyped-def]
    """Once more after a pause, GOES_ON, or the last attempt's outcome. attempt : the step."""
    job, step = jobs_of(w)[j], steps_of(w)[attempt]
    tries = job.tries
    if tries >= step.b or (step.d != NONE and not _spend(w, step.d)):
        return outcome
    u = draws.uniform_of_job(w, step.e, job, tries, step.place)
    pause = reals_of(w)[step.f + tries] * (1.0 - reals_of(w)[step.f] * u)
    resume(w, j, now + int(np.rint(pause)), attempt)
    return GOES_ON


@compiled
def earn(w, budget):  # type: ignore[no-untyped-def]
    """A first attempt. budget : words of what it adds, and what is saved; see engine.retrying.Budget."""
    words_of(w)[budget + 1] = min(words_of(w)[budget + 1] + words_of(w)[budget], SAVED * MILLION)


@compiled
def _spend(w, budget):  # type: ignore[no-untyped-def]
    """Whether a retry may be made; it is then paid for."""
    if words_of(w)[budget + 1] < MILLION:
        return False
    words_of(w)[budget + 1] -= MILLION
    return True


@compiled
def _handling_ended(w, step, j, p, outcome, now):  # type: ignore[no-untyped-def]
    job, group, words = jobs_of(w)[j], step.b, words_of(w)
    job.waited += jobs_of(w)[p].waited
    failures = reals_of(w)[words[group + GROUP.failures]]
    if outcome == COMPLETED and failures:
        u = draws.uniform_of_job(w, step.c, job, job.tries, step.place)
        outcome = FAILED if u < failures else COMPLETED
    if _repeatable(outcome) and job.tries < words[group + GROUP.attempts]:
        resume(w, j, now, job.pc)
        return GOES_ON
    job.tries = 0
    if outcome == COMPLETED and not is_copy(job):
        adopt(w, j, p)
        hand_back(w, j, group, now)
        resume(w, j, now, step.a)
        return GOES_ON
    if _repeatable(outcome):
        dead = measured(w, now) and not is_copy(job)
        words[words[group + GROUP.traffic] + TRAFFIC.dead] += dead
        return DEAD
    return outcome


@compiled
def hand_back(w, j, group, now):  # type: ignore[no-untyped-def]
    """Let a job's consumer go."""
    n = nodes.oldest_held(w, j, groups.HAND, group)
    nodes.give_up(w, j, n)
    groups.put_down(w, n, now)
