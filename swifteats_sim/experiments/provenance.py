"""What a result was made of besides its scenario: versions, sources, and the files that a scenario only names."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import swifteats_sim
from swifteats_sim.engine.compiled import stamp
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.outside import Outside, empirical_laws, fingerprint
from swifteats_sim.scenario.reading import FILES, trace_kind
from swifteats_sim.scenario.streets import GRID, STRAIGHT
from swifteats_sim.streets.bundled import find_map

LIBRARIES = ("numba", "numpy", "pandas", "pyarrow", "scipy", "simpy")
"""Whose versions may have a say in a result."""
SOURCES = (
    "city", "domain", "engine", "experiments", "policies", "results", "scenario", "simulation", "stack", "streets",
)  # fmt: skip
"""Parts of the package that have a say in it."""


def versions() -> dict[str, str]:
    """Of everything that may have a say in a result, by name; `sources` is a digest of this package's own."""
    return {
        "swifteats-sim": version("swifteats-sim"),
        "sources": sources(Path(swifteats_sim.__file__).parent),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **{name: version(name) for name in LIBRARIES},
    }


def sources(package: Path) -> str:
    """A digest of the sources that have a say in a result, as 16 hex digits."""
    stamps = "\n".join(f"{part} {stamp(package / part)}" for part in SOURCES)
    return hashlib.sha256(stamps.encode()).hexdigest()[:16]


def outside(scenario: Scenario) -> tuple[Outside, ...]:
    """Everything outside that a run of the scenario reads, by kind and name; OSError where it is not there."""
    return tuple(dict.fromkeys(sorted([*_laws(scenario), *_maps(scenario), *_traces(scenario)])))


def _laws(scenario: Scenario) -> Iterator[Outside]:
    for text, values in empirical_laws(scenario).items():
        yield Outside("law", text, "", fingerprint(values))


def _maps(scenario: Scenario) -> Iterator[Outside]:
    if scenario.city is None:
        return
    for name in {scenario.city.map_of(geo): None for geo in scenario.city.geos}:
        if name not in (STRAIGHT, GRID):
            place = find_map(name)
            yield Outside("map", place.name, str(place.resolve()), _sha256(place))


def _traces(scenario: Scenario) -> Iterator[Outside]:
    folder = scenario.demand.trace
    if folder is not None:
        for file in FILES[trace_kind(folder)]:
            yield Outside("trace", file, str((folder / file).resolve()), _sha256(folder / file))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
