"""How long the command line takes to say something."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from benchmarks.arms import interleaved, median, samples_of, timed
from benchmarks.engine import SCENARIOS
from benchmarks.report import Report, figure
from benchmarks.sizes import Size

COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "--help": (("--help",), 0),
    "run --help": (("run", "--help"), 0),
    "no such file": (("run", "nowhere.yaml"), 2),
    "a bare number": (("run", str(SCENARIOS / "peak_hour.yaml"), "--set", "demand.orders.rate=500"), 2),
}
"""What is asked, and the exit code that is to come of it."""


def compare(size: Size, repeats: int) -> Report:
    """Each in a process of its own, from its start to its end."""
    found = interleaved({name: partial(timed, partial(_ask, name)) for name in COMMANDS}, repeats)
    walls = {name: median([one.wall for one in each]) for name, each in found.items()}
    return Report(
        f"Start-up: {walls['--help']:.2f} s to `--help`, {walls['a bare number']:.2f} s to the message on bad input",
        "`python -m swifteats_sim ...`, from the start of the process to its end.",
        ("command", "wall s"),
        tuple((name, figure(wall)) for name, wall in walls.items()),
        {"wall_s": walls, "samples": samples_of(found)},
    )


def _ask(name: str) -> float:
    arguments, code = COMMANDS[name]
    done = subprocess.run([sys.executable, "-m", "swifteats_sim", *arguments], capture_output=True, check=False)
    assert done.returncode == code, done.stderr.decode()
    return 1.0
