"""The conformance check of a policy: what every dispatcher relies on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.domain.effects import Candidates
from swifteats_sim.policies.policy import Policy

_MINUTE, _METRES_PER_MINUTE = 60_000_000_000, 400.0


def check_policy(policy: Policy) -> None:
    """Try a policy on small cases; AssertionError names the case, the rule it breaks and the likely cause."""
    for name, case in _cases():
        before = [column.copy() for column in _columns(case)]
        ranked = np.asarray(policy.rank(case)).copy()
        same = all(np.array_equal(old, new) for old, new in zip(before, _columns(case), strict=True))
        _must(same, name, "the candidates were changed", "an in-place sort")
        check_ranking(name, ranked, len(case.drivers))
        again = np.asarray(policy.rank(case))
        chance = "state or chance in `rank`"
        _must(np.array_equal(ranked, again), name, "the same case was ranked in two ways", chance)


def check_ranking(name: str, ranked: NDArray[Any], count: int) -> None:
    """That positions of so many candidates are what a dispatcher can use; AssertionError as of `check_policy`."""
    shape = f"rank must return positions in one dimension, not {ranked.ndim}"
    _must(ranked.ndim == 1, name, shape, "a scalar or a table was returned")
    kind = f"positions must be integers, not {ranked.dtype}"
    _must(ranked.dtype.kind == "i", name, kind, "scores, a mask or a plain list were returned")
    within = bool(np.all((ranked >= 0) & (ranked < count)))
    _must(within, name, "positions must lie in 0 .. n-1", "driver numbers were returned, not positions")
    once = len(np.unique(ranked)) == len(ranked)
    _must(once, name, "a candidate appears twice", "two lists of candidates were joined")


def _must(holds: bool, case: str, rule: str, cause: str) -> None:
    if not holds:
        raise AssertionError(f"{case}: {rule} (likely cause: {cause})")


def _columns(case: Candidates) -> tuple[NDArray[Any], ...]:
    return case.drivers, case.versions, case.travel, case.orders, case.idle, case.distance


def _case(drivers: list[int], minutes: list[int], left: int) -> Candidates:
    travel = np.array(minutes, dtype=np.int64) * _MINUTE
    versions = np.ones(len(drivers), dtype=np.int64)
    numbers = np.array(drivers, dtype=np.int64)
    work, distance = numbers % 3, travel / _MINUTE * _METRES_PER_MINUTE
    return Candidates(
        numbers, versions, travel, left * _MINUTE, 4 * _MINUTE, work, work * _MINUTE, len(drivers), distance, 1600.0
    )


def _cases() -> Iterator[tuple[str, Candidates]]:
    """Made anew for every check, so that a policy that spoils them harms no other."""
    yield "no candidate", _case([], [], 10)
    yield "one candidate", _case([900], [3], 10)
    yield "many candidates", _case([70, 20, 50, 10], [9, 2, 30, 4], 8)
    yield "ties", _case([5, 3, 4], [6, 6, 6], 6)
    yield "food long ready", _case([1, 2], [5, 1], 0)
