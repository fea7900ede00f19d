"""Sweeps that are killed, as a program of its own: `python killed_sweeps.py FOLDER EVERY TIMES`.

Each sweep is the command itself, in a copy of this process, which has imported and compiled everything. It is killed
with its whole process group: before each EVERYth of its operations on files; at each EVERYth file that it has written,
which is torn before; and TIMES times at some instant. After each kill the results that would be accepted are compared
with those of a sweep that nobody killed; then the same command runs again, and what it leaves is compared byte by byte.
Prints what it saw as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from swifteats_sim.cli.main import app
from swifteats_sim.experiments import rehearse
from swifteats_sim.experiments.saving_sweep import SweepFolder
from swifteats_sim.experiments.sweeping import Sweep
from swifteats_sim.scenario.grid import load_grid
from swifteats_sim.scenario.varying import varied

QUEUE = Path(__file__).parents[2] / "scenarios/theory/mm1_rho80.yaml"
VARIED = "stack.flows.call.steps.0.service=" + ",".join(f"exponential({mean} ms)" for mean in (80, 85, 90))
FIXED = [("duration", "3 s"), ("replications", "1")]
Stroke = Callable[[], None]


def arguments(out: Path, workers: int) -> list[str]:
    settings = [word for path, value in FIXED for word in ("--set", f"{path}={value}")]
    return ["sweep", str(QUEUE), "--vary", VARIED, *settings, "--out", str(out), "--workers", str(workers), "--quiet"]


def child(out: Path, workers: int, stroke: Stroke) -> int:
    """A sweep in a process group of its own; its process id."""
    number = os.fork()
    if number:
        return number
    os.setpgrp()
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    stroke()
    try:
        app(arguments(out, workers))
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    os._exit(70)


def ended(number: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def at_operation(folder: Path, chosen: int, torn: bool, count: Path | None = None) -> Stroke:
    """Count operations on files below a folder and die before the chosen one; `torn` counts only what is synced."""
    done = 0

    def stroke(file: Path | None = None) -> None:
        nonlocal done
        done += 1
        if count is not None:
            os.write(counted, b".")
        if done == chosen:
            if file is not None:
                os.truncate(file, file.stat().st_size // 2)
            os.killpg(0, signal.SIGKILL)

    def hear(event: str, args: tuple[Any, ...]) -> None:
        if torn or event not in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"):
            return
        writes = event != "open" or (isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        path = str(args[0]) if isinstance(args[0], str | os.PathLike) else ""
        if writes and (path.startswith(str(folder)) or (event != "open" and path and not path.startswith("/"))):
            stroke()

    def sync(descriptor: int) -> None:
        file = Path(f"/proc/self/fd/{descriptor}").readlink()
        if not torn:
            stroke()
        elif file.is_file():
            stroke(file)
        fsync(descriptor)

    def begin() -> None:
        os.fsync = sync  # type: ignore[assignment]
        sys.addaudithook(hear)

    fsync = os.fsync
    counted = os.open(count, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if count is not None else -1
    return begin


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Scene:
    """A folder for sweeps, and what a sweep leaves that nobody kills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        points = load_grid(QUEUE, [varied(VARIED)], FIXED, lambda scenario: None)
        rehearse(points[0].scenario)
        self.sweep = Sweep.of(points)
        assert ended(child(folder / "whole", 1, lambda: None)) == 0
        self.whole = content(folder / "whole")
        self.results = SweepFolder(self.sweep, folder / "whole" / self.sweep.name).found()
        assert len(self.results) == len(points)
        gc.freeze()  # what is there already is nothing that copies should sweep
        self.seen: dict[str, Any] = {"kills": 0, "late": 0, "accepted": [], "corrupt": 0, "differing": [], "failed": 0}

    def operations(self, torn: bool) -> int:
        """How many a sweep does."""
        out, count = self.folder / "counted", self.folder / "count"
        assert ended(child(out, 1, at_operation(out, 0, torn, count))) == 0
        shutil.rmtree(out)
        return count.stat().st_size

    def kill(self, workers: int, stroke: Callable[[Path], Stroke], after: float | None = None) -> None:
        """Kill one sweep, look at what would be accepted, and run it again."""
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        number = child(out, workers, stroke(out))
        if after is not None:
            time.sleep(after)
            try:
                os.killpg(number, signal.SIGKILL)
            except ProcessLookupError:
                os.kill(number, signal.SIGKILL)  # it has no group of its own yet
        self.seen["kills" if ended(number) == -signal.SIGKILL else "late"] += 1
        accepted = SweepFolder(self.sweep, out / self.sweep.name).found()
        self.seen["accepted"].append(len(accepted))
        self.seen["corrupt"] += sum(result != self.results[at] for at, result in accepted.items())
        self.seen["failed"] += ended(child(out, 1, lambda: None)) != 0
        left = content(out)
        self.seen["differing"] += [name for name in left | self.whole if left.get(name) != self.whole.get(name)]


def main(folder: Path, every: int, times: int) -> None:
    scene, chance = Scene(folder), random.Random(7)
    for torn in (False, True):
        count = scene.operations(torn)
        scene.seen["torn" if torn else "operations"] = count
        for chosen in range(1, count + 1, every):
            scene.kill(1, lambda out, chosen=chosen, torn=torn: at_operation(out, chosen, torn))  # type: ignore[misc]
    began = time.monotonic()
    assert ended(child(folder / "timed", 2, lambda: None)) == 0
    span = time.monotonic() - began
    wanted = scene.seen["kills"] + times
    for _ in range(3 * times):  # who comes too late has killed nobody
        if scene.seen["kills"] < wanted:
            scene.kill(2, lambda out: lambda: None, after=chance.uniform(0, span))
    print(json.dumps(scene.seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
