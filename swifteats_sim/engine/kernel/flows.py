"""The record of a flow's jobs, and what they ask for. See engine.flow.Flow."""

from __future__ import annotations

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.job import ABANDONED, COMPLETED, STALE
from swifteats_sim.engine.kernel import distributions, draws, wide
from swifteats_sim.engine.kernel.arrays import jobs_of, reals_of, words_of
from swifteats_sim.engine.kernel.memory import FLOW, NONE, REGISTERS
from swifteats_sim.engine.kernel.usage import measured

OWN, CATALOGUE, CELLS = range(3)
"""What a flow's jobs ask for: each entity its own, one of a catalogue, a place."""


@compiled
def key_of(w, j):  # type: ignore[no-untyped-def]
    """What a job asks for."""
    job = jobs_of(w)[j]
    if job.key == NONE:
        flow = job.flow
        if words_of(w)[flow + FLOW.key_kind] == OWN:
            job.key = job.entity
        elif words_of(w)[flow + FLOW.key_kind] == CATALOGUE:
            u = draws.uniform(w, words_of(w)[flow + FLOW.key_stream], job.entity, job.index, 0, 0)
            job.key = rank(w, words_of(w)[flow + FLOW.key_a], words_of(w)[flow + FLOW.key_b], u)
        else:
            job.key = _cell(w, flow, job)
    return job.key


@compiled
def rank(w, sums, count, u):  # type: ignore[no-untyped-def]
    """The key at a quantile: `count` cumulated weights stand at reals[sums]. See engine.keys.ZipfKeys."""
    wanted = u * reals_of(w)[sums + count - 1]
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if wanted < reals_of(w)[sums + middle]:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def _cell(w, flow, job):  # type: ignore[no-untyped-def]
    """See engine.keys.CellKeys. The side of the square and of a cell stand before the variants' sums."""
    stream, columns = words_of(w)[flow + FLOW.key_stream], words_of(w)[flow + FLOW.key_c]
    sums, count = words_of(w)[flow + FLOW.key_a], words_of(w)[flow + FLOW.key_b]
    side, cell = reals_of(w)[sums - 2], reals_of(w)[sums - 1]
    x, y, u, _ = draws.block(w, stream, job.entity, job.index)
    column, row = min(int(x * side / cell), columns - 1), min(int(y * side / cell), columns - 1)
    variant = rank(w, sums, count, u) if count > 1 else 0
    return (row * columns + column) * count + variant


@compiled
def measures(w, job):  # type: ignore[no-untyped-def]
    """1 where a job belongs to the measured span, otherwise 0."""
    return measured(w, job.born)


@compiled
def bear(w, j):  # type: ignore[no-untyped-def]
    """A job is born; it may enter later, or never."""
    job = jobs_of(w)[j]
    words_of(w)[job.flow + FLOW.sent] += 1
    words_of(w)[job.flow + FLOW.born] += measures(w, job)


@compiled
def begin(w, j):  # type: ignore[no-untyped-def]
    """A job enters; latency and presence count from here."""
    job, words = jobs_of(w)[j], words_of(w)
    flow, entered = job.flow, job.entered
    words[flow + FLOW.in_flight] += 1
    wide.add(words, flow + FLOW.presence, -_within(w, entered))
    words[words[flow + FLOW.changes] + _minute(w, entered)] += 1


@compiled
def end(w, j, outcome, now):  # type: ignore[no-untyped-def]
    """A job has ended."""
    job, words = jobs_of(w)[j], words_of(w)
    flow = job.flow
    outcome = COMPLETED if outcome == STALE else outcome
    words[flow + FLOW.in_flight] -= 1
    words[flow + FLOW.ended] += 1
    wide.add(words, flow + FLOW.presence, _within(w, now))
    minute = _minute(w, now)
    words[words[flow + FLOW.changes] + minute] -= 1
    if outcome == COMPLETED:
        words[words[flow + FLOW.completions] + minute] += 1
        words[flow + FLOW.finished] += measured(w, now)
    if measures(w, job):
        _count(w, job, outcome, now)


@compiled
def _count(w, job, outcome, now):  # type: ignore[no-untyped-def]
    """The end of a job that is measured."""
    flow = job.flow
    words_of(w)[words_of(w)[flow + FLOW.outcomes] + outcome] += 1
    if outcome == COMPLETED:
        distributions.count(w, words_of(w)[flow + FLOW.latency], now - job.entered)
        distributions.count(w, words_of(w)[flow + FLOW.wait], job.waited)
        sampled = words_of(w)[flow + FLOW.sampled]
        if sampled and job.entity % sampled == 0:
            distributions.note(w, words_of(w)[flow + FLOW.number], job.entity, job.born, now)
    elif outcome == ABANDONED:
        distributions.count(w, words_of(w)[flow + FLOW.wait], job.waited)


@compiled
def _within(w, now):  # type: ignore[no-untyped-def]
    """The instant of the measured span that is nearest to `now`."""
    return min(max(now, words_of(w)[REGISTERS.warmup]), words_of(w)[REGISTERS.end])


@compiled
def _minute(w, now):  # type: ignore[no-untyped-def]
    """The minute of an instant; all after the run are in the last one."""
    return now // MINUTE if now < words_of(w)[REGISTERS.end] else words_of(w)[REGISTERS.last_minute]
