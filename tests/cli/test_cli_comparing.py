"""`compare` as its users meet it: what it prints, what it leaves behind, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "swifteats_sim"]
QUEUE = """\
name: queue
duration: 60 s
seed: 3
replications: 3
stack:
  stations:
    desk: {}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: exponential(100 ms)}]
targets:
  call.latency: ["mean < 1 min"]
"""
CROWD = QUEUE.replace("name: queue", "name: crowd").replace("seed: 3", "seed: 9").replace("replications: 3\n", "")
FASTER = ("--set-b", "stack.flows.call.steps.0.service=exponential(50 ms)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    (tmp_path / "crowd.yaml").write_text(CROWD, encoding="utf-8")
    return tmp_path


def swifteats(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_what_differs_is_said_shown_and_kept(folder: Path) -> None:
    done = swifteats(folder, "compare", "queue.yaml", "crowd.yaml", *FASTER)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.replace("\n", " ")
    assert "A is queue (queue.yaml), B is crowd (crowd.yaml). 3 replications each; replication k of both has" in said
    assert "the same random numbers (seed 3). B itself asks for seed 9 and 1 replication; it was run as A was." in said
    assert (
        "The scenarios differ in 1 value: stack.flows.call.steps.0.service (exponential(100 ms) -> exponential(50 ms))."
        in said
    )
    assert "No verdict changed, of 1." in said
    assert "| metric " in done.stdout
    assert "| call.latency.mean " in done.stdout
    (out,) = (folder / "outputs").iterdir()
    assert done.stdout.splitlines()[-1] == f"results: outputs/{out.name}"
    assert out.name.startswith("compare-queue-crowd-")
    kept = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    assert (kept["a"]["seed"], kept["b"]["seed"], kept["replications"]) == (3, 3, 3)
    assert kept["metrics"]["call.latency.mean"]["difference"]["value"] < 0
    assert (out / "comparison.md").read_text(encoding="utf-8").startswith("# B against A\n")


def test_a_scenario_is_exactly_itself_and_processes_change_nothing(folder: Path) -> None:
    done = swifteats(folder, "compare", "queue.yaml", "queue.yaml", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "The scenarios do not differ." in done.stdout
    assert "Every metric is exactly the same in both" in done.stdout
    again = swifteats(folder, "compare", "queue.yaml", "queue.yaml", "--out", "again")
    assert again.stdout.replace("again/", "outputs/") == done.stdout
    (one,), (other,) = (list((folder / out).iterdir()) for out in ("outputs", "again"))
    assert (one / "comparison.json").read_bytes() == (other / "comparison.json").read_bytes()


def test_json_is_all_that_is_printed(folder: Path) -> None:
    done = swifteats(folder, "compare", "queue.yaml", "queue.yaml", *FASTER, "--json")
    assert done.returncode == 0, done.stderr
    (out,) = (folder / "outputs").iterdir()
    assert done.stdout == (out / "comparison.json").read_text(encoding="utf-8")


def test_all_shows_what_did_not_move_too(folder: Path) -> None:
    few = swifteats(folder, "compare", "queue.yaml", "queue.yaml", *FASTER).stdout
    every = swifteats(folder, "compare", "queue.yaml", "queue.yaml", *FASTER, "--all").stdout
    assert "| call.offered.rate " not in few
    assert "| call.offered.rate " in every


def test_what_is_left_out_is_counted(folder: Path) -> None:
    flows = "".join(f"    call{number}: *call\n" for number in range(3))
    calls = "{arrivals: exponential(125 ms), steps: [{at: desk, service: exponential(10 ms)}]}"
    many = QUEUE.partition("  flows:")[0] + "  flows:\n" + flows.replace("*call", calls)
    (folder / "many.yaml").write_text(many, encoding="utf-8")
    faster = ("--set-b", "stack.flows.call0.steps.0.service=exponential(70 ms)")
    done = swifteats(folder, "compare", "many.yaml", "many.yaml", *faster)
    table = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + 20
    assert "more metrics moved; --all shows every one\n" in done.stdout
    assert "They have no targets." in done.stdout


def test_settings_are_for_both_or_for_one(folder: Path) -> None:
    desk = "stack.stations.desk.concurrency"
    chosen = ("--set", "duration=50 s", "--set-a", f"{desk}=2", "--set-b", f"{desk}=3", "--seed", "5")
    done = swifteats(folder, "compare", "queue.yaml", "queue.yaml", *chosen, "--replications", "2", "--json")
    kept = json.loads(done.stdout)
    assert kept["differing"] == [{"path": desk, "a": 2, "b": 3}]
    assert (kept["a"]["seed"], kept["b"]["seed"], kept["replications"]) == (5, 5, 2)


def test_who_asks_for_another_seed_gets_it(folder: Path) -> None:
    kept = json.loads(swifteats(folder, "compare", "queue.yaml", "queue.yaml", "--set-b", "seed=4", "--json").stdout)
    assert (kept["b"]["seed"], kept["common_random_numbers"]) == (4, False)
    assert "on different seeds as asked (3 and 4)" in kept["summary"][0]


def test_a_run_folder_stands_for_the_run_that_made_it(folder: Path) -> None:
    made = swifteats(folder, "run", "queue.yaml", "--set", "stack.stations.desk.concurrency=2", "--out", "runs")
    assert made.returncode == 0, made.stderr
    (run,) = (folder / "runs").iterdir()
    done = swifteats(folder, "compare", "queue.yaml", str(run), "--json")
    kept = json.loads(done.stdout)
    assert kept["differing"] == [{"path": "stack.stations.desk.concurrency", "a": 1, "b": 2}]
    assert kept["b"]["digest"] == json.loads((run / "summary.json").read_text(encoding="utf-8"))["digest"]


BAD = {
    "a file that is not there": (["nowhere.yaml", "queue.yaml"], ["nowhere.yaml: no such file"]),
    "none there": (["no.yaml", "nor.yaml"], ["no.yaml: no such file", "nor.yaml: no such file"]),
    "a folder of something else": ([".", "queue.yaml"], [".: is a folder without scenario.yaml, so no run folder"]),
    "a key of both that is none": (
        ["queue.yaml", "queue.yaml", "--set", "durations=3"],
        ["--set durations: unknown key 'durations'; did you mean 'duration' or 'replications'? (got 3)"],
    ),
    "a key of one that is none": (
        ["queue.yaml", "crowd.yaml", "--set-b", "durations=3"],
        ["--set-b durations: unknown key 'durations'; did you mean 'duration' or 'replications'? (got 3)"],
    ),
    "a value of one that is none": (
        ["queue.yaml", "crowd.yaml", "--set-a", "duration=3"],
        [
            "--set-a duration: 3 has no unit: a duration is written in ns, us, ms, s, min, h or day, like '5 s'",
        ],
    ),
    "no setting": (["queue.yaml", "queue.yaml", "--set-a", "duration"], ["--set-a duration: write PATH=VALUE"]),
    "unequal replications": (
        ["queue.yaml", "queue.yaml", "--set-b", "replications=2"],
        ["--set-b replications: replications are paired, so that both have as many; --replications N sets them"],
    ),
}


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "_"))
def test_bad_input_gets_a_message_each_and_leaves_nothing(folder: Path, case: str) -> None:
    words, messages = BAD[case]
    done = swifteats(folder, "compare", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == messages
    assert sorted(path.name for path in folder.iterdir()) == ["crowd.yaml", "queue.yaml"]


def test_an_output_folder_that_cannot_be_is_refused_before_the_run(folder: Path) -> None:
    done = swifteats(folder, "compare", "queue.yaml", "crowd.yaml", "--out", "queue.yaml/deeper")
    assert done.returncode == 2
    assert done.stderr.startswith("--out queue.yaml/deeper: ")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_comparison_says_so_and_leaves_nothing(folder: Path, sent: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [*COMMAND, "compare", "queue.yaml", "crowd.yaml", "--set", "duration=1000 h"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _wait_for(folder / "outputs")
    process.send_signal(sent)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (code, "")
    assert errors in ("interrupted; nothing was written\n", "terminated; nothing was written\n")
    assert sorted(path.name for path in folder.iterdir()) == ["crowd.yaml", "queue.yaml"]


def _wait_for(path: Path) -> None:
    """The output folder is made when everything is imported and the first run begins."""
    until = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < until, "the comparison never got going"
        time.sleep(0.05)


def test_help_waits_for_no_library(folder: Path) -> None:
    program = (
        "import sys\nfrom swifteats_sim.cli import main\nsys.argv = ['swifteats-sim', 'compare', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numba', 'pandas', 'pyarrow', 'scipy', 'simpy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert "A's seed" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


LOSING = """\
import swifteats_sim.experiments.rehearsal as rehearsal
from swifteats_sim.simulation.violation import Violation
def lose(*_):
    raise Violation("flows", 7, "a job was lost", 1)
rehearsal.replicate = lose
"""
"""Each Python that starts here has an engine that loses a job of the second replication."""


def test_a_broken_invariant_is_told_with_the_command_that_shows_it_again(folder: Path) -> None:
    (folder / "losing").mkdir()
    (folder / "losing" / "sitecustomize.py").write_text(LOSING, encoding="utf-8")
    paths = os.pathsep.join(filter(None, [str(folder / "losing"), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [*COMMAND, "compare", "queue.yaml", "crowd.yaml", "--set", "warmup=1 s", "--set-a", "duration=9 s"],
        cwd=folder, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    said, replay = done.stderr.splitlines()
    assert said == 'invariant "flows" broken at 0:00:00.000000007 of replication 2: a job was lost'
    command = "swifteats-sim run queue.yaml --set 'warmup=1 s' --set 'duration=9 s' --replications 3 --seed 3 --only 2"
    assert replay == f"replay: {command}"
    assert not (folder / "outputs").exists()
