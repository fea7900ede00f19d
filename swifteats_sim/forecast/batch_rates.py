"""Batches: how many go a second, and how long their jobs wait for each other."""

from __future__ import annotations

from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.steps import BatchTerms


def batches(terms: BatchTerms, rate: float) -> float:
    """Batches a second, of jobs that come at random."""
    every = terms.every / SECOND
    if terms.size is None:
        return min(rate, 1.0 / every)
    return rate / min(float(terms.size), 1.0 + rate * every)


def batch_wait(terms: BatchTerms, rate: float) -> float:
    """Mean wait for a batch to go, s."""
    every = terms.every / SECOND
    if terms.size is None:
        return every / 2
    if 1.0 + rate * every >= terms.size:
        return (terms.size - 1) / (2 * rate) if rate else 0.0
    return every * (1.0 + rate * every / 2) / (1.0 + rate * every)
