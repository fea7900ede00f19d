"""What a change does, in pairs: the same day with other shifts, faster couriers, slower kitchens, another policy."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from swifteats_sim.mdrp.metrics import Performance
from swifteats_sim.mdrp.published import BUNDLING, COMMITMENT, EFFECTS, PREPARATION, SHIFTS, TRAVEL, Effect
from swifteats_sim.results.statistics import Estimate, estimate

Measured = Mapping[str, Performance]
"""By the instance's name."""
NAME = re.compile(r"(?P<seed>\d+[or]\d+)t(?P<t>\d+)s(?P<s>\d)p(?P<p>\d+)")
FACTORS = {SHIFTS: ("s", "1", "2"), TRAVEL: ("t", "100", "75"), PREPARATION: ("p", "100", "125")}
"""What two instances of a pair differ in, as their names say it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One measure under one change. a, b : means; difference : of the pairs, b - a; published : the paper's a and b."""

    effect: str
    measure: str
    pairs: int
    a: float
    b: float
    difference: Estimate
    published: tuple[float, float]

    @property
    def agrees(self) -> str:
        """Whether the sign is the paper's: `yes`, `no`, or `unclear` where the interval holds zero."""
        low, high = self.difference.ci95 or (-math.inf, math.inf)
        if low <= 0 <= high:
            return "unclear"
        return "yes" if (self.difference.value > 0) == (self.published[1] > self.published[0]) else "no"


def of_factors(measured: Measured) -> tuple[Change, ...]:
    """What the instances' own factors do, over all pairs of which both are there."""
    found: list[Change] = []
    for effect, (part, a, b) in FACTORS.items():
        pairs = [(measured[name], measured[twin]) for name, twin in _twins(measured, part, a, b)]
        found += _changes(effect, pairs)
    return tuple(found)


def of_policy(base: Measured, without_bundles: Measured, single_stage: Measured) -> tuple[Change, ...]:
    """What the policy's parts do, on the same instances."""
    arms = ((BUNDLING, without_bundles), (COMMITMENT, single_stage))
    return tuple(
        change for effect, arm in arms for change in _changes(effect, [(base[name], arm[name]) for name in base])
    )


def _twins(measured: Measured, part: str, a: str, b: str) -> list[tuple[str, str]]:
    """Names of pairs that differ in one part only."""
    found = []
    for name in measured:
        match = NAME.fullmatch(name)
        if match and match[part] == a:
            twin = name[: match.start(part)] + b + name[match.end(part) :]
            if twin in measured:
                found.append((name, twin))
    return found


def _changes(effect: str, pairs: list[tuple[Performance, Performance]]) -> list[Change]:
    """Every measure that is published; a pair of which one delivers nothing has no times."""
    found = []
    for measure in Effect._fields if pairs else ():
        values = [(getattr(a, measure), getattr(b, measure)) for a, b in pairs]
        values = [pair for pair in values if all(map(math.isfinite, pair))]
        if values:
            a, b = (sum(side) / len(values) for side in zip(*values, strict=True))
            difference = estimate([second - first for first, second in values])
            published = getattr(EFFECTS[effect], measure)
            found.append(Change(effect, measure, len(values), a, b, difference, published))
    return found
