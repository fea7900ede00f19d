"""What came of a closed load, real or simulated: how much was done, how long it took, how often others were quicker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from swifteats_sim.domain.effects import COMMITTED, Effect, Insert, Transaction
from swifteats_sim.domain.messages import ACTIVE
from swifteats_sim.domain.stock import RESERVING

ORDER = "order"
"""The kind of a whole order, cart to door, beside those of its tasks."""
ITEMS, DRIVERS = "items", "drivers"
"""What clients contend for."""


@dataclass
class Tally:
    """What one client has done in the span that counts. took : ns, by kind of task; tried, lost : commits."""

    took: dict[str, list[int]] = field(default_factory=dict)
    tried: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    effects: int = 0

    def task(self, kind: str, duration: int) -> None:
        """A task, or a whole order, is over."""
        self.took.setdefault(kind, []).append(duration)

    def effect(self, effect: Effect, outcome: Any) -> None:
        """An effect is over."""
        self.effects += 1
        if isinstance(effect, Transaction) and (contended := _contended(effect)):
            self.tried[contended] += 1
            self.lost[contended] += outcome != COMMITTED


def _contended(effect: Transaction) -> str | None:
    if effect.purpose == RESERVING:
        return ITEMS
    guards = any(isinstance(write, Insert) and write.table == ACTIVE for write in effect.writes)
    return DRIVERS if guards else None


@dataclass(frozen=True)
class Measured:
    """All clients together. seconds : that count; took : s ascending, by kind; tried, lost : commits by what for."""

    seconds: float
    took: Mapping[str, Sequence[float]]
    tried: Mapping[str, int]
    lost: Mapping[str, int]
    effects: int

    @property
    def throughput(self) -> float:
        """Orders carried to the door, 1/s."""
        return len(self.took.get(ORDER, ())) / self.seconds

    def quantile(self, kind: str, q: float) -> float:
        """s; NaN where there was none."""
        return float(np.quantile(self.took[kind], q)) if self.took.get(kind) else float("nan")

    def conflict_ratio(self, what: str) -> float:
        """The share of commits that others were quicker than; NaN where none was tried."""
        return self.lost.get(what, 0) / self.tried[what] if self.tried.get(what) else float("nan")

    def searches(self) -> float:
        """Searches an order: 1 where the first one always finds a driver who stays free."""
        return len(self.took.get("assign", ())) / max(1, len(self.took.get(ORDER, ())))


def together(tallies: Sequence[Tally], seconds: float) -> Measured:
    """What clients have done in the same span."""
    kinds = sorted({kind for tally in tallies for kind in tally.took})
    took = {kind: sorted(ns / 1e9 for tally in tallies for ns in tally.took.get(kind, ())) for kind in kinds}
    tried, lost = Counter[str](), Counter[str]()
    for tally in tallies:
        tried.update(tally.tried)
        lost.update(tally.lost)
    return Measured(seconds, took, tried, lost, sum(tally.effects for tally in tallies))


def pooled(rounds: Sequence[Measured]) -> Measured:
    """The same load in several rounds, as one."""
    kinds = sorted({kind for each in rounds for kind in each.took})
    took = {kind: sorted(second for each in rounds for second in each.took.get(kind, ())) for kind in kinds}
    tried, lost = Counter[str](), Counter[str]()
    for each in rounds:
        tried.update(each.tried)
        lost.update(each.lost)
    return Measured(sum(each.seconds for each in rounds), took, tried, lost, sum(each.effects for each in rounds))
