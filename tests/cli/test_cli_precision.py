"""`run --precision` as users meet it: how it ends, what it says at the cap, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUEUE = """\
name: queue
duration: 120 s
stack:
  stations: {desk: {}}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: exponential(50 ms)}]
targets:
  call.latency: ["mean < 1 s"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "swifteats_sim", "run", "queue.yaml", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def manifest(folder: Path, done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    out = folder / done.stdout.splitlines()[-1].removeprefix("results: ")
    found: dict[str, object] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_a_precision_that_is_reached_ends_well_and_is_kept(folder: Path) -> None:
    done = run(folder, "--precision", "5%")
    assert (done.returncode, done.stderr) == (0, "")
    kept = manifest(folder, done)
    assert f"- Precision 5 % is reached after {kept['replications']} replications" in done.stdout
    again = run(folder, "--precision", "5 %", "--workers", "2", "--out", "again")
    assert again.stdout.replace("again/", "outputs/") == done.stdout


def test_the_cap_is_said_plainly_and_is_inconclusive(folder: Path) -> None:
    done = run(folder, "--precision", "0.1%", "--max-replications", "11")
    assert done.returncode == 98
    assert "| pass " in done.stdout
    said = " ".join(done.stdout.split())
    assert (
        "- Not enough evidence: 0.1 % was asked; after 11 replications, the most allowed: call.latency.mean is" in said
    )
    assert manifest(folder, done)["replications"] == 11


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--precision", "2"), "--precision 2: '2' has no unit: a ratio is written in %"),
        (("--precision", "0%"), "--precision 0%: a precision must be more than 0 % and less than 100 %, got 0 %"),
        (("--precision", "2%", "--max-replications", "3"), "--max-replications 3: the cap must be at least 10"),
        (("--max-replications", "20"), "--max-replications 20: is the cap of --precision, which is not given"),
        (("--precision", "2%", "--only", "1"), "--precision 2%: --only runs one replication, which has no interval"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert not (folder / "outputs").exists()
