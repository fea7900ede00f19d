"""The engine against queueing theory, through the scenario files that a user runs.

Left out: 99.9 % points, which in runs of this length come out some percent too low, for a run sees few such long waits;
and the moments of the wait of mmc_c100_rho95, which would take seven times as many jobs.
"""

from __future__ import annotations

import numpy as np
import pytest
from theory_cases import BOUNDS, CASES
from theory_check import FOLDER, contradicted, imprecise, observed, rehearsed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", CASES)
def test_a_queue_is_what_theory_says(name: str) -> None:
    rehearsal = rehearsed(name)
    seen = observed(rehearsal)
    assert contradicted(CASES[name], seen) == {}
    assert imprecise(CASES[name], seen) == {}
    assert {each.target.text: each.verdict for each in rehearsal.judgements if each.verdict != "pass"} == {}
    assert all(np.mean(seen[metric]) <= bound for metric, bound in BOUNDS.get(name, {}).items())


def test_every_scenario_of_the_folder_is_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CASES)
