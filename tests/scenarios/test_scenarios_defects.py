"""`defects`: one file for each, every one of them tried by a test, and a small city that has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from defect_pairs import FILES, FOLDER, SMALL_CITY, switched_off
from scenario_runs import rehearsed, shipped, values

from swifteats_sim.experiments import Rehearsal
from swifteats_sim.results import growths
from swifteats_sim.results.verdict import PASSED, exit_code

HERE = Path(__file__).parent


def test_every_file_is_tried() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("test_scenarios_defects_*.py")))
    assert [name for name in FILES if f'"{name}"' not in told] == []


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_says_turns_its_defect_off_changes_the_scenario(name: str) -> None:
    path = FOLDER / f"{name}.yaml"
    assert shipped(path) != shipped(path, *switched_off(name))
    assert shipped(path).name == name.replace("_", "-")
    assert f"#   --set {switched_off(name)[0].split('=')[0]}=" in path.read_text(encoding="utf-8")


def test_a_defect_breaks_a_target_or_its_file_says_why_it_cannot() -> None:
    """A pair's test holds `Pair.broken` against a target, unless its comment says that none tells the two apart."""
    told = "".join(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("test_scenarios_defects_*.py")))
    silent = [name for name in FILES if "No target tells the two apart" in " ".join(comment(name).split())]
    tests = {part.split('"')[1]: part.split("\ndef ")[0] for part in told.split("tried(")[1:] if part.startswith('"')}
    assert [name for name in FILES if ("== BROKEN" in tests[name]) == (name in silent)] == []
    assert [name for name in FILES if not shipped(FOLDER / f"{name}.yaml").conditions] == []


def comment(name: str) -> str:
    """What stands above a file, without the signs of a comment."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.removeprefix("#") for line in lines if line.startswith("#"))


def defects(found: Rehearsal) -> list[str]:
    """The defects that a run's findings name."""
    return [each.id for each in found.findings if each.id.startswith("defect-")]


def test_the_small_city_has_no_defect_when_it_is_overrun() -> None:
    """60 drivers hold 4/min or so: with 6/min orders wait for drivers, and still nothing is wrong with the rules."""
    found = rehearsed(FOLDER / f"{SMALL_CITY}.yaml", "demand.orders.rate=6/min", "warmup=20 min")
    assert defects(found) == []
    assert values(found)["orders.delivered.count"] > 50


def test_the_small_city_is_full_when_it_is_measured_and_holds() -> None:
    """Its warm-up is longer than nearly every order takes; no backlog grows, and every target passes (exit 0)."""
    found = rehearsed(FOLDER / f"{SMALL_CITY}.yaml")
    assert defects(found) == []
    assert found.scenario.warmup > 1.1 * values(found)["delivery.click_to_door.p95"] * 1e9
    assert {each.verdict for each in found.judgements} == {"pass"}
    assert exit_code(found.judgements) == PASSED
    assert [words for words, each in growths(found.tables[0]).items() if each.saturated] == []
