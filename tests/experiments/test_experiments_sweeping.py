"""A sweep: its points, what is kept of them, and that nothing is accepted but what was written for that point."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from swifteats_sim.experiments import rehearse
from swifteats_sim.experiments.points_here import Here
from swifteats_sim.experiments.result import Result, as_data, from_data
from swifteats_sim.experiments.saving_sweep import TOGETHER, SweepFolder
from swifteats_sim.experiments.sweeping import Heard, Sweep, carry_out
from swifteats_sim.scenario import ScenarioError
from swifteats_sim.scenario.grid import Point, grid_of, load_grid
from swifteats_sim.scenario.varying import MAX_VALUES, varied

ROOT = Path(__file__).parents[2]
QUEUE = ROOT / "scenarios/theory/mm1_rho80.yaml"
FIXED = [("duration", "5 s"), ("replications", "2")]
SERVICE = "stack.flows.call.steps.0.service=exponential(80 ms),exponential(90 ms)"
ARRIVALS = "stack.flows.call.arrivals=exponential(125 ms),exponential(250 ms)"


def points(*vary: str, fixed: Sequence[tuple[str, str]] = FIXED) -> tuple[Point, ...]:
    return load_grid(QUEUE, grid_of(vary, fixed), fixed, lambda scenario: None)


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return Sweep.of(points(SERVICE, ARRIVALS))


@pytest.fixture(scope="module")
def whole(sweep: Sweep, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep that nobody disturbed."""
    folder = SweepFolder(sweep, tmp_path_factory.mktemp("whole") / sweep.name)
    folder.gather(carry_out(sweep, folder, Here()))
    return folder.folder


@pytest.fixture
def kept(sweep: Sweep, whole: Path, tmp_path: Path) -> SweepFolder:
    """A copy of it, to be spoilt."""
    shutil.copytree(whole, tmp_path / sweep.name)
    return SweepFolder(sweep, tmp_path / sweep.name)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1,2", ("1", "2")),
        ("a=1..3,7", ("1", "2", "3", "7")),
        ("a=400..500/min:50", ("400/min", "450/min", "500/min")),
        ("a=50 %..70 %:10 %", ("50 %", "60 %", "70 %")),
        ("a=0.5..1:0.25", ("0.5", "0.75", "1")),
        ("a=-1..1", ("-1", "0", "1")),
        ("a=uniform(5 ms, 10 ms), 3 ms", ("uniform(5 ms, 10 ms)", "3 ms")),
        ('a="x,y",[1, 2]', ('"x,y"', "[1, 2]")),
        ("a=../day1,../day2", ("../day1", "../day2")),
    ],
)
def test_values_are_lists_and_ranges(text: str, values: tuple[str, ...]) -> None:
    assert varied(text) == ("a", values)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a", "write PATH=V1,V2"),
        ("=1", "write PATH=V1,V2"),
        ("a=", "write PATH=V1,V2"),
        ("a=1,,2", "a value is empty"),
        ("a=1,1", "'1' stands twice"),
        ("a=3..1", "a range goes up"),
        ("a=1..3:0", "a range goes up"),
        ("a=0.1..0.5", "say by which step"),
        ("a=5 s..9 min", "have one unit"),
        ("a=1..1000000000000", f"at most {MAX_VALUES:,} values"),
        ("a=" + ",".join(map(str, range(2000))), f"at most {MAX_VALUES:,} values"),
    ],
)
def test_what_is_no_list_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        varied(text)


def test_the_last_path_varies_fastest_and_every_point_has_the_same_chance(sweep: Sweep) -> None:
    assert [tuple(value[12:-4] for _, value in point.choice) for point in sweep.points] == [
        ("80", "125"), ("80", "250"), ("90", "125"), ("90", "250"),
    ]  # fmt: skip
    assert {point.scenario.seed for point in sweep.points} == {1}
    assert len(set(sweep.keys.values())) == 4


