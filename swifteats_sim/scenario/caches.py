"""Caches: what they keep and for how long, and how what they keep becomes stale."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from swifteats_sim.scenario.distributions import SHORTEST, SHORTEST_WORDS, DurationLaw
from swifteats_sim.scenario.errors import Findings, KeyProblems
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Duration, PositiveDuration, Ratio


class Invalidation(Frozen):
    """A change removes the entry, some time later or never (C49, C50)."""

    delay: Duration = default("1 s", description="from the change to the removal")
    failures: Ratio = default("0 %", le=1, description="share of changes that remove nothing")


class Cache(Frozen):
    """Entries by key that are filled on a miss and expire (A6, A7, A8, A14)."""

    ttl: PositiveDuration = default("2 min", description="an entry expires this long after its fill (A6)")
    entries: int | None = default(
        None, gt=0, le=1_000_000_000, description="most entries; the least recently used goes (C70); none: no limit"
    )
    protection: Literal["none", "single_flight"] = default(
        "none", description="single_flight: misses of one key wait for the first one's fill"
    )
    hits: Ratio | None = default(None, le=1, description="a given hit ratio instead of a cache that keeps entries")
    changes: DurationLaw | None = default(
        None, description="between changes of what one key stands for; stale reads are counted"
    )
    invalidation: Invalidation | None = default(None, description="what a change does to the entry; none: nothing")

    @model_validator(mode="after")
    def _fits(self) -> Cache:
        problems = list(self._misfits())
        if problems:
            raise KeyProblems(problems)
        return self

    def _misfits(self) -> Findings:
        if self.changes is not None and self.changes.mean < SHORTEST:
            yield ("changes",), f"takes {SHORTEST_WORDS} on average at least: one key would change without end"
        if self.hits is not None:
            for key in ("entries", "changes", "invalidation"):
                if getattr(self, key) is not None:
                    yield (key,), "not with `hits`: no entry is kept"
            if self.protection != "none":
                yield ("protection",), "not with `hits`: no entry is kept"
        elif self.invalidation is not None and self.changes is None:
            yield ("invalidation",), "needs `changes`: what makes an entry invalid"
