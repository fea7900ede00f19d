"""What a check finds of a scenario: its targets, and what every metric has done since the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from swifteats_sim.experiments.comparing import Contrast
from swifteats_sim.results import Judgement, exit_code
from swifteats_sim.results.baseline import Entry
from swifteats_sim.results.tolerances import Tolerance
from swifteats_sim.results.verdict import FAILED, INCONCLUSIVE, PASSED
from swifteats_sim.scenario.differing import Differing
from swifteats_sim.scenario.target_places import Place

Outcome = Literal["same", "within", "moved", "unclear", "gone", "new"]
"""same : in every digit; within : its tolerance; unclear : beyond, and yet perhaps chance; gone, new : only in one."""
SEVERITY: Mapping[Outcome, int] = {
    "same": PASSED, "within": PASSED, "new": PASSED, "unclear": INCONCLUSIVE, "moved": FAILED, "gone": FAILED,
}  # fmt: skip


class Chosen(NamedTuple):
    """A scenario to be checked: its file as it was named, and where its targets stand."""

    file: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """A metric then and now.

    contrast : of the replications that both have; None where one of them lacks the metric.
    gaps : (then, now), in how many of those it was measured, where that is not in all of both.
    """

    metric: str
    outcome: Outcome
    tolerance: Tolerance
    contrast: Contrast | None = None
    gaps: tuple[int, int] | None = None

    @property
    def severity(self) -> int:
        """Its exit code: what may move as it likes may go as well."""
        return PASSED if self.tolerance.free else SEVERITY[self.outcome]

    @property
    def size(self) -> float:
        """Of its relative change; what comes from 0, comes or goes is larger than any."""
        relative = self.contrast.relative if self.contrast else None
        return float("inf") if relative is None else abs(relative)


class Held(NamedTuple):
    """A target, where it stands and what became of it. before : its verdict in the baseline, "" where it has none."""

    judgement: Judgement
    place: Place
    before: str

    @property
    def severity(self) -> int:
        """Its exit code."""
        return exit_code([self.judgement])


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario, checked.

    entry : of the baseline, None where it has none; now : what would be its entry; replications : that both have;
    differing : what the scenario itself declares otherwise; unreadable : why that cannot be said, or "".
    """

    chosen: Chosen
    entry: Entry | None
    now: Entry
    replications: int
    held: tuple[Held, ...]
    movements: tuple[Movement, ...]
    differing: tuple[Differing, ...]
    unreadable: str

    @property
    def name(self) -> str:
        """The scenario's."""
        return self.now.name

    @property
    def same_digest(self) -> bool:
        """Whether both recorded the same, to the last bit."""
        return self.entry is not None and self.entry.digest == self.now.digest

    @property
    def common(self) -> bool:
        """Whether replication k of both has the same random numbers."""
        return self.entry is not None and self.entry.seed == self.now.seed

    @property
    def severity(self) -> int:
        """Its exit code: of the worst that is found."""
        return max([self.severity_of_targets, *(each.severity for each in self.movements)])

    @property
    def severity_of_targets(self) -> int:
        """The exit code of the worst target."""
        return max((each.severity for each in self.held), default=PASSED)

    def of(self, *outcomes: Outcome) -> tuple[Movement, ...]:
        """Metrics with these outcomes: those with a target first, then by the size of their change."""
        judged = {each.judgement.target.metric for each in self.held}
        found = [each for each in self.movements if each.outcome in outcomes]
        return tuple(sorted(found, key=lambda each: (each.metric not in judged, -each.size)))


def target_key(judgement: Judgement) -> str:
    """A target as a baseline calls it: "menu.latency p99 < 200 ms"."""
    return f"{judgement.target.metric.rpartition('.')[0]} {' '.join(judgement.target.text.split())}"


def worse(metric: str, before: float, now: float, held: Sequence[Held]) -> str:
    """`worse` or `better`, as the targets of this metric want it, or those of its quantity; "" where none can say."""
    targets = [each.judgement.target for each in held]
    own = [each for each in targets if each.metric == metric]
    quantity = metric.rpartition(".")[0]
    others = [each for each in targets if each.metric.rpartition(".")[0] == quantity and each.operator != "=="]
    said = dict.fromkeys(_away(each.operator, each.limit, before, now) for each in own or others)
    return next(iter(said)) if len(said) == 1 else ""


def _away(operator: str, limit: float, before: float, now: float) -> str:
    """What a condition says of a change; an equality goes by the distance from it."""
    grew = abs(now - limit) - abs(before - limit) if operator == "==" else now - before
    if grew == 0:
        return ""
    return "worse" if (grew > 0) == (operator in ("<", "<=", "==")) else "better"
