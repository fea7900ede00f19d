"""The baselines that `make check` holds this project's scenarios against: in order, and of scenarios that there are.

That they hold is what `make check` says, as a gate of its own.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from swifteats_sim.results.baseline_reading import read_baseline
from swifteats_sim.results.baseline_writing import as_text
from swifteats_sim.scenario import load
from swifteats_sim.scenario.declaration import declaration

ROOT = Path(__file__).parents[2]
BASELINES = sorted((ROOT / "baselines").glob("*.yaml"))


def commands() -> dict[str, list[str]]:
    """What `make check` runs, by baseline."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (recipe,) = re.findall(r"^check: .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    asked = [shlex.split(each)[1:] for each in recipe.split(";") if each.strip().startswith("check scenarios/")]
    return {words[words.index("--baseline") + 1]: words for words in asked}


def test_make_check_is_a_gate_and_uses_every_baseline() -> None:
    assert "make check" in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert sorted(commands()) == [str(path.relative_to(ROOT)) for path in BASELINES]
    assert len(BASELINES) >= 4


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_a_baseline_is_as_it_would_be_written(path: Path) -> None:
    assert as_text(read_baseline(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_a_baseline_is_of_the_scenarios_as_they_are_checked(path: Path) -> None:
    words = commands()[str(path.relative_to(ROOT))]
    settings = [words[at + 1].partition("=") for at, word in enumerate(words) if word == "--set"]
    files = [ROOT / word for word in words if word.startswith("scenarios/")]
    scenarios = [(load(file, [(key, value) for key, _, value in settings]), file) for file in files]
    entries = read_baseline(path).entries
    assert sorted(scenario.name for scenario, _ in scenarios) == sorted(entries)
    for scenario, file in scenarios:
        assert declaration(scenario, file.parent) == entries[scenario.name].declared, scenario.name
        assert set(entries[scenario.name].verdicts.values()) <= {"pass"}, scenario.name
        assert len(entries[scenario.name].rows) > 30
