"""`run --replay`: the same run again from its folder, wherever that is by now; and what is no such folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swifteats_sim.scenario import ScenarioError
from swifteats_sim.scenario.manifest import read_recorded

COMMAND = [sys.executable, "-m", "swifteats_sim"]
QUEUE = """\
name: queue
duration: 20 s
seed: 3
replications: 2
stack:
  stations:
    desk: {}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: empirical(times.txt)}]
targets:
  call.latency: ["mean < 1 min"]
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, "run", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder whose scenario and measured times are gone."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    (desk / "times.txt").write_text("# unit: ms\n120\n80.5\n100\n", encoding="utf-8")
    done = run(desk, "queue.yaml", "--set", "seed=4", "--engine", "reference")
    assert done.returncode == 0, done.stderr
    (out,) = (desk / "outputs").iterdir()
    for name in ("queue.yaml", "times.txt"):
        (desk / name).unlink()
    return out


@pytest.fixture
def moved(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "moved"))


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def change(folder: Path, **changes: Any) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest_of(folder) | changes), encoding="utf-8")


def test_a_moved_folder_repeats_its_run(moved: Path) -> None:
    done = run(moved.parent, "--replay", "moved", "--workers", "2")
    assert (done.returncode, done.stderr) == (0, "")
    digest = manifest_of(moved)["digest"]
    assert f"\nthe same digest: {digest}\n" in done.stdout
    assert done.stdout.endswith(f"\nresults: outputs/queue-{digest[:8]}\n")
    (again,) = (moved.parent / "outputs").iterdir()
    told = manifest_of(again)
    assert told["engine"] == "reference"
    assert {**told, "wall_seconds": 0, "streets": 0} == {**manifest_of(moved), "wall_seconds": 0, "streets": 0}
    for name in ("law-1.txt", "scenario.yaml", "verdict.md", "flows.parquet"):
        assert (again / name).read_bytes() == (moved / name).read_bytes()


def test_a_folder_is_not_replaced_by_its_like(original: Path) -> None:
    (original / "note.txt").write_text("mine", encoding="utf-8")
    done = run(original.parents[1], "--replay", f"outputs/{original.name}")
    assert done.returncode == 0, done.stderr
    assert (original / "note.txt").read_text(encoding="utf-8") == "mine"
    (original / "note.txt").unlink()


@pytest.mark.slow
def test_another_digest_is_99_and_the_versions_that_differ_are_named(moved: Path) -> None:
    versions = manifest_of(moved)["versions"]
    change(moved, digest="0" * 64)
    done = run(moved.parent, "--replay", "moved")
    assert done.returncode == 99
    assert "another digest: " in done.stdout
    assert f"the manifest says: {'0' * 64}\n" in done.stdout
    assert "the versions are the same: the manifest was changed, or this is a defect of this project\n" in done.stdout
    change(moved, versions={**versions, "numpy": "0.1\x1b[31m"})
    done = run(moved.parent, "--replay", "moved")
    assert done.returncode == 99
    assert f"other versions: numpy {versions['numpy']} (then 0.1\\x1b[31m)\n" in done.stdout


@pytest.mark.slow
def test_a_recorded_day_must_be_there_as_it_was(tmp_path: Path) -> None:
    day = tmp_path / "day"
    day.mkdir()
    head = "order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,placement_time,preparation_time,ready_time"
    row = "1,4.600,-74.100,4.610,-74.105,00:01:00,00:02:00,00:15:00,00:40:00"
    (day / "orders.csv").write_text(f"{head},expected_drop_off_time\n{row}\n", encoding="utf-8")
    couriers = "courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,bicycle,4.601,-74.100,00:00:00,01:00:00\n"
    (day / "couriers.csv").write_text(couriers, encoding="utf-8")
    scenario = str(Path(__file__).parents[2] / "scenarios/real_day.yaml")
    assert run(tmp_path, scenario, "--set", "demand.trace=day", "--set", "duration=2 h").returncode == 0
    (out,) = (tmp_path / "outputs").iterdir()
    (tmp_path / "elsewhere").mkdir()
    again = run(tmp_path / "elsewhere", "--replay", str(out))
    assert again.returncode == 0, again.stderr
    assert "the same digest: " in again.stdout
    (day / "couriers.csv").write_text(couriers.replace("bicycle", "walking"), encoding="utf-8")
    done = run(tmp_path, "--replay", str(out))
    assert (done.returncode, done.stdout) == (2, "")
    assert "couriers.csv' (trace), which has another content now: sha256 " in done.stderr
    shutil.rmtree(day)
    done = run(tmp_path, "--replay", str(out))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("day: no such folder\n")
    assert len(done.stderr.splitlines()) == 1


