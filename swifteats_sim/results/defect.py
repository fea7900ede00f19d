"""A defect of the design notes, and the signature by which a record shows it whatever the scenario says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from swifteats_sim.results.columns import OFFER_NUMBERS, ORDER_INSTANTS
from swifteats_sim.results.evidence import Evidence, Finding
from swifteats_sim.results.overlaps import over, overlapping
from swifteats_sim.results.span import MINUTE, Nanoseconds, instants, span_of
from swifteats_sim.results.tables import Tables

FEW = 20
"""Fewer observations than this say nothing about a mean or a share."""

Columns = dict[str, Nanoseconds]
_NONE: Nanoseconds = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect and its signature.

    refs : entries of the ledger, the defect itself first; words : what the record shows, with its numbers, or None
    where the signature is not there.
    """

    refs: tuple[str, ...]
    words: Callable[[Evidence], str | None]

    def __call__(self, evidence: Evidence) -> Finding | None:
        """The finding "defect-c12" for C12."""
        text = self.words(evidence)
        return None if text is None else Finding(f"defect-{self.refs[0].lower()}", text, self.refs)


def offers_of(evidence: Evidence) -> Columns:
    """OFFER_NUMBERS of all offers committed in the measured spans; and rival, 1 where the order had a driver (C24)."""
    cities = [each for each in evidence.tables if each.has_city]
    frames = [each.offers.assign(rival=_rival(each)) for each in cities]
    spans = (_within(*each, "committed") for each in zip(cities, frames, strict=True))
    return _pooled(spans, (*OFFER_NUMBERS, "rival"))


def deliveries_of(evidence: Evidence) -> Columns:
    """ORDER_INSTANTS of all orders delivered in the measured spans, and what the platform knew at the commit.

    slack, preparation_left : of the offer that was taken (ns).
    """
    frames = [_with_offer(each) for each in evidence.tables if each.has_city]
    return _pooled(frames, (*ORDER_INSTANTS, "slack", "preparation_left"))


def counted(evidence: Evidence, count: str) -> int:
    """A total of the record, added up over replications; 0 where a record has no such count."""
    return sum(each.counts.get(count, 0) for each in evidence.tables)


def minutes(duration: float) -> str:
    """A duration in ns for a sentence: "2.5 min"."""
    return f"{duration / MINUTE:,.1f} min"


def _rival(tables: Tables) -> Nanoseconds:
    return overlapping(tables.offers, "order", over(tables.offers, "done", tables.end)).astype(np.int64)


def _within(tables: Tables, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[span_of(tables).holds(instants(frame, column))]


def _with_offer(tables: Tables) -> pd.DataFrame:
    """The orders delivered in the span beside the offer that each was delivered by; none without such an offer."""
    orders = _within(tables, tables.orders, "delivered")
    taken = tables.offers.drop_duplicates(["order", "committed"], keep="last")
    known = pd.MultiIndex.from_arrays([instants(taken, "order"), instants(taken, "committed")])
    wanted = pd.MultiIndex.from_arrays([instants(orders, "order"), instants(orders, "assigned")])
    row = known.get_indexer(wanted)
    beside = {name: instants(taken, name)[row[row >= 0]] for name in ("slack", "preparation_left")}
    return orders[row >= 0].assign(**beside)


def _pooled(frames: Iterable[pd.DataFrame], columns: Iterable[str]) -> Columns:
    every = list(frames)
    return {name: np.concatenate([_NONE, *(instants(frame, name) for frame in every)]) for name in columns}
