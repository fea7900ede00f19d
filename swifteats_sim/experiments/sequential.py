"""Replications until the answer is as sure as it was asked to be, or their cap is met.

Who stops as soon as an interval looks narrow enough stops too soon where chance has made it narrow: with few
replications the true mean is then missed more often than the interval says. Chow and Robbins ("On the asymptotic theory
of fixed-width sequential confidence intervals for the mean", Annals of Mathematical Statistics 36, 1965) prove that it
is right as the precision becomes fine; Law ("Simulation modeling and analysis", 2015, 9.4.1) asks for at least 10
replications and a precision of 15 % or finer. So there are at least 10, and they are looked at seldom: each round
brings as many as the widest interval seems to need, but no more than there are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from swifteats_sim.results import Estimate, estimates
from swifteats_sim.results.names import backlogs_of
from swifteats_sim.results.precision import Width, widths
from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.verdict import Paths
from swifteats_sim.scenario import Precision, Scenario
from swifteats_sim.scenario.precision import LEAST

STEP = 5
"""Replications that a round brings at least."""
OF_A_CITY = ("orders.delivered.rate", "delivery.click_to_door.mean", "driver.cycle.mean")


class Look(NamedTuple):
    """What was seen after a round.

    wide : the metrics that are not sure yet, the least sure first; gappy : those that some replication lacks, which no
    further one mends; excused : those that hang on a backlog which grows; next : replications to come to, None where it
    ends.
    """

    replications: int
    wide: tuple[Width, ...]
    gappy: tuple[str, ...]
    excused: tuple[str, ...]
    next: int | None


class Reached(NamedTuple):
    """What was asked, and what was seen at the end."""

    asked: Precision
    widths: tuple[Width, ...]
    last: Look

    @property
    def sure(self) -> bool:
        """Whether every metric that can be sure is."""
        return not self.last.wide and not self.last.gappy

    @property
    def data(self) -> dict[str, Any]:
        """For a manifest. found : of each metric half of its interval as a share of its mean; null where it is none."""
        shares = {each.metric: each.share if math.isfinite(each.share) else None for each in self.widths}
        return {"asked": self.asked.share, "cap": self.asked.most, "sure": self.sure, "found": shares}


Looked = Callable[[Look], None]
"""Told what was seen after each round."""


class Seen(NamedTuple):
    """What replications show that were run so far, in order."""

    measured: Sequence[Mapping[str, float]]
    grown: Sequence[Mapping[str, Growth]]
    paths: Paths


def first_count(scenario: Scenario, asked: Precision) -> int:
    """Replications before the first look: the scenario's own, at least 10, and no more than the cap."""
    return min(max(LEAST, scenario.replications), asked.most)


def look(scenario: Scenario, asked: Precision, seen: Seen) -> Reached:
    """Judge what was seen. A metric whose backlog grows is excused: no number of replications would tell its mean."""
    found, count = estimates(seen.measured), len(seen.measured)
    every = widths(scenario.conditions, watched(found), found)
    excused = tuple(each.metric for each in every if _grows(each.metric, seen))
    gappy = tuple(each.metric for each in every if each.replications < count and each.metric not in excused)
    open_ = [each for each in every if each.metric not in (*excused, *gappy) and each.share > asked.share]
    wide = tuple(sorted(open_, key=lambda each: each.share, reverse=True))
    return Reached(asked, every, Look(count, wide, gappy, excused, _next(wide, asked, count)))


def watched(found: Mapping[str, Estimate]) -> tuple[str, ...]:
    """What a scenario without targets is to be sure of: each flow's mean latency, deliveries, click to door, cycles."""
    flows = tuple(name for name in found if name.endswith(".latency.mean") and name.count(".") == 2)
    return (*(name for name in OF_A_CITY if name in found), *flows)


def _next(wide: Sequence[Width], asked: Precision, count: int) -> int | None:
    """As many as the least sure metric seems to need, at least five more, at most twice as many as there are."""
    if not wide or count >= asked.most:
        return None
    needed = max(each.needed(asked.share) for each in wide)
    return min(max(min(needed, 2 * count), count + STEP), asked.most)


def _grows(metric: str, seen: Seen) -> bool:
    backlogs = backlogs_of(metric, seen.paths)
    return any(each[backlog].saturated for backlog in backlogs for each in seen.grown if backlog in each)