@pytest.mark.parametrize(
    ("vary", "fixed", "said"),
    [
        (("duration=5 s",), FIXED, "--vary duration: is both set and varied"),
        (("seed=1", "seed=2"), FIXED, "--vary seed: is varied twice: list all its values in one"),
        ((), FIXED, "--vary: name at least one value to vary, as PATH=V1,V2,... or PATH=A..B:STEP"),
        (("seed=1..100", "warmup=1..100 s"), FIXED, "--vary: a grid has at most 1,000 points, not 10,000"),
        (("seed=3..1",), FIXED, "--vary seed=3..1: '3..1': a range goes up, by a step above 0"),
        (("warmup=1 s,1",), FIXED, "--vary warmup=1: 1 has no unit: a duration is written in"),
        (("seed=1,2",), [("duration", "5")], "--set duration: 5 has no unit: a duration is written in"),
        (("seed=1,2",), [("targets.calls.latency", '["p99 < 1 s"]')], "--set targets.calls.latency: unknown metric"),
        (
            ("stack.flows.call.steps.0.at=desk,dsk", "seed=1,2"),
            FIXED,
            "--vary stack.flows.call.steps.0.at=dsk: unknown station 'dsk'; did you mean 'desk'?",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_path_and_value(
    vary: tuple[str, ...], fixed: Sequence[tuple[str, str]], said: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        points(*vary, fixed=fixed)
    assert said in str(refused.value)
    assert len(refused.value.problems) == 1


def test_a_point_is_a_run_of_its_scenario(sweep: Sweep, whole: Path) -> None:
    alone = rehearse(sweep.points[2].scenario)
    result = SweepFolder(sweep, whole).found()[3]
    assert result == Result.of(alone)
    assert from_data(json.loads(json.dumps(as_data(result))), sweep.points[2].scenario) == result


def test_the_tables_are_tidy(sweep: Sweep, whole: Path) -> None:
    metrics, each = (pd.read_parquet(whole / f"{name}.parquet") for name in ("metrics", "replications"))
    service, arrivals = (f"set.{path}" for path in sweep.paths)
    assert metrics.columns.tolist() == [
        "point", service, arrivals, "metric", "unit", "value", "ci95_low", "ci95_high",
    ]  # fmt: skip
    assert each.columns.tolist() == ["point", service, arrivals, "metric", "replication", "value"]
    latency = metrics[metrics["metric"] == "call.latency.mean"]
    assert latency["point"].tolist() == [1, 2, 3, 4]
    assert (latency["ci95_low"] < latency["value"]).all()
    means = each[each["metric"] == "call.latency.mean"].groupby("point")["value"].mean()
    assert means.tolist() == pytest.approx(latency["value"].tolist())


def test_processes_and_interruptions_change_nothing(sweep: Sweep, whole: Path, tmp_path: Path) -> None:
    """Two of the points by two processes at once, after which somebody pulls the plug."""
    folder = SweepFolder(sweep, tmp_path / sweep.name)

    def two_and_no_more(points: Sequence[Point], heard: Heard) -> None:
        Here(workers=2)(points[:2], heard)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(sweep, folder, two_and_no_more)
    assert sorted(folder.found()) == [1, 2]
    computed: list[int] = []

    def rest(points: Sequence[Point], heard: Heard) -> None:
        computed.extend(point.number for point in points)
        Here()(points, heard)

    swept = carry_out(sweep, folder, rest)
    folder.gather(swept)
    assert computed == [3, 4]
    assert content(folder.folder) == content(whole)


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def swap(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def say(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


Spoil = Callable[[Path], object]


def replace(path: Path, make: Spoil) -> None:
    shutil.rmtree(path)
    make(path)


SPOILT: dict[str, tuple[Spoil, set[int]]] = {
    "nothing": (lambda points: None, set()),
    "a flipped bit in the result": (lambda points: flip(points / "2/result.json"), {2}),
    "a flipped bit in the manifest": (lambda points: flip(points / "2/manifest.json"), {2}),
    "a flipped bit in the scenario": (lambda points: flip(points / "2/scenario.yaml"), {2}),
    "a truncated result": (lambda points: os.truncate(points / "2/result.json", 100), {2}),
    "a truncated manifest": (lambda points: os.truncate(points / "2/manifest.json", 100), {2}),
    "an empty manifest": (lambda points: os.truncate(points / "2/manifest.json", 0), {2}),
    "no result": (lambda points: (points / "2/result.json").unlink(), {2}),
    "no manifest": (lambda points: (points / "2/manifest.json").unlink(), {2}),
    "no folder": (lambda points: shutil.rmtree(points / "2"), {2}),
    "a file for a folder": (lambda points: replace(points / "2", lambda path: path.touch()), {2}),
    "a manifest that is a list": (lambda points: (points / "2/manifest.json").write_text("[]"), {2}),
    "a manifest of brackets": (lambda points: (points / "2/manifest.json").write_text("[" * 100_000), {2}),
    "another version": (lambda points: say(points / "2/manifest.json", versions={}), {2}),
    "files of nobody": (lambda points: say(points / "2/manifest.json", files=7), {2}),
    "swapped folders": (lambda points: swap(points / "1", points / "4"), {1, 4}),
    "a copied folder": (lambda points: replace(points / "2", lambda path: shutil.copytree(points / "3", path)), {2}),
    "swapped results": (lambda points: swap(points / "1/result.json", points / "4/result.json"), {1, 4}),
}


@pytest.mark.parametrize("how", SPOILT, ids=lambda how: how.replace(" ", "_"))
def test_what_is_spoilt_is_not_accepted(kept: SweepFolder, how: str) -> None:
    spoil, lost = SPOILT[how]
    spoil(kept.folder / "points")
    assert set(kept.found()) == {1, 2, 3, 4} - lost


def test_what_is_spoilt_is_computed_again_and_the_whole_is_as_before(kept: SweepFolder, whole: Path) -> None:
    flip(kept.folder / "points/2/result.json")
    swap(kept.folder / "points/1", kept.folder / "points/4")
    swept = carry_out(kept.sweep, kept, Here())
    assert not any((kept.folder / name).exists() for name in TOGETHER)  # they were another sweep's, as it were
    kept.gather(swept)
    assert content(kept.folder) == content(whole)


def test_another_version_of_the_package_or_of_its_sources_computes_anew(kept: SweepFolder) -> None:
    for name in ("swifteats-sim", "sources", "numpy"):
        other = Sweep(kept.sweep.points, kept.sweep.keys, {**kept.sweep.versions, name: "other"})
        assert SweepFolder(other, kept.folder).found() == {}


def test_measured_values_in_a_file_belong_to_the_point(tmp_path: Path) -> None:
    (tmp_path / "queue.yaml").write_bytes(QUEUE.read_bytes())
    fixed = [*FIXED, ("stack.flows.call.steps.0.service", "empirical(times.txt)")]
    keys = []
    for values in ("80 ms\n", "90 ms\n", "80 ms\n"):
        (tmp_path / "times.txt").write_text(values, encoding="utf-8")
        keys.append(
            Sweep.of(load_grid(tmp_path / "queue.yaml", grid_of(["seed=1"], fixed), fixed, lambda _: None)).keys
        )
    assert keys[0] == keys[2] != keys[1]


def killed(folder: Path, every: int, times: int) -> dict[str, Any]:
    program = Path(__file__).with_name("killed_sweeps.py")
    command = [sys.executable, str(program), str(folder), str(every), str(times)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.skipif(sys.platform != "linux", reason="copies of a process")
@pytest.mark.parametrize(
    ("every", "times", "least"), [(30, 2, 5), pytest.param(1, 95, 200, marks=pytest.mark.slow)], ids=["few", "all"]
)
def test_wherever_a_sweep_is_killed_nothing_corrupt_is_accepted_and_the_next_one_ends_the_same(
    tmp_path: Path, every: int, times: int, least: int
) -> None:
    """Before each operation on files, with each file torn, and at 95 instants of a sweep by two processes."""
    seen = killed(tmp_path, every, times)
    assert seen["kills"] >= least
    assert (seen["corrupt"], seen["failed"], seen["differing"]) == (0, 0, [])
    assert {0, 3} <= set(seen["accepted"]), "before the first point is kept, and after the last"
