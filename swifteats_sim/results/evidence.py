"""What findings are drawn from, and what a finding is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from swifteats_sim.results.saturation import Growth
from swifteats_sim.results.span import rows
from swifteats_sim.results.statistics import Estimate
from swifteats_sim.results.tables import Tables


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about the run.

    id : stable name, for comparing runs.
    refs : entries of the platform's ledger that it speaks to (#: claim, C: defect, F: request, A: system).
    """

    id: str
    text: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What findings are drawn from: each replication's tables and backlogs, and the estimates over all.

    judged : the metrics of the scenario's targets.
    """

    tables: Sequence[Tables]
    estimates: Mapping[str, Estimate]
    growths: Sequence[Mapping[str, Growth]]
    judged: tuple[str, ...] = ()

    def mean(self, metric: str) -> float | None:
        """A metric's mean over replications, or None when it was not measured."""
        return self.estimates[metric].value if metric in self.estimates else None

    def growing(self, backlog: str) -> list[Growth]:
        """How this backlog grew, in each replication where it is saturated."""
        return [each[backlog] for each in self.growths if backlog in each and each[backlog].saturated]

    def of_subjects(self, kind: str, quantity: str) -> dict[str, float]:
        """The mean over replications of one metric of every part of a kind, or of every flow (kind ""), by name.

        quantity : quantity and statistic, as in "utilization.mean".
        """
        end = f".{quantity}"
        return {
            name.removeprefix(kind).removesuffix(end): estimate.value
            for name, estimate in self.estimates.items()
            if name.startswith(kind) and name.endswith(end)
        }

    def flow_totals(self, number: str) -> dict[str, int]:
        """One of FLOW_NUMBERS of every flow, added up over replications, by name."""
        totals: dict[str, int] = {}
        for name, flow in (found for each in self.tables for found in each.flows.items()):
            totals[name] = totals.get(name, 0) + flow.numbers[number]
        return totals

    def totals(self, table: str) -> dict[str, dict[str, float]]:
        """The numbers of a table of the stack, such as "topics", by part, added up over replications."""
        totals: dict[str, dict[str, float]] = {}
        for part, row in (found for each in self.tables for found in rows(each, table)):
            before = totals.get(part, {})
            totals[part] = {column: before.get(column, 0.0) + value for column, value in row.items()}
        return totals


def percent(share: float) -> str:
    """One decimal: findings compare shares, targets judge them."""
    return f"{100 * share:.1f} %"
