"""What is told of many durations: how many lie in each bucket, their sum and extremes. See engine.histogram."""

from __future__ import annotations

from swifteats_sim.engine.compiled import compiled
from swifteats_sim.engine.histogram import bucket_of
from swifteats_sim.engine.kernel import wide
from swifteats_sim.engine.kernel.arrays import counts_of, out_of, words_of
from swifteats_sim.engine.kernel.events import ROOM
from swifteats_sim.engine.kernel.memory import HISTOGRAM, REGISTERS


@compiled
def count(w, histogram, duration):  # type: ignore[no-untyped-def]
    """One more duration (ns)."""
    words = words_of(w)
    counts_of(w)[words[histogram + HISTOGRAM.first] + bucket_of(duration)] += 1
    wide.add(words, histogram + HISTOGRAM.total, duration)
    words[histogram + HISTOGRAM.least] = min(words[histogram + HISTOGRAM.least], duration)
    words[histogram + HISTOGRAM.most] = max(words[histogram + HISTOGRAM.most], duration)


@compiled
def note(w, flow, entity, born, done):  # type: ignore[no-untyped-def]
    """Write one job of a flow (its number) down."""
    here = words_of(w)[REGISTERS.out]
    words_of(w)[REGISTERS.out] = here + 1
    if here + ROOM + words_of(w)[REGISTERS.margin] > len(out_of(w)):
        words_of(w)[REGISTERS.full] = 1
    sample = out_of(w)[here]
    sample.flow, sample.entity, sample.born, sample.done = flow, entity, born, done
