"""The metric catalogue: every name a target may use, with its unit and meaning.

A name is `<subject>.<quantity>.<statistic>`. Subjects that depend on the scenario's stack (`station.<name>`)
are written with the placeholder here and expanded by `catalogue`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DISTRIBUTION = ("mean", "p50", "p90", "p95", "p99", "p999", "max")


@dataclass(frozen=True, slots=True)
class Metric:
    """One quantity of one subject.

    unit : "s" for times, "/s" for rates, "ratio" for 0..1, "" for counts and numbers.
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


def _times(subject: str, quantity: str, meaning: str) -> Metric:
    return Metric(subject, quantity, DISTRIBUTION, "s", meaning)


CATALOGUE: tuple[Metric, ...] = (
    Metric("orders", "offered", ("rate",), "/s", "orders placed by customers, per second"),
    Metric("orders", "placed", ("count",), "", "orders placed"),
    Metric("orders", "delivered", ("count", "rate"), "", "orders handed over at the door"),
    Metric("orders", "failed", ("count",), "", "given up: sold out, unpaid, timed out, without a driver"),
    Metric("orders", "cancelled", ("count",), "", "orders given up by the customer"),
    Metric("orders", "in_flight", ("count",), "", "orders still open when the run ends"),
    Metric("orders", "carried_in", ("count",), "", "orders already open when the measured span begins"),
    Metric("orders", "completion", ("ratio",), "ratio", "delivered, of orders that ended or are open for an hour"),
    _times("order", "latency", "click to the platform's answer, of orders taken (#41)"),
    _times("assignment", "latency", "from eligibility (payment done, deferral over) to the commit that held"),
    _times("assignment", "since_payment", "from payment to that commit, deferral included (#97)"),
    Metric("assignment", "declined", ("ratio",), "ratio", "offers declined or not answered (#114)"),
    Metric("assignment", "conflict", ("ratio",), "ratio", "commits lost to another transaction, whole run (A33)"),
    Metric("assignment", "double", ("count",), "", "offers to a driver with an active order (F5)"),
    Metric("inventory", "conflict", ("ratio",), "ratio", "stock transactions lost to a newer version, whole run (#53)"),
    Metric("inventory", "oversold", ("count",), "", "items sold beyond their stock"),
    _times("delivery", "click_to_door", "placed to handed over at the door"),
    _times("delivery", "preparation", "placed to ready"),
    _times("delivery", "food_wait", "ready to picked up"),
    _times("delivery", "lateness", "handed over after the promise, 0 when on time; needs a trace's promises"),
    Metric("delivery", "on_time", ("ratio",), "ratio", "delivered by the promise; needs a trace's promises"),
    _times("driver", "wait", "at the restaurant before the food is ready"),
    _times("driver", "pickup_travel", "from taking the offer to the restaurant"),
    _times("driver", "cycle", "from the commit to the release at the door (#17)"),
    Metric("driver", "utilization", ("mean",), "ratio", "share of on-shift time with an order"),
    Metric("driver", "on_shift", ("mean",), "", "drivers on shift"),
    Metric("kitchen", "utilization", ("mean", "max"), "ratio", "busy share of cooks, over kitchens"),
    _times("kitchen", "wait", "order taken by the kitchen until a cook starts"),
    Metric("eta", "error", ("mean", "p50", "p95"), "s", "delivered minus the delivery named at assignment"),
    Metric("gps", "offered", ("rate",), "/s", "fixes sent by drivers"),
    _times("gps", "latency", "fix sent to last known position updated"),
    Metric("gps", "completion", ("ratio",), "ratio", "fixes processed by the end, of those sent"),
    Metric("gps", "rejected", ("ratio",), "ratio", "fixes refused by a full queue"),
    Metric("location", "stale", ("count",), "", "fixes after a newer one of the same driver (F22)"),
    _times("tracking", "latency", "fix sent to shown on the customer's map (#115)"),
    Metric("station.<name>", "utilization", ("mean",), "ratio", "busy share of all servers"),
    Metric("station.<name>", "queue", ("mean",), "", "jobs waiting"),
    Metric("station.<name>", "wait", ("mean", "max"), "s", "arrival to start of service"),
    Metric("station.<name>", "throughput", ("rate",), "/s", "services started"),
    Metric("station.<name>", "rejected", ("count",), "", "jobs refused by a full queue"),
)  # fmt: skip


def catalogue(stations: Iterable[str]) -> dict[str, Metric]:
    """Every metric name of a scenario with these stations."""
    names: dict[str, Metric] = {}
    for metric in CATALOGUE:
        if metric.subject == "station.<name>":
            for station in stations:
                concrete = Metric(f"station.{station}", metric.quantity, metric.statistics, metric.unit, metric.meaning)
                names.update(dict.fromkeys(concrete.names, concrete))
        else:
            names.update(dict.fromkeys(metric.names, metric))
    return names


def unit_of(metric: Metric, statistic: str) -> str:
    """The unit of one statistic: a rate of a count is per second."""
    return "/s" if statistic == "rate" else metric.unit
