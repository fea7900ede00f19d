"""The command line as its users meet it: what it prints, what it leaves behind, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "swifteats_sim"]

CITY = """\
name: small
duration: 10 min
seed: 3
city:
  geos:
    centre: {kind: dense, area: 9 km2, restaurants: 12, drivers: 30}
demand:
  orders: {rate: 6/min}
stack: {extends: design}
targets:
  gps.completion: ["ratio >= 99 %"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city.yaml").write_text(CITY, encoding="utf-8")
    return tmp_path


def swifteats(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_a_run_prints_its_verdict_and_leaves_a_whole_folder(folder: Path) -> None:
    done = swifteats(folder, "run", "city.yaml")
    assert done.returncode == 0, done.stderr
    assert "| gps.completion ratio >= 99 % |" in done.stdout
    assert done.stderr == ""
    (out,) = (folder / "outputs").iterdir()
    assert done.stdout.splitlines()[-1] == f"results: outputs/{out.name}"
    summary = json.loads((out / "summary.json").read_text())
    assert out.name == f"small-{summary['digest'][:8]}"
    assert list(summary) == [
        "scenario", "seed", "replications", "digest", "sim_seconds", "wall_seconds", "events", "metrics", "targets",
        "findings", "warmup_cut",
    ]  # fmt: skip
    assert summary["targets"][0]["verdict"] == "pass"
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["digest"] == summary["digest"]
    assert manifest["scenario"]["city"]["geos"]["centre"]["drivers"] == 30
    orders = pd.read_parquet(out / "orders.parquet")
    assert len(orders) == summary["metrics"]["orders.placed.count"]["value"]
    assert (out / "verdict.md").read_text() in done.stdout


def test_the_scenario_in_the_run_folder_repeats_the_run(folder: Path) -> None:
    swifteats(folder, "run", "city.yaml", "--set", "city.geos.centre.drivers=20", "--seed", "9")
    (first,) = (folder / "outputs").iterdir()
    again = swifteats(folder, "run", str(first / "scenario.yaml"), "--out", "again")
    assert again.returncode == 0, again.stderr
    assert [path.name for path in (folder / "again").iterdir()] == [first.name]


def test_both_engines_leave_the_same_record_and_say_which_they_were(folder: Path) -> None:
    manifests = {}
    for engine in ("compiled", "reference"):
        done = swifteats(folder, "run", "city.yaml", "--engine", engine, "--out", engine)
        assert done.returncode == 0, done.stderr
        (out,) = (folder / engine).iterdir()
        manifests[engine] = json.loads((out / "manifest.json").read_text())
        assert manifests[engine]["engine"] == engine
    compiled, reference = manifests.values()
    assert (compiled["digest"], compiled["events"]) == (reference["digest"], reference["events"])


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["run", "city.yaml", "--set", "durations=3"]])
def test_who_asks_for_help_or_mistypes_a_key_waits_for_no_library(folder: Path, words: list[str]) -> None:
    program = (
        "import sys\nfrom swifteats_sim.cli import main\n"
        f"sys.argv = ['swifteats-sim', *{words!r}]\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numba', 'pandas', 'pyarrow', 'scipy', 'simpy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_second_run_replaces_the_first_and_adds_nothing(folder: Path) -> None:
    for _ in range(2):
        assert swifteats(folder, "run", "city.yaml").returncode == 0
    assert len(list((folder / "outputs").iterdir())) == 1


@pytest.mark.parametrize(
    ("target", "code", "word"),
    [
        ('targets.gps.completion=["ratio >= 99 %"]', 0, "pass"),
        ('targets.gps.latency=["p99 < 1 ms"]', 99, "fail"),
        ('targets.orders.delivered=["rate >= 0/min"]', 98, "the city is still filling"),
        ('targets.delivery.lateness=["p50 < 1 min"]', 98, "inconclusive: no data"),  # no promises without a trace
        ('targets.tracking.latency=["p50 < 1 s"]', 98, "inconclusive: no data"),  # nobody watches
    ],
)
def test_the_exit_code_is_the_verdict(folder: Path, target: str, code: int, word: str) -> None:
    done = swifteats(folder, "run", "city.yaml", "--set", target, "--set", "city.customers.watching=0 %")
    assert done.returncode == code
    assert word in done.stdout


def test_two_replications_show_an_interval(folder: Path) -> None:
    done = swifteats(folder, "run", "city.yaml", "--replications", "2")
    assert done.returncode == 0
    (out,) = (folder / "outputs").iterdir()
    low, high = json.loads((out / "summary.json").read_text())["metrics"]["order.latency.p50"]["ci95"]
    assert low < high


BAD = {
    "a wrong unit": (CITY.replace("9 km2", "9 km"), "city.yaml:6: city.geos.centre.area: "),
    "minutes as m": (CITY.replace("10 min", "10 m"), "city.yaml:2: duration: "),
    "an unknown key": (CITY.replace("drivers:", "driver:"), "city.yaml:6: city.geos.centre.driver: unknown key"),
    "a negative rate": (CITY.replace("6/min", "-6/min"), "city.yaml:8: demand.orders.rate: "),
    "a misspelt metric": (
        CITY.replace("gps.completion", "gps.completoin"),
        "city.yaml:11: targets.gps.completoin: unknown metric 'gps.completoin'; did you mean 'gps.completion'",
    ),
    "a misspelt stack": (CITY.replace("extends: design", "extends: desing"), "did you mean 'design'?"),
    "no YAML": ("name: [", "city.yaml:"),
    "nothing": ("", "city.yaml"),
}


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "_"))
def test_bad_input_gets_one_message_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    text, message = BAD[case]
    (tmp_path / "city.yaml").write_text(text, encoding="utf-8")
    done = swifteats(tmp_path, "run", "city.yaml")
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["city.yaml"]


