"""Replications over processes: really several, and the same result as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_city import CITY, scenario_of

from swifteats_sim.experiments import rehearse

SHORT = ("duration=6 min", "replications=3")


def test_three_replications_over_two_processes_are_those_of_one() -> None:
    scenario = scenario_of(CITY, *SHORT)
    pulses: list[tuple[int, int]] = []
    two = rehearse(scenario, workers=2, tick=lambda replication, now: pulses.append((replication, now)))
    assert two.digest == rehearse(scenario).digest
    minutes = [(replication, minute * 60_000_000_000) for replication in range(3) for minute in range(1, 6)]
    assert sorted(pulses) == minutes


@pytest.mark.slow
def test_eight_replications_are_the_same_over_one_two_and_eight_processes() -> None:
    scenario = scenario_of(CITY, "duration=2 min", "replications=8")
    one, two, eight = (rehearse(scenario, workers=workers).digest for workers in (1, 2, 8))
    assert one == two == eight


def test_workers_are_processes_of_their_own(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert len(wait_for_children(process.pid, 2)) == 2
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_no_worker_behind(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    process = start(tmp_path)
    workers = wait_for_children(process.pid, 2)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert errors.endswith("nothing was written\n")
    assert len(errors.splitlines()) == 1
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert [path.name for path in tmp_path.iterdir()] == ["city.yaml"]


def start(folder: Path) -> subprocess.Popen[str]:
    (folder / "city.yaml").write_text(CITY, encoding="utf-8")
    endless = ["--set", "duration=1000 h", "--replications", "2", "--workers", "2"]
    command = [sys.executable, "-m", "swifteats_sim", "run", "city.yaml", *endless]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_children(pid: int, count: int, processor_seconds: float = 2.0) -> list[int]:
    """The busy children of a process, once there are `count`."""
    ticks = os.sysconf("SC_CLK_TCK")
    for _ in range(600):
        busy = []
        for child in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            if (int(fields[11]) + int(fields[12])) / ticks >= processor_seconds:
                busy.append(child)
        if len(busy) == count:
            return busy
        time.sleep(0.1)
    pytest.fail("the workers never got going")


MIDWAY = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import sleep
from swifteats_sim.experiments.processes import end

def long_answer(number):
    return b"x" * 250_000_000

pool = ProcessPoolExecutor(2, get_context("fork"))
answers = [pool.submit(long_answer, number) for number in range(6)]
sleep(float(sys.argv[1]))
end(pool)
pool.shutdown(cancel_futures=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are copies on Linux only")
@pytest.mark.parametrize("after", [0.3, 0.4, 0.5])
def test_workers_who_die_in_the_midst_of_an_answer_keep_nobody_waiting(after: float) -> None:
    subprocess.run([sys.executable, "-c", MIDWAY, str(after)], check=True, timeout=60)
