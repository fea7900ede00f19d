"""`validate` explains a stack in words, quickly, and says that it is a forecast."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "swifteats_sim", "validate"]
HEAVY = ("numba", "scipy", "pandas", "pyarrow", "simpy")
OVERLOADED = """\
name: too-much
question: Does one server take twelve jobs a second of 100 ms each, or does it not?
duration: 10 min
stack:
  stations: {desk: {}}
  flows:
    call: {arrivals: exponential(83.333333 ms), steps: [{at: desk, service: exponential(100 ms)}]}
targets: {call.completion: [ratio >= 99 %]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "much.yaml").write_text(OVERLOADED, encoding="utf-8")
    return tmp_path


def validate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_a_stack_is_explained_in_plain_text(folder: Path) -> None:
    done = validate(folder, "much.yaml")
    assert done.stderr == ""
    assert (
        done.stdout
        == """\
much.yaml: ok (too-much, 1 target)

Does one server take twelve jobs a second of 100 ms each, or does it not?

Flows
flow  jobs/s  source, and path
call      12  arrivals, one every 83.3 ms
              desk

Stations
station  servers  jobs/s  service  busy  utilisation
desk       1 x 1      12   100 ms   1.2  120 % OVER

Cannot hold:
- Station desk is offered 120 % of what it can do: 12/s x 100 ms keep 1.2
  servers busy, and there is 1 (1 x 1). It serves 10/s at most; 17 % of its jobs
  are left over.

Arithmetic is a forecast: nothing waits in it, and no event was simulated.

"""
    )


def test_a_forecast_is_no_verdict(folder: Path) -> None:
    assert validate(folder, "much.yaml").returncode == 0


def test_quiet_says_only_whether_a_file_is_in_order(folder: Path) -> None:
    assert validate(folder, "much.yaml", "--quiet").stdout == "much.yaml: ok (too-much, 1 target)\n"


def test_json_holds_what_is_reckoned(folder: Path) -> None:
    (found,) = json.loads(validate(folder, "much.yaml", "--json").stdout)
    assert (found["path"], found["name"]) == ("much.yaml", "too-much")
    (desk,) = found["stations"]
    assert desk["utilization"] == pytest.approx(1.2, rel=1e-6)
    assert desk["by_flow"] == {"call": pytest.approx(12, rel=1e-6)}
    assert found["flows"][0]["source"] == "arrivals, one every 83.3 ms"
    assert found["cannot_hold"][0]["text"].startswith("Station desk is offered 120 %")


def test_a_wrong_file_does_not_keep_the_others_from_being_explained(folder: Path) -> None:
    (folder / "bad.yaml").write_text(OVERLOADED.replace("10 min", "10"), encoding="utf-8")
    done = validate(folder, "bad.yaml", "much.yaml", "--quiet")
    assert done.returncode == 2
    assert done.stderr.startswith("bad.yaml:3: duration: ")
    assert done.stdout == "much.yaml: ok (too-much, 1 target)\n"


@pytest.mark.parametrize("scenario", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_reads_well_in_80_columns(folder: Path, scenario: Path) -> None:
    done = validate(folder, str(scenario))
    if done.returncode == 0:  # a recorded day needs its folder
        lines = done.stdout.splitlines()[1:]
        assert max(len(line) for line in lines) <= 80
        assert {"Flows", "Stations"} <= set(lines)


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys\nfrom swifteats_sim.cli import app\n"
        f"sys.argv = ['validate', 'validate', {str(ROOT / 'scenarios/peak_hour.yaml')!r}]\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
