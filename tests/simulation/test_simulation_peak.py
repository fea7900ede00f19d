"""The peak: a tenth of it as `make run` does it, and ten minutes of the whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from pathlib import Path
from swifteats_sim.scenario import load
from swifteats_sim.simulation import simulate
tables = simulate(load(sys.argv[1], [("warmup", "0 s"), ("duration", "10 min")]))
gps = tables.flows["gps"]
memory = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())["VmHWM"]
print(json.dumps({
    "memory": int(memory.split()[0]), "born": gps.born, "stale": gps.stale,
    "orders": len(tables.orders), "double": tables.counts["double_assignments"], "oversold": tables.counts["oversold"],
}))
"""


@pytest.mark.slow
def test_a_tenth_of_the_peak_offers_what_it_says_and_judges_every_target(tmp_path: Path) -> None:
    scenario = ROOT / "scenarios/peak_tenth.yaml"
    command = [sys.executable, "-m", "swifteats_sim", "run", str(scenario), "--workers", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (folder,) = (tmp_path / "outputs").iterdir()
    summary = json.loads((folder / "summary.json").read_text())
    metrics = {name: metric["value"] for name, metric in summary["metrics"].items()}
    assert metrics["orders.offered.rate"] == pytest.approx(50 / 60, rel=0.01)
    assert metrics["gps.offered.rate"] == pytest.approx(200, rel=0.01)
    verdicts = [target["verdict"] for target in summary["targets"]]
    assert len(verdicts) == 8
    assert set(verdicts) <= {"pass", "fail", "saturated", "inconclusive"}
    bad = {"fail", "saturated"} & set(verdicts)
    assert done.returncode == (99 if bad else 98 if "inconclusive" in verdicts else 0)
    assert metrics["assignment.double.count"] == metrics["inventory.oversold.count"] == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc, which only Linux has")
def test_ten_minutes_of_the_whole_peak_fit_on_a_small_machine() -> None:
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "scenarios/peak_hour.yaml")]
    seen = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert seen["memory"] < 2_000_000  # kB
    assert seen["born"] == 10_000 * 120
    assert seen["stale"] == seen["double"] == seen["oversold"] == 0
    assert abs(seen["orders"] - 5000) <= 2
