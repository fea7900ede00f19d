"""A scenario written out: `extends` and `--set` resolved, every default there, so that it runs as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swifteats_sim.scenario.scenario import Scenario
from swifteats_sim.scenario.streets import is_file


def in_full(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain values, by key; what is not there has no key.

    Traces and maps stay where they are, so their places are written in full.
    """
    content = scenario.model_dump(mode="json", exclude_none=True)
    if scenario.demand.trace is not None:
        content["demand"]["trace"] = str(scenario.demand.trace.resolve())
    for holder in (content["city"], *content["city"]["geos"].values()) if scenario.city is not None else ():
        if is_file(holder.get("map", "")):
            holder["map"] = str(Path(holder["map"]).resolve())
    return content
