"""The conformance check of a policy: what every dispatcher relies on."""

from __future__ import annotations

import numpy as np

from swifteats_sim.domain.effects import Candidates
from swifteats_sim.policies.policy import Policy

_MINUTE = 60_000_000_000


def check_policy(policy: Policy) -> None:
    """Try a policy on small cases; AssertionError names the rule it breaks and the likely cause."""
    for name, case in _CASES.items():
        before = [column.copy() for column in (case.drivers, case.versions, case.travel)]
        ranked = np.asarray(policy.rank(case))
        again = np.asarray(policy.rank(case))
        _must(ranked.ndim == 1, name, "rank must return one dimension of positions", "a tuple or a scalar was returned")
        _must(ranked.dtype.kind == "i", name, f"positions must be integers, not {ranked.dtype}", "scores were returned")
        within = bool(np.all((ranked >= 0) & (ranked < len(case.drivers))))
        _must(within, name, "positions must lie in 0 .. n-1", "driver numbers were returned, not positions")
        _must(len(set(ranked.tolist())) == len(ranked), name, "a candidate appears twice", "the sort lost its order")
        _must(np.array_equal(ranked, again), name, "the same case was ranked in two ways", "state or chance in `rank`")
        after = (case.drivers, case.versions, case.travel)
        same = all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))
        _must(same, name, "the candidates were changed", "an in-place sort")


def _must(holds: bool, case: str, rule: str, cause: str) -> None:
    if not holds:
        raise AssertionError(f"{case}: {rule} (likely cause: {cause})")


def _case(drivers: list[int], minutes: list[int], left: int) -> Candidates:
    travel = np.array(minutes, dtype=np.int64) * _MINUTE
    versions = np.ones(len(drivers), dtype=np.int64)
    return Candidates(np.array(drivers, dtype=np.int64), versions, travel, left * _MINUTE, 4 * _MINUTE)


_CASES = {
    "no candidate": _case([], [], 10),
    "one candidate": _case([900], [3], 10),
    "many candidates": _case([70, 20, 50, 10], [9, 2, 30, 4], 8),
    "ties": _case([5, 3, 4], [6, 6, 6], 6),
    "food long ready": _case([1, 2], [5, 1], 0),
}
