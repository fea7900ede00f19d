"""A broken invariant on the command line: one message, the command that shows it again, and nothing left behind."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CITY = """\
name: small
duration: 3 min
seed: 3
city:
  geos:
    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 3}
demand:
  orders: {rate: 6/min}
stack: {extends: design}
"""
FORGETFUL = """\
from swifteats_sim.engine.job import WAIT
from swifteats_sim.engine.steps import Visit
true = Visit.take
Visit.take = lambda self, job, now, loop: WAIT if job.index == 7 else true(self, job, now, loop)
"""
"""Loses one job of every driver; each Python that starts here does so, by the engine that is Python."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a city.yaml").write_text(CITY, encoding="utf-8")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sitecustomize.py").write_text(FORGETFUL, encoding="utf-8")
    return tmp_path


def swifteats(folder: Path, *arguments: str, broken: bool = True) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"PYTHONPATH": str(folder / "broken")} if broken else {})
    command = [sys.executable, "-m", "swifteats_sim", "run", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", [(), ("--workers", "2", "--replications", "2")], ids=["here", "in_processes"])
def test_a_broken_invariant_is_told_with_the_command_that_shows_it_again(
    folder: Path, workers: tuple[str, ...]
) -> None:
    asked = ("--set", "city.geos.centre.drivers=4", "--seed", "9", "--engine", "reference", *workers)
    done = swifteats(folder, "a city.yaml", *asked)
    assert done.returncode == 1
    assert done.stdout == ""
    said, replay = done.stderr.splitlines()
    place = re.fullmatch(r'invariant "flows" broken at 0:03:00.000000000 of replication ([12]): .*', said)
    assert place is not None, "whichever process is first"
    assert "jobs of flow 'gps' were sent" in said
    chosen = " --replications 2 --engine reference" if workers else " --engine reference"
    command = f"swifteats-sim run 'a city.yaml' --set city.geos.centre.drivers=4{chosen} --seed 9 --only {place[1]}"
    assert replay == f"replay: {command}"
    assert not (folder / "outputs").exists()
    again = swifteats(folder, *shlex.split(command)[2:])
    assert (again.returncode, again.stderr) == (1, done.stderr)


def test_a_replication_alone_is_neither_judged_nor_written(folder: Path) -> None:
    done = swifteats(folder, "a city.yaml", "--replications", "3", "--only", "3", broken=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "replication 3: every invariant holds\n"
    assert not (folder / "outputs").exists()


def test_a_replication_that_the_scenario_does_not_have_is_refused(folder: Path) -> None:
    done = swifteats(folder, "a city.yaml", "--only", "2", broken=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--only 2: the scenario has 1 replication; --replications asks for more\n"
