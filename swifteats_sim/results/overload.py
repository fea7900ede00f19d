"""Could a station be offered more than it can serve? Then a run that shows no growth was only too short to show it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from swifteats_sim.results.span import rows, sampled, series_of
from swifteats_sim.results.tables import Tables

QUEUE = "queue."
CHANCE = 3.0
"""Standard errors by which the load offered must stay below what a station can serve."""
VARIANCE = 2.0
"""Of the work that a job brings, over its mean squared, with the chance of its coming: of Poisson arrivals with
exponential services. Theirs is less that vary less."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came to a station over the measured span, as a share of what it can serve. error : standard error."""

    station: str
    offered: float
    error: float


def loads(tables: Tables) -> dict[str, Load]:
    """Of each station that serves whatever comes, by the column of its queue in `series`.

    One that turns jobs away, or whose jobs give up, can be offered any load.
    """
    sheds = _shedding(tables)
    found = {}
    for name, station in rows(tables, "stations"):
        backlog = QUEUE + name
        if station["visits"] and not station["rejected"] and backlog not in sheds:
            found[backlog] = _load(tables, name, station["visits"], station["busy"] / station["servers"])
    return found


def _load(tables: Tables, name: str, visits: float, busy: float) -> Load:
    """busy : ns of each server, all in all. Who waits at the end, and did not at the beginning, came too."""
    came = max(visits + _grown(tables, QUEUE + name), 1.0)
    offered = came / visits * busy / (tables.end - tables.warmup)
    return Load(name, offered, offered * math.sqrt(VARIANCE / came))


def _grown(tables: Tables, backlog: str) -> float:
    if backlog not in tables.series.columns:
        return 0.0
    levels = series_of(tables, backlog)[sampled(tables)]
    return float(levels[-1] - levels[0]) if levels.size else 0.0


def _shedding(tables: Tables) -> frozenset[str]:
    flows = (name for name, flow in tables.flows.items() if flow.rejected or flow.abandoned)
    return frozenset(column for name in flows for column in tables.paths.get(name, ()))


def overloaded(replications: Sequence[Load]) -> str | None:
    """In a clause, that a station may be offered more than it can serve; None where that can be ruled out."""
    count = len(replications)
    offered = sum(each.offered for each in replications) / count
    error = math.sqrt(sum(each.error**2 for each in replications)) / count
    if offered + CHANCE * error < 1:
        return None
    told = f"{100 * offered:.3g} % of what it can serve, give or take {200 * error:.2g} points"
    return f"{replications[0].station} was offered {told}: too short a run to tell it from an overload"
