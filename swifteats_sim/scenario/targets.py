"""Targets: what the run is judged on, as `subject.quantity: ["p99 < 200 ms"]`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel

from swifteats_sim.scenario.errors import Findings, KeyProblems, first_few, shown, unknown_name
from swifteats_sim.scenario.metric import Metric
from swifteats_sim.scenario.metrics import unit_of
from swifteats_sim.scenario.quantities import BYTE_RATE, DURATION, NUMBER, RATE, RATIO, SECOND, parse

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
}  # fmt: skip
QUANTITIES = {"s": DURATION, "/s": RATE, "ratio": RATIO, "B/s": BYTE_RATE}


@dataclass(frozen=True, slots=True)
class Target:
    """One condition on one metric.

    metric : full name, `menu.latency.p99`.
    limit : in SI: seconds, per second, bytes per second, ratio 0..1, or a bare number.
    text : the condition as written, `p99 < 200 ms`.
    unit : of the metric, as in the catalogue.
    """

    metric: str
    operator: str
    limit: float
    text: str
    unit: str

    def met(self, value: float) -> bool:
        """Whether a value of the metric (in SI) meets the condition; NaN never does."""
        return OPERATORS[self.operator](value, self.limit)


Conditions = Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=100)]


class Targets(RootModel[dict[str, Conditions]]):
    """Conditions by `subject.quantity`, in the k6 manner; the catalogue says which names and units."""

    model_config = ConfigDict(frozen=True, strict=True)
    root: dict[str, Conditions] = Field(
        default_factory=dict,
        description='conditions by `subject.quantity`, like {"menu.latency": ["p99 < 200 ms"]}',
    )

    def parsed(self, catalogue: Mapping[str, Metric]) -> tuple[Target, ...]:
        """Every condition as a `Target`, in the order written; KeyProblems lists all that cannot be."""
        statistics = _statistics(catalogue)
        problems = first_few(self._problems(catalogue, statistics))
        if problems:
            raise KeyProblems(problems)
        return tuple(
            _target(name, text, catalogue, statistics[name]) for name, texts in self.root.items() for text in texts
        )

    def _problems(self, catalogue: Mapping[str, Metric], statistics: Mapping[str, list[str]]) -> Findings:
        for name, conditions in self.root.items():
            if name not in statistics:
                yield (name,), unknown_name("metric", name, statistics)
                continue
            for index, text in enumerate(conditions):
                try:
                    _target(name, text, catalogue, statistics[name])
                except ValueError as error:
                    yield (name, index), str(error)


def _statistics(catalogue: Mapping[str, Metric]) -> dict[str, list[str]]:
    """The statistics of each `subject.quantity`."""
    found: dict[str, list[str]] = {}
    for full in catalogue:
        name, _, statistic = full.rpartition(".")
        found.setdefault(name, []).append(statistic)
    return found


def _target(name: str, text: str, catalogue: Mapping[str, Metric], statistics: list[str]) -> Target:
    match = re.fullmatch(r"\s*([A-Za-z0-9_]+)\s*([<>=!]+)\s*(\S.*?)\s*", text) if len(text) <= 100 else None
    if match is None or match[2] not in OPERATORS:
        raise ValueError(f"{shown(text)} is no condition: write STATISTIC, one of {' '.join(OPERATORS)}, and a limit")
    statistic = match[1]
    if statistic not in statistics:
        raise ValueError(f"{name}: {unknown_name('statistic', statistic, statistics)}")
    full = f"{name}.{statistic}"
    unit = unit_of(catalogue[full], statistic)
    return Target(full, match[2], _limit(match[3], unit), text, unit)


def _limit(text: str, unit: str) -> float:
    if unit in QUANTITIES:
        exact = parse(text, QUANTITIES[unit], signed=True)
        return float(exact / SECOND if unit == "s" else exact)
    if not re.fullmatch(NUMBER, text) or len(text) > 30:
        raise ValueError(f"{shown(text)} must be a bare number: this metric has no unit")
    if not math.isfinite(float(text)):
        raise ValueError(f"{shown(text)} must be a smaller number")
    return float(Fraction(text))
