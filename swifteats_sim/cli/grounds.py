"""A look at the maps and the recorded day that a scenario names, before anything runs on them."""

from __future__ import annotations

from swifteats_sim.scenario import Scenario, read_trace
from swifteats_sim.scenario.streets import STRAIGHT


def look_at_maps(scenario: Scenario) -> None:
    """ScenarioError where the day's data are wrong, or a map is none, has no such cells or is not the day's."""
    city = scenario.city
    trace = None if scenario.demand.trace is None else read_trace(scenario.demand.trace)
    if city is None or all(city.map_of(geo) == STRAIGHT for geo in city.geos):
        return
    from swifteats_sim.city.laying_out import Layout  # takes a second, which cities without maps need not wait for

    layout = Layout(city)
    if trace is not None:
        layout.recorded(trace)
