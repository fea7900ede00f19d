"""Who works at a place: locks that end with their process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from swifteats_sim.results.locking import MARK, Taken, is_ours, locked

TRY = """\
import sys
from pathlib import Path
from swifteats_sim.results.locking import Taken, locked
try:
    with locked(Path(sys.argv[1]), wait=sys.argv[2] == "wait"):
        print("mine", flush=True)
        if sys.argv[2] == "hold":
            sys.stdin.read()
except Taken as taken:
    print(taken)
"""


def child(path: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", TRY, str(path), how]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0]


def test_who_comes_second_hears_who_is_there(tmp_path: Path) -> None:
    lock = tmp_path / ".run.lock"
    with locked(lock):
        assert is_ours(lock)
        with pytest.raises(Taken, match=f"held by process {os.getpid()}"), locked(lock):
            pass
        assert said(child(lock, "at once")) == f"held by process {os.getpid()}\n"
    assert not lock.exists()
    assert said(child(lock, "at once")) == "mine\n"


def test_who_waits_comes_in_when_the_first_is_done(tmp_path: Path) -> None:
    lock = tmp_path / ".run.lock"
    with locked(lock):
        waiting = child(lock, "wait")
    assert said(waiting) == "mine\n"
    assert not lock.exists()


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    lock = tmp_path / ".run.lock"
    holder = child(lock, "hold")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "mine\n"
    with pytest.raises(Taken, match=f"held by process {holder.pid}"), locked(lock, wait=False):
        pass
    holder.send_signal(signal.SIGKILL)
    said(holder)
    assert lock.exists()
    with locked(lock, wait=False):
        assert lock.read_bytes() == MARK + b"%d\n" % os.getpid()
    assert not lock.exists()


def test_a_worker_does_not_hold_what_its_parent_held(tmp_path: Path) -> None:
    """It is forked while the lock is held, and outlives it."""
    read, write = os.pipe()
    with locked(tmp_path / ".run.lock"):
        worker = os.fork()
        if worker == 0:
            os.read(read, 1)
            os._exit(0)
        assert said(child(tmp_path / ".run.lock", "at once")).startswith("held by")
    assert said(child(tmp_path / ".run.lock", "at once")) == "mine\n"
    os.write(write, b".")
    os.waitpid(worker, 0)
    os.close(read)
    os.close(write)


def test_a_file_that_says_anything_else_names_nobody(tmp_path: Path) -> None:
    lock = tmp_path / ".run.lock"
    with locked(lock):
        descriptor = os.open(lock, os.O_WRONLY)  # closed at the end: that would give the lock back
        os.write(descriptor, MARK + b"\x1b[31m")
        assert said(child(lock, "at once")) == "held by another process\n"
    os.close(descriptor)
    assert not is_ours(tmp_path / "nowhere")
