"""The workflow that users copy: it is one, and its commands run as they stand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILE = ROOT / "examples/ci/github-check.yaml"
STEPS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(FILE)["jobs"]["check"]["steps"]
COMMANDS = [step["run"] for step in STEPS if "run" in step]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What somebody's repository holds who copies the workflow."""
    (tmp_path / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios/theory/mm1_rho50.yaml", tmp_path / "scenarios")
    text = (ROOT / "scenarios/theory/md1_rho80.yaml").read_text(encoding="utf-8")
    (tmp_path / "scenarios/md1 with a blank.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("swifteats-sim\n", encoding="utf-8")
    return tmp_path


def typed(command: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A command as a step runs it: by bash, which ends at the first failure."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command]
    env = {**os.environ, "PATH": path, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **env}
    return subprocess.run(shell, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_it_is_a_workflow_of_known_steps() -> None:
    assert [step.get("uses", "").partition("@")[0] or step["run"].split()[0] for step in STEPS] == [
        "actions/checkout", "actions/setup-python", "python", "swifteats-sim", "actions/upload-artifact",
    ]  # fmt: skip
    assert STEPS[-1]["if"] == "always()"


@pytest.mark.slow
def test_its_commands_run_as_they_stand(repository: Path) -> None:
    install, check = COMMANDS
    short = " --set replications=3 --set duration='600 s' --set targets={}"
    done = typed(install, repository)
    assert done.returncode == 0, done.stderr
    first = typed(check, repository)
    assert (first.returncode, first.stderr) == (2, "baselines/check.yaml: no such baseline yet; --update makes it\n")
    assert typed(f"{check}{short} --update", repository).returncode == 0
    summary = repository / "summary.md"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(repository)}
    held = typed(f"{check}{short}", repository, **github)
    assert (held.returncode, held.stderr) == (0, "")
    assert "::error" not in held.stdout
    scenario = repository / "scenarios/mm1_rho50.yaml"
    text = scenario.read_text(encoding="utf-8")
    assert "service: exponential(100 ms)" in text
    scenario.write_text(text.replace("service: exponential(100 ms)", "service: exponential(150 ms)"), encoding="utf-8")
    moved = typed(f"{check}{short}", repository, **github)
    assert moved.returncode == 99
    assert "::error file=baselines/check.yaml,line=" in moved.stdout
    assert "swifteats-sim check: failed: 2 scenarios" in summary.read_text(encoding="utf-8")
    uploaded = sorted((repository / "outputs").glob("check.*"))
    assert [path.name for path in uploaded] == ["check.json", "check.xml"]
    assert len(ElementTree.parse(uploaded[1]).getroot()) == 2
