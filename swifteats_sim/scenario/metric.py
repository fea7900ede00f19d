"""What a metric is: a quantity of a subject, with its unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass

DISTRIBUTION = ("mean", "p50", "p90", "p95", "p99", "p999", "max")


@dataclass(frozen=True, slots=True)
class Metric:
    """One quantity of one subject.

    unit : "s" for times, "/s" for rates, "B/s" for bytes per second, "ratio" for 0..1, "" for counts and numbers.
    """

    subject: str
    quantity: str
    statistics: tuple[str, ...]
    unit: str
    meaning: str

    @property
    def names(self) -> tuple[str, ...]:
        """The full metric names."""
        return tuple(f"{self.subject}.{self.quantity}.{statistic}" for statistic in self.statistics)


def times(subject: str, quantity: str, meaning: str) -> Metric:
    """A quantity that is a distribution of times."""
    return Metric(subject, quantity, DISTRIBUTION, "s", meaning)
