"""The command `rank` as users meet it: what is printed and kept, how it ends, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUEUE = """\
name: queue
duration: 300 s
seed: 3
stack:
  stations: {desk: {}}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: exponential(100 ms)}]
"""
WAIT = ("--metric", "call.wait.mean", "--least")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "slow.yaml").write_text(QUEUE, encoding="utf-8")
    (tmp_path / "fast.yaml").write_text(QUEUE.replace("queue", "fast").replace("100 ms", "60 ms"), encoding="utf-8")
    return tmp_path


def ranked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "swifteats_sim", "rank", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_best_is_named_shown_and_kept(folder: Path) -> None:
    done = ranked(folder, "slow.yaml", "fast.yaml", *WAIT, "--indifference", "100 ms")
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.replace("\n", " ")
    assert "Which of 2 has the least call.wait.mean?" in said
    assert "fast.yaml is the best, after 10 replications." in said
    assert "| alternative " in done.stdout
    (out,) = (folder / "outputs").iterdir()
    assert done.stdout.splitlines()[-1] == f"results: outputs/{out.name}"
    kept = json.loads((out / "ranking.json").read_text(encoding="utf-8"))
    assert (kept["best"], kept["probability"], kept["seed"]) == ("fast.yaml", 0.95, 3)
    assert (out / "ranking.md").read_text(encoding="utf-8").startswith("# call.wait.mean, ranked\n")


def test_at_the_cap_it_is_inconclusive(folder: Path) -> None:
    both = ("slow.yaml", "slow.yaml", "--set", "duration=60 s")
    assert ranked(folder, *both, *WAIT).returncode == 0  # of equals the first
    (folder / "near.yaml").write_text(QUEUE.replace("100 ms", "99.9 ms"), encoding="utf-8")
    done = ranked(folder, "slow.yaml", "near.yaml", *WAIT, "--indifference", "1 us", "--max-replications", "10")
    assert done.returncode == 98
    assert "Not enough evidence: after 10 replications" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("slow.yaml", *WAIT), "rank: name two scenario files at least"),
        (("slow.yaml", "fast.yaml", "--metric", "call.wait.mean"), "say --least or --most"),
        (("slow.yaml", "fast.yaml", "--metric", "call.wiat.mean", "--least"), "did you mean"),
        (("slow.yaml", "fast.yaml", *WAIT, "--indifference", "5"), "--indifference 5: '5' has no unit"),
        (("slow.yaml", "fast.yaml", *WAIT, "--indifference", "0 %"), "--indifference 0 %: must be more than 0"),
        (("slow.yaml", "fast.yaml", *WAIT, "--probability", "50%"), "--probability 50%: must be more than 50 %"),
        (("slow.yaml", "fast.yaml", *WAIT, "--probability", "1"), "--probability 1: '1' has no unit"),
        (("slow.yaml", "fast.yaml", *WAIT, "--max-replications", "5"), "--max-replications 5: must be at least 10"),
        (("slow.yaml", "none.yaml", *WAIT), "none.yaml"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    done = ranked(folder, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "outputs").exists()


def test_a_metric_without_a_value_is_not_enough_evidence(folder: Path) -> None:
    (folder / "rare.yaml").write_text(QUEUE.replace("exponential(125 ms)", "exponential(1000 s)"), encoding="utf-8")
    done = ranked(folder, "rare.yaml", "fast.yaml", *WAIT, "--set", "duration=5 s")
    assert done.returncode == 98
    assert "rank: not enough evidence: rare.yaml has no call.wait.mean in replication 1" in done.stderr
