"""Two scenarios on the same random numbers: what differs, paired by replication."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from swifteats_sim.experiments.rehearsal import Rehearsal
from swifteats_sim.results import Estimate, Judgement, estimates
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.names import unit_of_name
from swifteats_sim.results.pairing import Values, difference
from swifteats_sim.results.verdict import Verdict
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.differing import Differing, differing

_FORMAT = "swifteats-sim comparison 1"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, run: of a rehearsal what a comparison needs, so that its tables can be let go.

    file : as it was named; own_seed, own_replications : what it asks for by itself.
    """

    file: str
    scenario: Scenario
    own_seed: int
    own_replications: int
    measured: Values
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    digest: str

    @classmethod
    def of(cls, rehearsal: Rehearsal, file: str, own: Scenario | None = None) -> Side:
        """own : the scenario before it was given the other's seed and replications, if it was."""
        own, found = own or rehearsal.scenario, rehearsal
        asked = own.seed, own.replications
        return cls(file, found.scenario, *asked, found.measured, found.judgements, found.findings, found.digest)

    @property
    def saturated(self) -> bool:
        """Whether something was still growing at the end."""
        return any(each.id == "saturation" for each in self.findings)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A metric of both, in its SI unit.

    difference : B - A over replications, paired; of an interval none with a single replication.
    """

    metric: str
    a: Estimate
    b: Estimate
    difference: Estimate

    @property
    def unit(self) -> str:
        """As in the catalogue."""
        return unit_of_name(self.metric)

    @property
    def relative(self) -> float | None:
        """The difference as a share of A's mean; None where that is 0 and the difference is not."""
        if self.difference.value == 0:
            return 0.0
        return self.difference.value / abs(self.a.value) if self.a.value else None

    @property
    def moved(self) -> bool | None:
        """Whether it moved beyond its interval; None where there is none."""
        if self.difference.ci95 is None:
            return None
        low, high = self.difference.ci95
        return low > 0 or high < 0

    @property
    def stands_out(self) -> bool:
        """Whether it is worth a look: it moved, or it is another number and nobody knows better."""
        return self.difference.value != 0 if self.moved is None else self.moved


class TwoVerdicts(NamedTuple):
    """What became of one target in both; None where a scenario does not have it."""

    metric: str
    condition: str
    a: Verdict | None
    b: Verdict | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """B against A.

    differing : what differs in the scenarios; contrasts : of every metric that each replication of both measured;
    verdicts : of all targets, A's first; only_a, only_b : metrics that the other one has in no replication;
    gappy : metrics of both that some replication lacks.
    """

    a: Side
    b: Side
    differing: tuple[Differing, ...]
    contrasts: tuple[Contrast, ...]
    verdicts: tuple[TwoVerdicts, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    gappy: tuple[str, ...]

    @property
    def replications(self) -> int:
        """Of each."""
        return len(self.a.measured)

    @property
    def common(self) -> bool:
        """Whether replication k of both has the same random numbers."""
        return self.a.scenario.seed == self.b.scenario.seed

    @property
    def digest(self) -> str:
        """SHA-256 over what both recorded, in this order, as 64 hex digits."""
        return hashlib.sha256(f"{_FORMAT}\n{self.a.digest}\n{self.b.digest}\n".encode()).hexdigest()

    @property
    def name(self) -> str:
        """Of the folder that holds it."""
        return f"compare-{self.a.scenario.name}-{self.b.scenario.name}-{self.digest[:8]}"

    def of_targets(self) -> tuple[Contrast, ...]:
        """The contrasts of metrics that are judged in either, in the order of the targets."""
        found = {each.metric: each for each in self.contrasts}
        return tuple(found[name] for name in dict.fromkeys(each.metric for each in self.verdicts) if name in found)

    def by_size(self) -> tuple[Contrast, ...]:
        """All contrasts by the size of their relative change; what rose from 0 comes first."""
        return tuple(sorted(self.contrasts, key=lambda each: _size(each.relative), reverse=True))


def compare(a: Side, b: Side) -> Comparison:
    """Pair the replications of two sides; ValueError where they have not as many."""
    if len(a.measured) != len(b.measured):
        raise ValueError(f"replications are paired, but A has {len(a.measured)} and B {len(b.measured)}")
    in_a, in_b = estimates(a.measured), estimates(b.measured)
    contrasts = tuple(_contrasts(a.measured, b.measured, in_a, in_b))
    both = {each.metric for each in contrasts}
    return Comparison(
        a,
        b,
        differing(a.scenario, b.scenario),
        contrasts,
        _verdicts(a.judgements, b.judgements),
        only_a=tuple(name for name in in_a if name not in in_b),
        only_b=tuple(name for name in in_b if name not in in_a),
        gappy=tuple(name for name in in_a if name in in_b and name not in both),
    )


def _contrasts(
    a: Values, b: Values, in_a: Mapping[str, Estimate], in_b: Mapping[str, Estimate]
) -> list[Contrast]:  # fmt: skip
    found = ((name, difference(b, a, name)) for name in in_a if name in in_b)
    return [Contrast(name, in_a[name], in_b[name], paired) for name, paired in found if paired is not None]


def _verdicts(a: tuple[Judgement, ...], b: tuple[Judgement, ...]) -> tuple[TwoVerdicts, ...]:
    in_a, in_b = ({(each.target.metric, each.target.text): each.verdict for each in judged} for judged in (a, b))
    return tuple(TwoVerdicts(*key, in_a.get(key), in_b.get(key)) for key in dict.fromkeys([*in_a, *in_b]))


def _size(relative: float | None) -> float:
    return float("inf") if relative is None else abs(relative)