def text(content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "manifest.json").write_text(content, encoding="utf-8")


def with_changes(**changes: Any) -> Callable[[Path], None]:
    return lambda folder: change(folder, **changes)


def in_scenario(**changes: Any) -> Callable[[Path], None]:
    return lambda folder: change(folder, scenario={**manifest_of(folder)["scenario"], **changes})


def nest(folder: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"deep": deep}
    change(folder, scenario=deep)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "no such file"),
    "nothing": (text(""), "json:1: not JSON: Expecting value"),
    "a list": (text("[]"), "must hold keys with values"),
    "half of it": (lambda folder: text((folder / "manifest.json").read_text()[:300])(folder), "not JSON: "),
    "brackets": (text("[" * 1_000_000), "json:1: nested more than 60 deep"),
    "a long number": (text('{"seed": ' + "9" * 100_000 + "}"), "a number has too many digits"),
    "no number": (text('{"seed": NaN}'), "must hold finite numbers (got NaN)"),
    "a key twice": (text('{"seed": 1, "seed": 2}'), "duplicate key 'seed'"),
    "too much": (text('{"seed": "' + "9" * 9_000_000 + '"}'), "larger than 8 MB"),
    "no UTF-8": (lambda folder: (folder / "manifest.json").write_bytes(b"\xff{}"), "not UTF-8 text"),
    "no keys": (text("{}"), "format: required key is missing"),
    "an unknown key": (with_changes(sede=1), "unknown key 'sede'; did you mean 'seed'?"),
    "another format": (with_changes(format="swifteats-sim run 9"), "format: must be 'swifteats-sim run 1'"),
    "another seed": (with_changes(seed=5), "seed: must be that of the scenario (got 5)"),
    "another engine": (with_changes(engine=["compiled"]), "engine: must be one of compiled, reference"),
    "a digest of text": (with_changes(digest="x" * 64), "digest: must be 64 hex digits"),
    "versions of numbers": (with_changes(versions={"numpy": 2}), "versions: must be a mapping"),
    "outside of text": (with_changes(outside="law"), "outside: must be a list of kind, name, place and sha256"),
    "outside of nothing": (with_changes(outside=[{}]), "outside: must be a list of kind, name, place and sha256"),
    "a scenario of text": (with_changes(scenario="queue.yaml"), "scenario: must be a mapping"),
    "a deep scenario": (nest, "nested more than 60 deep"),
    "a wide scenario": (in_scenario(question=["x"] * 30_000), "or more than 20,000 keys and values"),
    "an unknown key of a scenario": (in_scenario(durations="5 s"), "scenario.durations: unknown key 'durations'"),
    "a wrong type": (in_scenario(duration=5), "scenario.duration: 5 has no unit"),
    "a NUL": (in_scenario(question="\0"), "holds a NUL character"),
    "no law": (lambda folder: (folder / "law-1.txt").unlink(), "law-1.txt cannot be read, which holds a law's values"),
    "another law": (lambda folder: (folder / "law-1.txt").write_text("0.1\n"), "law-1.txt does not hold the values"),
    "a law of words": (lambda folder: (folder / "law-1.txt").write_text("x\n"), "does not hold a number in each line"),
    "a law downwards": (lambda folder: (folder / "law-1.txt").write_text("2\n1\n"), "values that ascend"),
    "a law of nan": (lambda folder: (folder / "law-1.txt").write_text("nan\n"), "values that ascend"),
}


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "_"))
def test_what_is_no_manifest_is_refused_in_a_line(moved: Path, case: str) -> None:
    spoil, said = BAD[case]
    spoil(moved)
    with pytest.raises(ScenarioError) as refused:
        read_recorded(moved)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{moved / 'manifest.json'}:")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "run: name either a scenario file, or --replay RUN_DIR\n"),
        (("queue.yaml", "--replay", "moved"), "run: name either a scenario file, or --replay RUN_DIR\n"),
        (("--replay", "moved", "--seed", "0"), "--replay repeats what the manifest says: --seed does not go with it\n"),
        (("--replay", "nowhere"), "nowhere/manifest.json: no such file\n"),
    ],
)
def test_a_request_that_makes_no_sense_is_told(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert list(tmp_path.iterdir()) == []
