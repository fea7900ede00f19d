"""How far a metric may move before anybody is to hear of it: a share of what it was, or so much in its own unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from swifteats_sim.results.names import unit_of_name
from swifteats_sim.scenario.errors import shown
from swifteats_sim.scenario.quantities import MAX_TEXT, NUMBER, RATIO, SECOND, parse
from swifteats_sim.scenario.targets import QUANTITIES

FREE = "any"
"""The word for a metric that may move as it likes."""
RULE = "a tolerance is a share of what a metric was, like '2 %', so much in its own unit, like '5 ms', or 'any'"
SCOPE = "/"
"""Between a scenario's name and a metric, where a pattern is for one scenario alone."""
POINTS = re.compile(rf"\s*({NUMBER})\s*points?\s*")
BARE = re.compile(rf"\s*({NUMBER})\s*")
MOST = 10**30
"""No number that is measured comes near it."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much is allowed. text : as written; share : of what it was, or None; amount : in `unit`, or None.

    Without either everything is allowed.
    """

    text: str
    share: float | None = None
    amount: float | None = None
    unit: str = ""

    def allows(self, change: float, before: float) -> bool:
        """Whether a metric may change by so much from what it was; both in its SI unit."""
        if self.share is not None:
            return abs(change) <= self.share * abs(before)
        return self.amount is None or abs(change) <= self.amount

    @property
    def free(self) -> bool:
        """Whether everything is allowed."""
        return self.share is None and self.amount is None

    def fits(self, metric: str) -> bool:
        """Whether it can be said of this metric: an amount has a unit. What this version does not know has any."""
        try:
            return self.amount is None or self.unit == unit_of_name(metric)
        except KeyError:
            return True


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Those of a baseline. patterns : globs of metrics, or of SCENARIO/METRIC, in order; the last that matches counts.

    default : where none matches.
    """

    default: Tolerance
    patterns: Mapping[str, Tolerance]

    def of(self, scenario: str, metric: str) -> Tolerance:
        """What this metric of this scenario is allowed."""
        found = [tolerance for pattern, tolerance in self.patterns.items() if matches(pattern, scenario, metric)]
        return found[-1] if found else self.default

    def idle(self, metrics: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Patterns that match none of these (scenario, metric): mistyped, or of another day."""
        every = tuple(metrics)
        return tuple(pattern for pattern in self.patterns if not any(matches(pattern, *each) for each in every))


def matches(pattern: str, scenario: str, metric: str) -> bool:
    """Whether a glob means this metric; `*` stands for any letters, dots among them."""
    return fnmatchcase(f"{scenario}{SCOPE}{metric}" if SCOPE in pattern else metric, pattern)


def share_allowed(text: str) -> Tolerance:
    """A tolerance of metrics of any unit, so no amount; ValueError naming the rule that the text breaks."""
    found = tolerance(text)
    if found.amount is not None:
        raise ValueError(f"{shown(text)} cannot be said of every metric: write a share of what it was, like '2 %'")
    return found


def tolerance(written: str) -> Tolerance:
    """The tolerance that a text says; ValueError naming the rule that it breaks."""
    text = " ".join(written.split())
    if text == FREE:
        return Tolerance(text)
    if len(text) > MAX_TEXT:
        raise ValueError(f"{shown(text)} is no tolerance: {RULE}")
    if points := POINTS.fullmatch(text):
        return Tolerance(text, amount=_sized(text, float(points[1])) / 100, unit="ratio")
    if bare := BARE.fullmatch(text):
        return Tolerance(text, amount=_sized(text, float(bare[1])))
    if text.strip().endswith("%"):
        return Tolerance(text, share=float(parse(text, RATIO)))
    return _with_unit(text)


def _sized(text: str, number: float) -> float:
    if not 0 <= number <= MOST:
        raise ValueError(f"{shown(text)} is {'negative' if number < 0 else 'out of reach'}: {RULE}")
    return number


def _with_unit(text: str) -> Tolerance:
    for unit, quantity in QUANTITIES.items():
        if unit == "ratio":
            continue
        try:
            exact = parse(text, quantity)
        except ValueError:
            continue
        return Tolerance(text, amount=float(exact / SECOND if unit == "s" else exact), unit=unit)
    raise ValueError(f"{shown(text)} is no tolerance: {RULE}")
