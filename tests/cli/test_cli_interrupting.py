"""What happens when a run or a sweep is interrupted, killed, out of room or not alone: the README's table."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "swifteats_sim"]
QUEUE = """\
name: queue
duration: 5 s
replications: 2
stack:
  stations:
    desk: {}
  flows:
    call:
      arrivals: exponential(125 ms)
      steps: [{at: desk, service: exponential(100 ms)}]
"""
RUN = ("run", "queue.yaml")
SWEEP = ("sweep", "queue.yaml", "--vary", "seed=1,2")
ENDLESS_RUN = (*RUN, "--set", "duration=100000 h", "--workers", "2")
ENDLESS_SWEEP = ("sweep", "queue.yaml", "--vary", "duration=5 s,100000 h")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def endless_sweep(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A sweep that has kept one point of two, and is at the other."""
    process = start(folder, *ENDLESS_SWEEP)
    until(lambda: list(folder.glob("outputs/queue-sweep-*/points/1/manifest.json")))
    yield process
    process.kill()
    process.communicate()


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=pipe, stderr=pipe, text=True)


def done(folder: Path, *arguments: str, room: int | None = None) -> subprocess.CompletedProcess[str]:
    """room : bytes that a file may have."""
    limit = None if room is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    command = [*COMMAND, *arguments]
    return subprocess.run(command, cwd=folder, preexec_fn=limit, capture_output=True, text=True, check=False)


def until(holds: object, seconds: float = 120) -> None:
    began = time.monotonic()
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < began + seconds
        time.sleep(0.05)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*") if path.name != ".numba"]


def workers_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize(
    ("sent", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_an_interrupted_sweep_says_what_is_kept_and_goes_on(
    folder: Path, endless_sweep: subprocess.Popen[str], sent: signal.Signals, code: int, word: str
) -> None:
    endless_sweep.send_signal(sent)
    output, errors = endless_sweep.communicate(timeout=60)
    assert (endless_sweep.returncode, output) == (code, "")
    (out,) = (folder / "outputs").iterdir()
    kept = f"1 of 2 points is kept in outputs/{out.name}; the same command goes on with the rest\n"
    assert errors == f"{word}; {kept}"
    assert [path.name for path in out.rglob("manifest.json")] == ["manifest.json"]
    assert hidden(folder) == []


CLEARING = """\
import sys, time
from swifteats_sim.cli.leaving import orderly
with orderly(second_ends=True):
    try:
        print("at work", flush=True)
        time.sleep(1000)
    finally:
        print("clearing up", flush=True)
        time.sleep(1000)
"""


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("second", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_it_at_once(first: signal.Signals, second: signal.Signals, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CLEARING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    process.send_signal(first)
    assert process.stdout.readline() == "clearing up\n"
    process.send_signal(second)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert errors == "ended at once; what is half written, the next run clears away\n"


def test_a_killed_run_leaves_neither_workers_nor_results(folder: Path) -> None:
    process = start(folder, *ENDLESS_RUN)
    until(lambda: len(workers_of(process.pid)) == 2)
    workers = workers_of(process.pid)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert list((folder / "outputs").iterdir()) == []


def test_a_killed_sweep_lets_the_next_one_in_at_once(folder: Path, endless_sweep: subprocess.Popen[str]) -> None:
    second = done(folder, *ENDLESS_SWEEP)
    assert (second.returncode, second.stdout) == (2, "")
    assert f": process {endless_sweep.pid} is at this sweep; nothing was done\n" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    endless_sweep.kill()
    endless_sweep.communicate(timeout=60)
    third = start(folder, *ENDLESS_SWEEP)
    (out,) = (path for path in (folder / "outputs").iterdir() if path.is_dir())
    lock = out.with_name(f".{out.name}.lock")
    until(lambda: lock.exists() and lock.read_text().endswith(f" {third.pid}\n"))
    third.send_signal(signal.SIGTERM)
    _, errors = third.communicate(timeout=60)
    assert errors.startswith("terminated; 1 of 2 points (1 were there) is kept in")


def test_a_worker_that_is_killed_ends_the_run_with_a_sentence(folder: Path) -> None:
    process = start(folder, *ENDLESS_RUN)
    until(lambda: len(workers_of(process.pid)) == 2)
    time.sleep(1)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors == "a worker was ended from outside (is there too little memory?); nothing was written\n"
    assert hidden(folder) == []


@pytest.mark.parametrize("command", [RUN, SWEEP], ids=["run", "sweep"])
def test_a_full_disk_is_told_and_nothing_half_written_stays(folder: Path, command: tuple[str, ...]) -> None:
    """A file may have 3,000 bytes: less than a result has."""
    found = done(folder, *command, room=3000)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("--out outputs: the results cannot be written: File too large")
    assert len(found.stderr.splitlines()) == 1
    assert not (folder / "outputs").exists()


@pytest.mark.slow
def test_a_sweep_that_fills_the_disk_keeps_what_it_has(folder: Path) -> None:
    """A disk of 200 kB, of which a point takes some 20."""
    (folder / "outputs").mkdir()
    vary = " ".join([*COMMAND, "sweep", "queue.yaml", "--vary", "seed=1..20"])
    mounted = f"mount -t tmpfs -o size=200k none outputs && exec {vary}"
    command = ["unshare", "--mount", "sh", "-c", mounted]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "unshare" in found.stderr or "mount:" in found.stderr:
        pytest.skip("may not mount")
    assert found.returncode == 2
    assert "the results cannot be written: No space left on device; " in found.stderr
    assert " of 20 points are kept in outputs/queue-sweep-" in found.stderr


@pytest.mark.parametrize("command", [RUN, SWEEP], ids=["run", "sweep"])
def test_a_target_that_cannot_be_written_is_told_before_anything_runs(folder: Path, command: tuple[str, ...]) -> None:
    target = "/sys/swifteats" if os.geteuid() == 0 else "locked/out"
    (folder / "locked").mkdir(mode=0o555)
    found = done(folder, *command, "--out", target)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"--out {target}: ")
    assert len(found.stderr.splitlines()) == 1


def test_two_runs_of_one_scenario_at_once_both_succeed_with_one_result(folder: Path) -> None:
    both = [start(folder, *RUN) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0][0] == said[1][0]
    assert len(list((folder / "outputs").iterdir())) == 1
