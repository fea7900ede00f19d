"""A sweep: which points there are, and what is done with them. Who computes them, and who keeps them, is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from swifteats_sim.experiments.provenance import outside, versions
from swifteats_sim.experiments.rehearsal import declared
from swifteats_sim.experiments.result import Result
from swifteats_sim.scenario.grid import Point

_DECLARED, _FOUND = "swifteats-sim sweep 1", "swifteats-sim sweep results 1"

Heard = Callable[[Point, Result], None]
"""Told what came of a point, as each comes to its end, in the process that asked."""


class Compute(Protocol):
    """Who computes points, in any order; it may raise whatever a run raises."""

    def __call__(self, points: Sequence[Point], heard: Heard) -> None:
        """Run each point and tell what came of it."""


class Store(Protocol):
    """Who keeps what came of points."""

    def found(self) -> Mapping[int, Result]:
        """Results that are kept and can be relied on, by the number of their points."""

    def keep(self, point: Point, result: Result) -> None:
        """Keep it, whole or not at all."""


@dataclass(frozen=True)
class Sweep:
    """A grid of points over a scenario.

    keys : of each point, by its number, a digest of all that its result depends on but the versions; versions : of what
    computes it.
    """

    points: tuple[Point, ...]
    keys: Mapping[int, str]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, points: Sequence[Point]) -> Sweep:
        """The sweep over these points; OSError where something that they name is not there."""
        return cls(tuple(points), {point.number: _key(point) for point in points}, versions())

    @property
    def paths(self) -> tuple[str, ...]:
        """What is varied."""
        return tuple(path for path, _ in self.points[0].choice)

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return self.points[0].scenario.name

    @property
    def declared(self) -> str:
        """SHA-256 over what was asked for, as 64 hex digits."""
        lines = (f"{point.choice!r} {self.keys[point.number]}" for point in self.points)
        return _sha256(_DECLARED, *lines)

    @property
    def name(self) -> str:
        """Of the folder that holds it."""
        return f"{self.scenario}-sweep-{self.declared[:8]}"


@dataclass(frozen=True)
class Swept:
    """A sweep with what came of each point, by its number."""

    sweep: Sweep
    results: Mapping[int, Result]

    @property
    def digest(self) -> str:
        """SHA-256 over what all points recorded, in their order: the same however often it was interrupted."""
        numbers = (point.number for point in self.sweep.points)
        return _sha256(_FOUND, *(f"{self.sweep.keys[number]} {self.results[number].digest}" for number in numbers))


def carry_out(sweep: Sweep, store: Store, compute: Compute) -> Swept:
    """Have those points computed of which no result is kept, keep each as it comes, and gather all."""
    results = dict(store.found())

    def heard(point: Point, result: Result) -> None:
        store.keep(point, result)
        results[point.number] = result

    missing = [point for point in sweep.points if point.number not in results]
    if missing:
        compute(missing, heard)
    return Swept(sweep, {point.number: results[point.number] for point in sweep.points})


def _key(point: Point) -> str:
    named = (f"{each.kind} {each.name} {each.sha256}" for each in outside(point.scenario))
    return _sha256(declared(point.scenario), *named)


def _sha256(*lines: str) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
