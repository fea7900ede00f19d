"""Reads a recorded day from a folder, by the kind of its files."""

from __future__ import annotations

from pathlib import Path

from swifteats_sim.scenario.errors import ScenarioError
from swifteats_sim.scenario.mdrplib import read_mdrplib
from swifteats_sim.scenario.rappi import read_rappi
from swifteats_sim.scenario.traces import Kind, Trace, in_order

FILES: dict[Kind, tuple[str, ...]] = {
    "rappi": ("orders.csv", "couriers.csv"),
    "mdrplib": ("orders.txt", "restaurants.txt", "couriers.txt", "instance_parameters.txt"),
}
"""The files by which a kind of trace is known."""


def trace_kind(path: Path) -> Kind:
    """Which kind of trace a folder holds; ScenarioError when none."""
    try:
        folder = path.is_dir()
        found = [kind for kind, files in FILES.items() if all((path / file).is_file() for file in files)]
    except (OSError, ValueError):
        folder, found = False, []
    if not folder:
        raise ScenarioError.of(str(path), "no such folder")
    if not found:
        wanted = "; ".join(f"{kind}: {', '.join(files)}" for kind, files in FILES.items())
        raise ScenarioError.of(str(path), f"no trace in this folder: it needs the files of a kind ({wanted})")
    return found[0]


def read_trace(path: str | Path) -> Trace:
    """The recorded day in a folder; ScenarioError names file, line, column and value of what is wrong."""
    path = Path(path)
    if trace_kind(path) == "rappi":
        return in_order(read_rappi(path))
    return in_order(read_mdrplib(path))
