"""What differs between two scenarios, path by path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from swifteats_sim.scenario import load
from swifteats_sim.scenario.differing import Differing, differing, in_short

ROOT = Path(__file__).parents[2]
QUEUE = ROOT / "scenarios/theory/mm1_rho80.yaml"
STEP = "stack.flows.call.steps.0"


def found(*settings: tuple[str, str]) -> tuple[Differing, ...]:
    return differing(load(QUEUE), load(QUEUE, settings))


def test_a_scenario_does_not_differ_from_itself() -> None:
    assert found() == ()


def test_how_it_is_called_and_how_often_it_is_run_is_no_difference() -> None:
    assert found(("name", "other"), ("question", "why?"), ("seed", "9"), ("replications", "2")) == ()


def test_a_value_is_named_by_the_path_that_sets_it() -> None:
    path = f"{STEP}.service"
    assert found((path, "exponential(95 ms)")) == (Differing(path, "exponential(100 ms)", "exponential(95 ms)"),)


def test_a_service_of_several_parts_is_named_by_its_parts() -> None:
    (only,) = found((f"{STEP}.service", "{read: 1 ms, write: 2 ms}"))[:1]
    assert only == Differing(f"{STEP}.service.service", "exponential(100 ms)", None)


def test_the_same_value_in_other_units_is_the_same() -> None:
    assert found(("duration", "125 min"), (f"{STEP}.service", "exponential(0.1 s)")) == ()


def test_what_one_lacks_is_told_as_a_whole() -> None:
    (only,) = found(("stack.stations.spare", "{concurrency: 3}"))
    assert (only.path, only.a, only.b["concurrency"]) == ("stack.stations.spare", None, 3)
    (back,) = differing(load(QUEUE, [("stack.stations.spare", "{concurrency: 3}")]), load(QUEUE))
    assert (back.path, back.a, back.b) == (only.path, only.b, None)


def test_lists_are_held_together_entry_by_entry() -> None:
    conditions = '["mean > 380 ms", "p99 < 2 s"]'
    changed = found(("targets.call.wait", conditions))
    assert [each.path for each in changed] == [f"targets.call.wait.{index}" for index in range(1, 6)]
    assert changed[0] == Differing("targets.call.wait.1", "mean < 420 ms", "p99 < 2 s")
    assert changed[-1].b is None


def test_the_order_of_what_goes_by_name_is_no_difference() -> None:
    one = load(QUEUE, [("stack.stations", "{desk: {}, spare: {}}")])
    other = load(QUEUE, [("stack.stations", "{spare: {}, desk: {}}")])
    assert differing(one, other) == ()


def test_a_map_is_the_same_from_wherever_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "town.parquet").touch()
    city = "city: {map: MAP, geos: {c: {kind: dense, restaurants: 1, drivers: 1}}}\n"
    text = f"name: t\nduration: 1 min\n{city}demand: {{orders: {{rate: 1/min}}}}\n"
    for name, place in (("near", "town.parquet"), ("far", str(tmp_path / "town.parquet"))):
        (tmp_path / f"{name}.yaml").write_text(
            f"{text.replace('MAP', place)}stack: {{extends: design}}\n", encoding="utf-8"
        )
    monkeypatch.chdir(tmp_path)
    assert differing(load("near.yaml"), load("far.yaml")) == ()


def test_two_files_of_one_name_are_what_they_hold(tmp_path: Path) -> None:
    for folder, values in (("one", "1 ms\n3 ms\n"), ("same", "1 ms\n3 ms\n"), ("other", "1 ms\n5 ms\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "times.txt").write_text(values, encoding="utf-8")
        text = QUEUE.read_text(encoding="utf-8").replace("exponential(100 ms)", "empirical(times.txt)")
        (tmp_path / folder / "queue.yaml").write_text(text, encoding="utf-8")
    one, same, other = (load(tmp_path / folder / "queue.yaml") for folder in ("one", "same", "other"))
    assert differing(one, same) == ()
    (only,) = differing(one, other)
    assert only == Differing(f"{STEP}.service", "empirical(times.txt), mean 0.002", "empirical(times.txt), mean 0.003")


@pytest.mark.parametrize("name", ["peak_hour", "burst", "as_coded", "retry_storm", "peak_hour_streets"])
def test_no_shipped_scenario_differs_from_itself_and_what_differs_can_be_kept(name: str) -> None:
    scenario = load(ROOT / f"scenarios/{name}.yaml")
    assert differing(scenario, scenario) == ()
    kept = json.loads(json.dumps([list(each) for each in differing(load(QUEUE), scenario)]))
    assert {path.split(".")[0] for path, _, _ in kept} >= {"stack"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        ("12 ms", "12 ms"),
        (True, "true"),
        ({"kind": "Zürich"}, '{"kind": "Zürich"}'),
        ("a\x1b[31mb", "'a\\x1b[31mb'"),
        ("x" * 100, "x" * 56 + " ..."),
    ],
)
def test_a_value_is_short_and_harmless_in_a_sentence(value: object, text: str) -> None:
    assert in_short(value) == text
