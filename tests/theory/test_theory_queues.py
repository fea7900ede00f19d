"""The engine against queueing theory, through the scenario files that a user runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from theory_cases import BOUNDS, CASES, DEPARTURES, LONGER, RARE
from theory_check import (
    BEYOND,
    FOLDER,
    REPLICATIONS,
    beyond,
    contradicted,
    departures_scv,
    imprecise,
    observed,
    rehearsed,
)

from swifteats_sim.scenario import load

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _swept_young() -> Iterator[None]:
    """Between replications only what the last one made is swept, not all that the tests before have left behind.

    Small queues leave little: to look through everything thirty times took two thirds of their time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("swifteats_sim.experiments.replications.sweep", lambda: None)
        yield


@pytest.mark.parametrize("name", CASES)
def test_a_queue_is_what_theory_says(name: str) -> None:
    longer = [("duration", LONGER[name])] if name in LONGER else []
    rehearsal, points = rehearsed(name, *longer), RARE.get(name, {})
    seen = {**observed(rehearsal), **beyond(rehearsal, points)}
    exact = {**CASES[name], **dict.fromkeys(points, BEYOND)}
    assert contradicted(exact, seen) == {}
    assert imprecise(exact, seen) == {}
    assert {each.target.text: each.verdict for each in rehearsal.judgements if each.verdict != "pass"} == {}
    assert all(np.mean(seen[metric]) <= bound for metric, bound in BOUNDS.get(name, {}).items())


@pytest.mark.parametrize("name", DEPARTURES)
def test_what_leaves_a_queue_is_poisson_again(name: str) -> None:
    """Runs of a quarter of the length: what is asked is known to a percent after 300,000 departures."""
    scenario = load(FOLDER / f"{name}.yaml", (("duration", "1500 s"),))
    seen = {"departures.scv": [departures_scv(scenario, replication) for replication in range(REPLICATIONS)]}
    assert contradicted(DEPARTURES[name], seen) == {}
    assert imprecise(DEPARTURES[name], seen) == {}


def test_every_scenario_of_the_folder_is_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CASES)
