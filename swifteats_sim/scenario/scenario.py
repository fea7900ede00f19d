"""The scenario: everything a run needs to know, frozen."""

from __future__ import annotations

from pydantic import Field, model_validator

from swifteats_sim.scenario.city import City
from swifteats_sim.scenario.consistency import Parts, inconsistencies
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.errors import KeyProblems, first_few
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.metrics import catalogue
from swifteats_sim.scenario.rules import Assignment, Eta, Ordering, Rules
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.targets import Target, Targets
from swifteats_sim.scenario.units import Duration, PositiveDuration


class Scenario(Frozen):
    """A rehearsal, as its author declares it.

    `duration` is the measured span; a run lasts `warmup + duration`.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="names the run folder")
    question: str = default("", max_length=2000, description="what the scenario asks, in a sentence")
    warmup: Duration = default("0 s", description="simulated before the measured span")
    duration: PositiveDuration = Field(description="the measured span")
    seed: int = default(1, ge=0, lt=2**63, description="of every random number of the run")
    replications: int = default(1, ge=1, le=10_000, description="independent runs; an interval needs at least 2")
    shuffle_ties: int | None = Field(
        None, ge=0, lt=2**63, exclude_if=lambda seed: seed is None,
        description="seed of a shuffle of what happens at the same instant; none: the stated order. No result should "
        "hang on it",
    )  # fmt: skip
    city: City | None = None
    demand: Demand = Demand()
    ordering: Ordering = Ordering()
    assignment: Assignment = Assignment()
    eta: Eta = Eta()
    stack: Stack
    targets: Targets = Targets()

    @property
    def rules(self) -> Rules:
        """The parameters of the platform's rules."""
        return Rules(self.ordering, self.assignment, self.eta)

    @property
    def end(self) -> int:
        """When the run ends, in nanoseconds."""
        return self.warmup + self.duration

    @property
    def conditions(self) -> tuple[Target, ...]:
        """The targets, parsed."""
        return self.targets.parsed(catalogue(self.stack))

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Scenario:
        problems = first_few(inconsistencies(Parts(self.city, self.demand, self.rules, self.stack, self.targets)))
        try:
            self.targets.parsed(catalogue(self.stack))
        except KeyProblems as wrong:
            problems += [(("targets", *path), message) for path, message in wrong.problems]
        if problems:
            raise KeyProblems(problems)
        return self
