"""How a station was used. See engine.usage.Usage."""

from __future__ import annotations

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.kernel import wide
from swifteats_sim.engine.kernel.arrays import words_of
from swifteats_sim.engine.kernel.memory import REGISTERS, USAGE


@compiled
def measured(w, now):  # type: ignore[no-untyped-def]
    """1 where an instant lies in the measured span, otherwise 0."""
    return 1 if words_of(w)[REGISTERS.warmup] <= now < words_of(w)[REGISTERS.end] else 0


@compiled
def reject(w, usage, now):  # type: ignore[no-untyped-def]
    """A job that arrived `now` found the queue full."""
    words_of(w)[usage + USAGE.rejected] += measured(w, now)


@compiled
def abandon(w, usage, now, leave):  # type: ignore[no-untyped-def]
    """A job arrived `now`, waited, and leaves unserved at `leave`."""
    words_of(w)[usage + USAGE.abandoned] += measured(w, leave)
    if leave > now:
        _wait(w, usage, now, leave)


@compiled
def visit(w, usage, now, start, departure):  # type: ignore[no-untyped-def]
    """A job arrived `now`, is served from `start` and leaves at `departure`."""
    warmup, end, minute = words_of(w)[REGISTERS.warmup], words_of(w)[REGISTERS.end], start // MINUTE
    if departure <= end and minute == departure // MINUTE:
        words_of(w)[words_of(w)[usage + USAGE.busy_minutes] + minute] += departure - start
    else:
        _spread(w, usage, start, min(departure, end))
    if start > now:
        _wait(w, usage, now, start)
    if warmup <= start < end:
        words_of(w)[usage + USAGE.visits] += 1
        wide.add(words_of(w), usage + USAGE.wait, start - now)
    words_of(w)[usage + USAGE.busy] += max(0, min(departure, end) - max(start, warmup))


@compiled
def scan(w, usage, start, lasting):  # type: ignore[no-untyped-def]
    """A visit that begins at `start` spends so much of its service on looking through connections."""
    words_of(w)[usage + USAGE.scanned] += lasting * measured(w, start)


@compiled
def _wait(w, usage, now, until):  # type: ignore[no-untyped-def]
    """A wait; one that outlasts the run is still going on in its last minute."""
    warmup, end = words_of(w)[REGISTERS.warmup], words_of(w)[REGISTERS.end]
    if now >= end:
        return
    words_of(w)[words_of(w)[usage + USAGE.arrivals] + now // MINUTE] += 1
    if until < end:
        words_of(w)[words_of(w)[usage + USAGE.starts] + until // MINUTE] += 1
    else:
        until = end
    if warmup <= until:
        wide.add(words_of(w), usage + USAGE.queued, until - max(now, warmup))
        words_of(w)[usage + USAGE.max_wait] = max(words_of(w)[usage + USAGE.max_wait], until - now)


@compiled
def _spread(w, usage, start, departure):  # type: ignore[no-untyped-def]
    """Busy time over the minutes that it covers."""
    while start < departure:
        minute = start // MINUTE
        edge = min(departure, (minute + 1) * MINUTE)
        words_of(w)[words_of(w)[usage + USAGE.busy_minutes] + minute] += edge - start
        start = edge