def test_a_missing_file_and_a_missing_trace_are_named(folder: Path) -> None:
    assert swifteats(folder, "run", "nowhere.yaml").stderr == "nowhere.yaml: no such file\n"
    done = swifteats(folder, "run", str(ROOT / "scenarios/real_day.yaml"), "--set", "demand.trace=nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("--set demand.trace: ")
    assert "nowhere" in done.stderr


def test_an_output_folder_that_cannot_be_is_refused_before_the_run(folder: Path) -> None:
    done = swifteats(folder, "run", "city.yaml", "--out", "city.yaml/deeper")
    assert done.returncode == 2
    assert done.stderr.startswith("--out city.yaml/deeper: ")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_so_and_leaves_nothing(folder: Path, sent: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", "city.yaml", "--set", "duration=1000 h"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _wait_until_busy(process.pid)
    process.send_signal(sent)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert output == ""
    assert errors.endswith("nothing was written\n")
    assert len(errors.splitlines()) == 1
    assert [path.name for path in folder.iterdir()] == ["city.yaml"]


def _wait_until_busy(pid: int, seconds: float = 3.0) -> None:
    """Until the process has used this much processor time: imports are over and the run goes."""
    ticks = os.sysconf("SC_CLK_TCK")
    for _ in _seconds(60):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if (int(fields[11]) + int(fields[12])) / ticks >= seconds:
            return
        time.sleep(0.05)
    pytest.fail("the run never got going")


def _seconds(most: float) -> Iterator[None]:
    began = time.monotonic()
    while time.monotonic() < began + most:
        yield


def test_validate_says_ok_or_lists_every_problem(folder: Path) -> None:
    assert swifteats(folder, "validate", "city.yaml", "--quiet").stdout == "city.yaml: ok (small, 1 target)\n"
    (folder / "bad.yaml").write_text(CITY.replace("6/min", "6").replace("10 min", "10"), encoding="utf-8")
    done = swifteats(folder, "validate", "city.yaml", "bad.yaml")
    assert done.returncode == 2
    assert [line.split(": ")[:2] for line in done.stderr.splitlines()] == [
        ["bad.yaml:2", "duration"], ["bad.yaml:8", "demand.orders.rate"],
    ]  # fmt: skip


def test_the_schema_and_the_metrics_are_there_to_read(folder: Path) -> None:
    schema = json.loads(swifteats(folder, "validate", "--schema").stdout)
    assert set(schema["properties"]) >= {"name", "city", "demand", "stack", "targets"}
    listed = swifteats(folder, "metrics").stdout
    assert "assignment.since_payment" in listed
    assert "station.<station>.utilization" in listed
    assert "…" not in listed


def test_every_command_explains_itself(folder: Path) -> None:
    for words in ([], ["run"], ["validate"], ["metrics"], ["trace"], ["trace", "describe"]):
        done = swifteats(folder, *words, "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_a_reader_who_leaves_early_meets_no_traceback(folder: Path) -> None:
    command = " ".join([*COMMAND, "metrics"])
    done = subprocess.run(f"{command} | head -1", shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_recorded_day_is_found_again_by_the_scenario_of_its_run(folder: Path) -> None:
    day = folder / "day"
    day.mkdir()
    head = "order_id,pick_up_lat,pick_up_lng,drop_off_lat,drop_off_lng,placement_time,preparation_time,ready_time"
    row = "1,4.600,-74.100,4.610,-74.105,00:01:00,00:02:00,00:15:00,00:40:00"
    (day / "orders.csv").write_text(f"{head},expected_drop_off_time\n{row}\n", encoding="utf-8")
    (day / "couriers.csv").write_text(
        "courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,bicycle,4.601,-74.100,00:00:00,01:00:00\n",
        encoding="utf-8",
    )
    scenario = str(ROOT / "scenarios/real_day.yaml")
    first = swifteats(folder, "run", scenario, "--set", "demand.trace=day", "--set", "duration=2 h", "--out", "one")
    (out,) = (folder / "one").iterdir()
    again = swifteats(folder, "run", str(out / "scenario.yaml"), "--out", "two")
    assert first.returncode == again.returncode == 0, again.stderr
    assert [path.name for path in (folder / "two").iterdir()] == [out.name]
