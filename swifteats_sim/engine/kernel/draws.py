"""Draws at the address of a job: the same numbers as `engine.laws` and `engine.streams` give."""

from __future__ import annotations

from swifteats_sim.engine import laws, philox
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel.arrays import reals_of, streams_of

SPREAD, WORD = -7046029254386353131, (1 << 63) - 1
"""See engine.job: the same multiplier as an int64, and the bits that are kept."""


@compiled
def address(lane, place):  # type: ignore[no-untyped-def]
    """See engine.job.address."""
    return place if lane == 0 else (lane * SPREAD + place) & WORD


@compiled
def lane_below(lane, place, number):  # type: ignore[no-untyped-def]
    """See engine.job.lane_below."""
    return lane if number == 0 else ((lane + number) * SPREAD + place + 1) & WORD


@compiled
def _key(w, stream):  # type: ignore[no-untyped-def]
    return streams_of(w)[2 * stream], streams_of(w)[2 * stream + 1]


@compiled
def uniform(w, stream, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """The uniform of one address."""
    return philox.uniform(_key(w, stream), entity, index, step, attempt)


@compiled
def block(w, stream, entity, index):  # type: ignore[no-untyped-def]
    """Four uniforms of one address."""
    return philox.block(_key(w, stream), entity, index, 0, 0)


@compiled
def draw_ns(w, law, stream, entity, index, step, attempt):  # type: ignore[no-untyped-def]
    """One duration of the law that begins at reals[law]."""
    return laws.total_ns(_key(w, stream), reals_of(w), law, entity, index, step, attempt)


@compiled
def draw_of_job(w, law, stream, job, place):  # type: ignore[no-untyped-def]
    """One duration of a step at this place."""
    return draw_ns(w, law, stream, job.entity, job.index, 0, address(job.lane, place))


@compiled
def uniform_of_job(w, stream, job, attempt, place):  # type: ignore[no-untyped-def]
    """The uniform of a step at this place. attempt : of its repetitions."""
    return uniform(w, stream, job.entity, job.index, attempt, address(job.lane, place))
