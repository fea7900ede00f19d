"""A stack in words before anything runs: tables of what it is offered, notes, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass

from swifteats_sim.forecast.explaining_notes import notes_of
from swifteats_sim.forecast.explaining_tables import Table, tables_of
from swifteats_sim.forecast.facts import Facts
from swifteats_sim.forecast.objections import Objection, objections_to_work
from swifteats_sim.forecast.objections_to_links import objections_to_links
from swifteats_sim.forecast.offered import offered
from swifteats_sim.forecast.target_bounds import objections_to_targets
from swifteats_sim.scenario import Scenario

FORECAST = "Arithmetic is a forecast: nothing waits in it, and no event was simulated."


@dataclass(frozen=True)
class Explanation:
    """What there is to say of a scenario. cannot : what cannot hold; beware : what may not."""

    question: str
    facts: Facts
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    cannot: tuple[Objection, ...]
    beware: tuple[Objection, ...]

    @property
    def conclusion(self) -> str:
        """The last word."""
        if self.cannot:
            return FORECAST
        known = ", as far as rates are known" if self.facts.unknown else ""
        other = " else" if self.beware else ""
        return f"Nothing{other} speaks against it by arithmetic{known}. {FORECAST}"


def explain(scenario: Scenario) -> Explanation:
    """Everything that can be said of a scenario without running it."""
    facts = offered(scenario)
    found = [
        *objections_to_work(scenario, facts),
        *objections_to_links(scenario, facts),
        *objections_to_targets(scenario, facts),
    ]
    return Explanation(
        scenario.question,
        facts,
        tables_of(scenario, facts),
        notes_of(facts),
        tuple(each for each in found if each.certain),
        tuple(each for each in found if not each.certain),
    )
