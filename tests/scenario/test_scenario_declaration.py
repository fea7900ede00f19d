"""A scenario kept as text: the same wherever its folder stands, and read back as what it was; targets by lines."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from swifteats_sim.scenario import Scenario, ScenarioError, load
from swifteats_sim.scenario.declaration import declaration, declared_then
from swifteats_sim.scenario.differing import differing
from swifteats_sim.scenario.target_places import target_places

ROOT = Path(__file__).parents[2]
SHIPPED = [
    "scenarios/peak_tenth.yaml", "scenarios/peak_tenth_measured.yaml", "scenarios/peak_hour_streets.yaml",
    "scenarios/theory/priorities_3class.yaml", "scenarios/defects/c31_dual_write.yaml",
]  # fmt: skip


@pytest.mark.parametrize("file", SHIPPED)
def test_a_declaration_is_read_as_the_scenario_that_it_was(file: str) -> None:
    path = ROOT / file
    scenario = load(path)
    text = declaration(scenario, path.parent)
    assert text.isascii()
    assert differing(declared_then(text, path.parent), scenario) == ()
    assert declaration(declared_then(text, path.parent), path.parent) == text


def with_files(folder: Path) -> Scenario:
    """A scenario that names a recorded day, a map and measured values beside it."""
    (folder / "day").mkdir(parents=True)
    for name in ("orders.csv", "couriers.csv"):
        (folder / "day" / name).write_text("", encoding="utf-8")
    shutil.copy(next((ROOT / "maps").glob("*.parquet")), folder / "map.parquet")
    (folder / "values.txt").write_text("# unit: s\n0.1\n0.2\n", encoding="utf-8")
    (folder / "s.yaml").write_text(
        "name: s\nduration: 1 min\ndemand: {trace: day}\n"
        "city: {map: map.parquet, geos: {a: {kind: dense}}, kitchens: {mode: recorded}}\n"
        "stack:\n  extends: design\n  flows:\n    more:\n      arrivals: 1 s\n"
        "      steps: [{delay: empirical(values.txt)}]\n",
        encoding="utf-8",
    )
    return load(folder / "s.yaml")


def test_a_declaration_is_the_same_wherever_its_folder_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = with_files(tmp_path / "here"), with_files(tmp_path / "far/there")
    text = declaration(here, tmp_path / "here")
    assert declaration(there, tmp_path / "far/there") == text
    assert str(tmp_path) not in text
    assert differing(declared_then(text, tmp_path / "far/there"), there) == ()
    monkeypatch.chdir(tmp_path / "here")
    assert declaration(load(Path("s.yaml")), Path()) == text
    assert differing(declared_then(text, Path()), here) == ()


def test_a_declaration_that_is_not_understood_says_why() -> None:
    with pytest.raises(ScenarioError, match="speed: unknown key 'speed'"):
        declared_then("name: x\nspeed: 3\n", ROOT)


def test_what_is_not_ascii_is_told_by_its_number() -> None:
    queue = load(ROOT / "scenarios/theory/mm1_rho50.yaml", [("question", '"Zürich \\U0001F600"')])
    text = declaration(queue, ROOT)
    assert text.isascii()
    assert declared_then(text, ROOT).question == "Zürich \U0001f600"


def test_targets_stand_where_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "name: base\nduration: 1 min\nstack:\n  stations: {desk: {}}\n  flows:\n"
        "    call: {arrivals: 1 s, steps: [{at: desk, service: 10 ms}]}\n"
        "targets:\n  call.latency:\n    - mean < 1 s\n    - p99 < 2 s\n",
        encoding="utf-8",
    )
    own = tmp_path / "own.yaml"
    own.write_text(
        'extends: base.yaml\nname: own\ntargets:\n  call.wait: ["mean < 1 s",\n    "p99 < 2 s"]\n', encoding="utf-8"
    )
    scenario = load(own)
    assert [each.metric for each in scenario.conditions] == [
        "call.latency.mean", "call.latency.p99", "call.wait.mean", "call.wait.p99",
    ]  # fmt: skip
    base = str(tmp_path / "base.yaml")
    assert target_places(own, (), scenario) == ((base, 9), (base, 10), (str(own), 4), (str(own), 5))
    setting = [("targets.call.latency.1", "p99 < 3 s")]
    assert target_places(own, setting, load(own, setting))[1] == (str(own), None)
