"""A policy of the user's own: only the command line's word imports it, it is checked, and a run says whose code ran."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from swifteats_sim.policies import policy_named, with_source
from swifteats_sim.policies.check import check_policy
from swifteats_sim.scenario import ScenarioError

CITY = """\
name: small
duration: 5 min
seed: 3
replications: 2
city:
  geos:
    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}
demand:
  orders: {rate: 6/min}
stack: {extends: design}
assignment: {deferral: "off"}
"""
MINE = '''\
"""The driver who has had the fewest orders; among equals the nearest. This is all that a policy needs."""

import numpy as np


class Mine:
    def rank(self, candidates):
        return np.lexsort((candidates.drivers, candidates.travel, candidates.orders))
'''
BROKEN = '''\
import numpy as np


class Rude:
    def rank(self, candidates):
        candidates.travel.sort()
        return np.arange(len(candidates.drivers))


class Listed:
    def rank(self, candidates):
        return []


class Divides:
    def rank(self, candidates):
        return np.arange(candidates.members // 0)


class Late:
    """In order in small cases, not in a city."""

    def rank(self, candidates):
        if len(candidates.drivers) > 4:
            raise KeyError("no such driver")
        return np.arange(len(candidates.drivers))


class Needs:
    def __init__(self, what):
        self.what = what


class Mute:
    pass


value = 7
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city.yaml").write_text(CITY, encoding="utf-8")
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "torn.py").write_text("import numpy\n\ndef rank(:\n", encoding="utf-8")
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit(0)\n", encoding="utf-8")
    (tmp_path / "lacks.py").write_text("import a_module_that_is_nowhere\n", encoding="utf-8")
    (tmp_path / "shouts.py").write_text("open('imported', 'w').close()\n" + MINE, encoding="utf-8")
    return tmp_path


def swifteats(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "swifteats_sim", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def summary_of(done: subprocess.CompletedProcess[str], folder: Path) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    out = folder / done.stdout.splitlines()[-1].removeprefix("results: ")
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def digest_of(done: subprocess.CompletedProcess[str], folder: Path) -> str:
    digest: str = summary_of(done, folder)["digest"]
    return digest


@pytest.mark.slow
def test_it_ranks_in_the_run_and_the_manifest_says_which_source(folder: Path) -> None:
    plain = summary_of(swifteats(folder, "run", "city.yaml"), folder)
    done = swifteats(folder, "run", "city.yaml", "--policy", "mine:Mine")
    mine = digest_of(done, folder)
    assert summary_of(done, folder)["metrics"] != plain["metrics"], "it chooses other drivers"
    out = folder / done.stdout.splitlines()[-1].removeprefix("results: ")
    source = hashlib.sha256(MINE.encode()).hexdigest()
    named = json.loads((out / "manifest.json").read_text())["scenario"]["assignment"]["policy"]
    assert named == f"mine:Mine sha256:{source}"
    for others in (("--workers", "2"), ("--engine", "reference")):
        assert digest_of(swifteats(folder, "run", "city.yaml", "--policy", "mine:Mine", *others), folder) == mine
    (folder / "mine.py").write_text(MINE + "\n# another source, and so another digest\n", encoding="utf-8")
    assert digest_of(swifteats(folder, "run", "city.yaml", "--policy", "mine:Mine"), folder) != mine
    again = swifteats(folder, "run", str(out / "scenario.yaml"))
    assert again.returncode == 2
    assert "assignment.policy: must be 'arrival_fit'" in again.stderr, "a run folder imports nothing either"


@pytest.mark.slow
def test_a_run_with_it_is_repeated_where_the_command_line_names_it_again(folder: Path) -> None:
    done = swifteats(folder, "run", "city.yaml", "--policy", "mine:Mine")
    out = done.stdout.splitlines()[-1].removeprefix("results: ")
    silent = swifteats(folder, "run", "--replay", out)
    assert silent.returncode == 2
    assert silent.stderr.endswith("the run ranked drivers by 'mine:Mine': say so too (--policy mine:Mine)\n")
    again = swifteats(folder, "run", "--replay", out, "--policy", "mine:Mine")
    assert again.returncode == 0, again.stderr
    assert "the same digest: " in again.stdout
    (folder / "mine.py").write_text(MINE + "\n# another source\n", encoding="utf-8")
    another = swifteats(folder, "run", "--replay", out, "--policy", "mine:Mine")
    assert (another.returncode, another.stderr) == (2, "--policy mine:Mine: its source is another one now\n")


@pytest.mark.slow
def test_workers_that_begin_anew_import_it_too(folder: Path) -> None:
    """As on systems without a safe fork: a spawned process knows of the policy what the scenario says."""
    script = (
        "import sys\nfrom swifteats_sim.experiments import replications\n"
        "from multiprocessing import get_context\nreplications._context = lambda *_: get_context('spawn')\n"
        "from swifteats_sim.cli.main import app\n"
        "if __name__ == '__main__':\n    app(sys.argv[1:])\n"
    )
    (folder / "spawning.py").write_text(script, encoding="utf-8")
    line = ["run", "city.yaml", "--policy", "mine:Mine"]
    command = [sys.executable, "spawning.py", *line, "--workers", "2"]
    spawned = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert digest_of(spawned, folder) == digest_of(swifteats(folder, *line), folder)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_that_fails_in_the_midst_of_a_run_is_named_with_its_line(folder: Path, workers: str) -> None:
    done = swifteats(folder, "run", "city.yaml", "--policy", "broken:Late", "--workers", workers)
    assert done.returncode == 2
    line = BROKEN.splitlines().index('            raise KeyError("no such driver")') + 1
    assert done.stderr == (f"--policy broken:Late: rank: KeyError: 'no such driver' ({folder / 'broken.py'}:{line})\n")
    assert not (folder / "outputs").exists()


REFUSED = {
    "mine": "must be package.module:Name (got 'mine')",
    "mine.Mine": "must be package.module:Name (got 'mine.Mine')",
    "../mine:Mine": "must be package.module:Name (got '../mine:Mine')",
    "mine:Mine()": "must be package.module:Name (got 'mine:Mine()')",
    "mine:\x1b[31mMine": "must be package.module:Name (got 'mine:\\x1b[31mMine')",
    "nowhere:Mine": "importing it: ModuleNotFoundError: No module named 'nowhere'",
    "mine.below:Mine": "importing it: ModuleNotFoundError: No module named 'mine.below'; 'mine' is not a package",
    "mine:Theirs": "mine has no class or function 'Theirs'",
    "broken:value": "broken has no class or function 'value'",
    "broken:Mute": "Mute() has no method rank(candidates), so it is no policy",
    "broken:Needs": "making it without arguments: TypeError: Needs.__init__() missing 1 required positional argument",
    "broken:Rude": "a check before the run: many candidates: the candidates were changed (likely cause: an in-place",
    "broken:Listed": "a check before the run: no candidate: positions must be integers, not float64 (likely cause: s",
    "broken:Divides": "a check before the run: ZeroDivisionError: integer division or modulo by zero ({folder}/broken.py:17)",  # noqa: E501
    "torn:Mine": "importing it: SyntaxError: invalid syntax ({folder}/torn.py:3)",
    "leaves:Mine": "importing it: SystemExit: 0 ({folder}/leaves.py:2)",
    "lacks:Mine": "importing it: ModuleNotFoundError: No module named 'a_module_that_is_nowhere' ({folder}/lacks.py:1)",
    "sys:exit": "making it without arguments: SystemExit",
}


@pytest.mark.parametrize("word", REFUSED)
def test_one_that_cannot_be_used_is_refused_with_one_line(
    folder: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    with pytest.raises(ScenarioError) as caught:
        with_source(word)
    assert REFUSED[word].format(folder=folder) in str(caught.value)
    assert str(caught.value).startswith("--policy ")
    assert str(caught.value).isprintable()
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("command", [["validate"], ["run"], ["compare"]], ids=" ".join)
@pytest.mark.parametrize("word", ["shouts:Mine", "shouts.Mine", "shouts:Mine sha256:00"])
def test_a_file_that_names_a_module_imports_nothing(folder: Path, command: list[str], word: str) -> None:
    hostile = folder / "hostile.yaml"
    hostile.write_text(CITY.replace('deferral: "off"', f'policy: "{word}"'), encoding="utf-8")
    files = [hostile.name] * (2 if command == ["compare"] else 1)
    done = swifteats(folder, *command, *files)
    assert done.returncode == 2
    assert done.stderr == (
        "hostile.yaml:11: assignment.policy: must be 'arrival_fit', 'nearest', 'notes_score' or 'fair_share'; a module "
        f"is imported only for `--policy package.module:Name` (got '{word}')\n"
    )
    assert not (folder / "imported").exists()
    assert not (folder / "outputs").exists()


def test_without_a_city_nobody_is_dispatched(folder: Path) -> None:
    flow = "{arrivals: exponential(10 ms), steps: [{at: s, service: 1 ms}]}"
    stack = f"{{stations: {{s: {{instances: 1, concurrency: 1}}}}, flows: {{f: {flow}}}}}"
    queue = f"name: queue\nduration: 1 s\nstack: {stack}\n"
    (folder / "queue.yaml").write_text(queue, encoding="utf-8")
    done = swifteats(folder, "run", "queue.yaml", "--policy", "shouts:Mine")
    assert done.returncode == 2
    assert done.stderr == "--policy shouts:Mine: the scenario has no city, so that nobody is dispatched\n"
    assert not (folder / "imported").exists()


def test_a_source_that_has_changed_since_is_not_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    named = with_source("mine:Mine")
    check_policy(policy_named(named))
    (folder / "mine.py").write_text(MINE + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"mine.py has changed since the command began"):
        policy_named(named)
    del sys.modules["mine"]
