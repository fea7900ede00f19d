"""The plain steps. See engine.steps, engine.limiting and engine.streaming.

Each does a step for job j, and returns the step to take next in this instant, or WAIT.
"""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import (
    ABANDONED,
    DROPPED,
    EXPIRED,
    FAILED,
    REJECTED,
    STALE,
    WAIT,
)
from swifteats_sim.engine.kernel import clients, draws, flows, stations, usage
from swifteats_sim.engine.kernel.arrays import followers_of, jobs_of, known_of, reals_of, words_of
from swifteats_sim.engine.kernel.ending import end
from swifteats_sim.engine.kernel.events import resume
from swifteats_sim.engine.kernel.jobs import call, new_job
from swifteats_sim.engine.kernel.memory import CONNECTIONS, FLOW, NONE, STATION
from swifteats_sim.engine.limiting import CROWD
from swifteats_sim.engine.station import REJECTED as FULL


@compiled
def visit(w, j, step, now):  # type: ignore[no-untyped-def]
    """Be served at a station."""
    job, pc = jobs_of(w)[j], jobs_of(w)[j].pc
    service, extra, patience = draws.draw_of_job(w, step.b, step.c, job, step.place), 0, NONE
    if step.f != NONE:
        extra = clients.scanning(w, step.f)
        service += extra
    if step.d != NONE:
        patience = draws.draw_of_job(w, step.d, step.e, job, step.place)
    start, departure = stations.visit(w, step.a, now, service, job.server, patience)
    if start >= 0:
        if extra:
            usage.scan(w, words_of(w)[step.a + STATION.usage], start, extra)
        job.waited += start - now
        resume(w, j, departure, pc + 1)
    elif start == FULL:
        end(w, j, REJECTED, now)
    else:
        job.waited += departure - now
        resume(w, j, departure, words_of(w)[job.flow + FLOW.last])
        job.outcome = ABANDONED
    return WAIT


@compiled
def delay(w, j, step, now):  # type: ignore[no-untyped-def]
    """Let time pass."""
    lasting = draws.draw_of_job(w, step.a, step.b, jobs_of(w)[j], step.place)
    resume(w, j, now + lasting, jobs_of(w)[j].pc + 1)
    return WAIT


@compiled
def keep_newest(w, j, step, now):  # type: ignore[no-untyped-def]
    """Remember the job's birth as its entity's newest, unless a newer one is known."""
    job = jobs_of(w)[j]
    if job.born > known_of(w)[job.entity]:
        known_of(w)[job.entity] = job.born
        return job.pc + 1
    words_of(w)[job.flow + FLOW.stale] += flows.measures(w, job)
    if step.a:
        end(w, j, STALE, now)
        return WAIT
    words_of(w)[job.flow + FLOW.overwritten] += flows.measures(w, job)
    known_of(w)[job.entity] = job.born
    return job.pc + 1


@compiled
def go_on_if(w, j, holds, outcome, now):  # type: ignore[no-untyped-def]
    """Go on only if something holds; otherwise end so."""
    if holds:
        return jobs_of(w)[j].pc + 1
    end(w, j, outcome, now)
    return WAIT


@compiled
def fresh(w, j, step, now):  # type: ignore[no-untyped-def]
    """Go on only if the job is at most so old."""
    return go_on_if(w, j, now - jobs_of(w)[j].born <= step.a, EXPIRED, now)


@compiled
def fail(w, j, step, now):  # type: ignore[no-untyped-def]
    """Fail with a probability."""
    u = draws.uniform_of_job(w, step.b, jobs_of(w)[j], 0, step.place)
    return go_on_if(w, j, u >= reals_of(w)[step.a], FAILED, now)


@compiled
def send(w, j, step):  # type: ignore[no-untyped-def]
    """Send the client a message."""
    job = jobs_of(w)[j]
    counts = flows.measures(w, job)
    words_of(w)[job.flow + FLOW.messages] += counts
    words_of(w)[job.flow + FLOW.bytes] += counts * step.a
    return job.pc + 1


@compiled
def start(w, j, step):  # type: ignore[no-untyped-def]
    """Start a job of another flow, which goes first."""
    lane = draws.lane_below(jobs_of(w)[j].lane, 0, step.b)
    s = new_job(w, step.a, jobs_of(w)[j].entity, jobs_of(w)[j].index, lane, jobs_of(w)[j].born)
    job, started = jobs_of(w)[j], jobs_of(w)[s]
    started.entered, started.pc = job.entered, words_of(w)[step.a + FLOW.first]
    if not words_of(w)[step.a + FLOW.keyed]:
        started.key = job.key
    started.partition, started.server = job.partition, job.server
    flows.bear(w, s)
    flows.begin(w, s)
    job.pc += 1
    call(w, j)
    call(w, s)
    return WAIT


@compiled
def limit(w, j, step, now):  # type: ignore[no-untyped-def]
    """Go on only with a token."""
    client = jobs_of(w)[j].entity
    if step.b != NONE:
        client += (step.b + 1) * CROWD
    return go_on_if(w, j, clients.admit(w, step.a, client, now), REJECTED, now)


@compiled
def deliver(w, j, step, now):  # type: ignore[no-untyped-def]
    """Go on only if the message reaches the client."""
    job, connections, words = jobs_of(w)[j], step.a, words_of(w)
    client = followers_of(w)[job.entity] if step.b else job.entity
    why = clients.miss(w, connections, client, job.server, now)
    if flows.measures(w, job):
        words[connections + CONNECTIONS.sent] += 1
        words[connections + CONNECTIONS.delivered] += why == NONE
        if why != NONE:
            words[words[connections + CONNECTIONS.missed] + why] += 1
    return go_on_if(w, j, why == NONE, DROPPED, now)
