"""The steps that jobs take, one after the other, until each waits or ends. See engine.loop.Loop.run."""

from __future__ import annotations

from swifteats_sim.engine.compiled import apart, compiled
from swifteats_sim.engine.job import DROPPED
from swifteats_sim.engine.kernel import operations as op
from swifteats_sim.engine.kernel import steps, steps_of_messages, steps_of_parts, steps_of_resources
from swifteats_sim.engine.kernel.arrays import jobs_of, stack_of, steps_of, watched_of, words_of
from swifteats_sim.engine.kernel.ending import end
from swifteats_sim.engine.kernel.memory import REGISTERS
from swifteats_sim.engine.kernel.moving import has_moved


@apart
def run(w, now):  # type: ignore[no-untyped-def]
    """Let the jobs that are called take steps, each until one makes it wait, or ends it; the last called first."""
    while words_of(w)[REGISTERS.agenda] > 0:
        words_of(w)[REGISTERS.agenda] -= 1
        j = stack_of(w)[words_of(w)[REGISTERS.agenda]]
        pc = jobs_of(w)[j].pc
        while pc >= 0:
            jobs_of(w)[j].pc = pc
            pc = _take(w, j, steps_of(w)[pc], now)


@compiled
def _take(w, j, step, now):  # type: ignore[no-untyped-def]
    """One step of a job: the next one, or WAIT."""
    what = step.op
    if what == op.VISIT:
        return steps.visit(w, j, step, now)
    if what == op.PLACE:
        return steps_of_messages.place(w, j, step, now)
    if what == op.CONSUME:
        return steps_of_messages.consume(w, j, step, now)
    if what == op.HANDLED:
        return steps_of_messages.handled(w, j, step, now)
    if what == op.KEEP_NEWEST:
        return steps.keep_newest(w, j, step, now)
    if what == op.START:
        return steps.start(w, j, step)
    if what == op.END:
        end(w, j, jobs_of(w)[j].outcome, now)
        return -1
    if what == op.LIMIT:
        return steps.limit(w, j, step, now)
    if what == op.ONLY_IF_WATCHED:
        return steps.go_on_if(w, j, watched_of(w)[jobs_of(w)[j].entity] != 0, DROPPED, now)
    if what == op.ONLY_IF_MOVED:
        return steps.go_on_if(w, j, has_moved(w, step, jobs_of(w)[j].entity, jobs_of(w)[j].born), DROPPED, now)
    if what == op.ALWAYS:
        return jobs_of(w)[j].pc + 1
    if what == op.DELIVER:
        return steps.deliver(w, j, step, now)
    if what == op.SEND:
        return steps.send(w, j, step)
    if what == op.DELAY:
        return steps.delay(w, j, step, now)
    if what == op.LOOKUP:
        return steps_of_messages.lookup(w, j, step, now)
    if what == op.ACQUIRE:
        return steps_of_resources.acquire(w, j, step, now)
    if what == op.RELEASE:
        return steps_of_resources.release(w, j, step, now)
    if what == op.SERVE:
        return steps_of_resources.serve(w, j, step, now)
    return _take_rarer(w, j, step, now)


@apart
def _take_rarer(w, j, step, now):  # type: ignore[no-untyped-def]
    """The steps that fixes do not take, apart from the others, which would be the slower for them."""
    what = step.op
    if what == op.FILL:
        return steps_of_messages.fill(w, j, step, now)
    if what == op.GAVE_UP:
        return steps_of_resources.gave_up(w, j, step, now)
    if what == op.FRESH:
        return steps.fresh(w, j, step, now)
    if what == op.FAIL:
        return steps.fail(w, j, step, now)
    if what == op.JUMP:
        return step.a
    if what == op.BRANCH:
        return steps_of_parts.branch(w, j, step)
    if what == op.FORK:
        return steps_of_parts.fork(w, j, step)
    return _take_rarest(w, j, step, now)


@compiled
def _take_rarest(w, j, step, now):  # type: ignore[no-untyped-def]
    """Attempts, handlings that may fail, batches, and answers to clients who were away."""
    what = step.op
    if what == op.ATTEMPT:
        return steps_of_parts.attempt(w, j, step, now)
    if what == op.TIMED_OUT:
        return steps_of_parts.timed_out(w, j, step, now)
    if what == op.HANDLING:
        return steps_of_parts.handling(w, j, step)
    if what == op.GATHER:
        return steps_of_messages.gather(w, j, step, now)
    if what == op.DEPART:
        return steps_of_messages.depart(w, j, step, now)
    if what == op.SCATTER:
        return steps_of_messages.scatter(w, j, now)
    return steps_of_messages.answered(w, j, now)
