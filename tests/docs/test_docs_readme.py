"""Every command of the README is executed, as a reader would type it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
BY_CI = ("make run", "make test")
"""Commands that the gates themselves run: a test cannot start the suite that it is part of."""
ENDS_WELL = {0, 98, 99}


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 8
    assert set(BY_CI) <= set(COMMANDS)


@pytest.mark.parametrize("command", BY_CI)
def test_the_gates_run_what_the_readme_promises(command: str) -> None:
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scenarios and a small recorded day."""
    folder = tmp_path_factory.mktemp("desk")
    for part in ("scenarios", "baselines"):
        shutil.copytree(ROOT / part, folder / part)
    day = folder / "path/to/day"
    day.mkdir(parents=True)
    places = "pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng"
    orders = f"order_id,{places},placement_time,preparation_time,ready_time,expected_drop_off_time"
    (day / "orders.csv").write_text(
        f"{orders}\n1,4.600,-74.100,4.610,-74.105,12:00:00,12:01:00,12:15:00,12:40:00\n"
        "2,4.602,-74.100,4.612,-74.101,23:40:00,23:41:00,00:05:00,00:30:00\n",
        encoding="utf-8",
    )
    (day / "couriers.csv").write_text(
        "courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,bicycle,4.601,-74.100,11:00:00,13:00:00\n"
        "2,motorcycle,4.601,-74.102,22:00:00,23:59:00\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("swifteats-sim")])
def test_a_command_of_the_readme_works(desk: Path, command: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        shlex.split(command), cwd=desk, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode in ENDS_WELL, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_every_other_command_only_enters_the_environment() -> None:
    others = {command for command in COMMANDS if not command.startswith("swifteats-sim")} - set(BY_CI)
    assert others == {". .venv/bin/activate"}


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
def test_every_path_that_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / link).exists(), link
    for name in re.findall(
        r"`((?:cli|experiments|simulation|stack|city|policies|engine|domain|scenario|results)/[\w/.*]*)`", text
    ):
        assert list((ROOT / "swifteats_sim").glob(name)), name
