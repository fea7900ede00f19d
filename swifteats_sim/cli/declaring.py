"""A scenario as the commands take it: its file, and what files and maps it names, looked at before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swifteats_sim.scenario import Scenario


def declared(path: Path, overrides: Sequence[tuple[str, str]]) -> Scenario:
    """What a file declares. ScenarioError with every problem, also where it names a map that there is not."""
    from swifteats_sim.scenario import ScenarioError, load
    from swifteats_sim.scenario.errors import Problem
    from swifteats_sim.scenario.streets import GRID, STRAIGHT
    from swifteats_sim.streets.bundled import find_map
    from swifteats_sim.streets.errors import MapError

    scenario, problems = load(path, overrides), []
    city = scenario.city
    for geo in city.geos if city is not None else ():
        assert city is not None
        name = city.map_of(geo)
        try:
            if name not in (STRAIGHT, GRID):
                find_map(name)
        except MapError as wrong:
            key = f"city.geos.{geo}.map" if city.geos[geo].map else "city.map"
            problems.append(Problem(str(path), None, key, str(wrong)))
    if problems:
        raise ScenarioError(dict.fromkeys(problems))
    return scenario
