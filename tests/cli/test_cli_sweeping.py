"""`sweep` as its users meet it: what it prints, what it leaves behind, how it goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "swifteats_sim"]
QUEUE = """\
name: queue
duration: 20 s
seed: 3
stack:
  stations:
    desk: {}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: exponential(100 ms)}]
targets:
  call.latency: ["mean < 1 min", "p99 < 1 ms"]
"""
DESKS = ("--vary", "stack.stations.desk.concurrency=1..2")
SERVICES = ("--vary", "stack.flows.call.steps.0.service=uniform(50 ms, 100 ms),exponential(100 ms)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    return tmp_path


def sweep(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "sweep", "queue.yaml", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_grid_is_run_shown_and_kept_and_goes_on_where_it_was(folder: Path) -> None:
    done = sweep(folder, *DESKS, *SERVICES, "--workers", "2")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "4 points of queue, all on the same random numbers (seed 3)"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    assert rows[0] == [
        "stack.stations.desk.concurrency", "stack.flows.call.steps.0.service", "call.latency.mean", "call.latency.p99",
        "verdict",
    ]  # fmt: skip
    assert [row[:2] + row[-1:] for row in rows[2:]] == [
        [desks, law, "fail (1 of 2)"] for desks in "12" for law in ("uniform(50 ms, 100 ms)", "exponential(100 ms)")
    ]
    (out,) = (folder / "outputs").iterdir()
    assert out.name.startswith("queue-sweep-")
    assert sorted(path.name for path in out.iterdir()) == [
        "manifest.json", "metrics.parquet", "points", "replications.parquet", "sweep.json", "sweep.md",
    ]  # fmt: skip
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert lines[-2:] == [f"digest: {manifest['digest']}", f"results: outputs/{out.name}"]

    (out / "points/3/manifest.json").unlink()
    again = sweep(folder, *DESKS, *SERVICES)
    assert again.stdout == done.stdout.replace("(seed 3)", "(seed 3); 3 were there")


def test_a_point_runs_by_itself(folder: Path) -> None:
    assert sweep(folder, *DESKS).returncode == 0
    (out,) = (folder / "outputs").iterdir()
    kept = json.loads((out / "points/2/result.json").read_text(encoding="utf-8"))
    command = [*COMMAND, "run", str(out / "points/2/scenario.yaml"), "--out", "alone"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    (alone,) = (folder / "alone").iterdir()
    assert json.loads((alone / "summary.json").read_text(encoding="utf-8"))["digest"] == kept["digest"]


def test_a_metric_is_shown_on_request(folder: Path) -> None:
    done = sweep(folder, "--vary", "seed=3,4", "--metric", "station.desk.utilization.mean")
    assert "on different seeds" in done.stdout
    assert "| seed | station.desk.utilization.mean | verdict" in done.stdout
    assert "not shown: call.latency.mean, call.latency.p99; sweep.md has them" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--vary: name at least one value to vary"),
        (("--vary", "seed"), "--vary seed: write PATH=V1,V2,... or PATH=A..B:STEP"),
        (("--vary", "duration=1 s,5"), "--vary duration=5: 5 has no unit"),
        (("--vary", "stack.flows.call.steps.0.at=desk,dsk"), "--vary stack.flows.call.steps.0.at=dsk: unknown station"),
        ((*DESKS, "--metric", "call.latency.p98"), "--metric: unknown metric 'call.latency.p98'"),
        ((*DESKS, "--seed", "5", "--vary", "seed=1,2"), "--vary seed: is both set and varied"),
    ],
)
def test_bad_input_is_told_before_anything_runs(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = sweep(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert [path.name for path in folder.iterdir()] == ["queue.yaml"]
