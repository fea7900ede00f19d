"""A city of 80,000 nodes is built, written and read with some hundred megabytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streets_examples import HOME, osm, seconds_between

from swifteats_sim.streets.map_file import read_map

PROGRAM = """
import atexit, sys
from pathlib import Path
from swifteats_sim.cli import main
status = lambda: dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
atexit.register(lambda: Path("memory").write_text(status()["VmHWM"].split()[0]))
sys.argv[1:] = "map build --osm large.osm --out large.parquet".split()
main()
"""
SIDE = 283
STEP = 0.001
"""Degrees between two streets."""


def lattice() -> str:
    """A street along each row and each column; every crossing is a node."""
    numbers = range(SIDE * SIDE)
    nodes = [(n + 1, 10 + n // SIDE * STEP, 20 + n % SIDE * STEP) for n in numbers]
    rows = [(range(row * SIDE + 1, row * SIDE + SIDE + 1), HOME) for row in range(SIDE)]
    columns = [(range(column + 1, SIDE * SIDE + 1, SIDE), HOME) for column in range(SIDE)]
    return osm(nodes, [*rows, *columns])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc, which only Linux has")
def test_eighty_thousand_nodes(tmp_path: Path) -> None:
    (tmp_path / "large.osm").write_text(lattice(), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int((tmp_path / "memory").read_text()) < 1_000_000, "kB; some 350 MB"
    streets = read_map(tmp_path / "large.parquet")
    assert streets.nodes == SIDE**2 - 4, "the corners are points of streets that turn there"
    assert streets.arcs == 4 * SIDE * (SIDE - 1) - 8
    corner_to_corner = seconds_between(streets, [0])[0, -1] * (25 / 3.6)
    span = (SIDE - 1) * STEP
    assert corner_to_corner == pytest.approx(span * (110_600 + 109_600), rel=0.01)
