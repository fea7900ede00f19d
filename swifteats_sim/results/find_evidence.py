"""Findings that say "not enough evidence": runs too short for how busy they are, and targets that are not decided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.precision import UNCOUNTABLE, width
from swifteats_sim.results.verdict import Judgement
from swifteats_sim.results.wording import several
from swifteats_sim.scenario.units import format_value

KNOWN_TO = 0.05
"""Share of a mean queue to which it should be known."""
NORMAL = 1.96
BUSY = 0.5
WAITS = 0.1
"""Share of a service that the mean wait must be, for anybody to ask about it."""
FEW = 3
"""Targets that are named."""


def services_needed(utilization: float, precision: float = KNOWN_TO) -> float:
    """Services after which the mean number in an M/M/1 queue is known to this share (95 %); infinite at full load.

    By its asymptotic variance (Whitt, "Planning queueing simulations", Management Science 35(11), 1989): 170,000 at
    80 % load, 650,000 at 90 %, 2.5 million at 95 %, 62 million at 99 %. Other queues need more or less by how much more
    or less their arrivals and services vary.
    """
    if utilization >= 1:
        return math.inf
    rho = utilization
    relative = 2 * (1 + 4 * rho - 4 * rho**2 + rho**3) / (rho * (1 - rho) ** 2)
    return rho * relative * (NORMAL / precision) ** 2


def too_short(evidence: Evidence) -> Finding | None:
    """The station whose waits this run is shortest for; none where the interval of its mean wait is narrow already."""
    short = {
        name: lack
        for name in evidence.of_subjects("station.", "utilization.mean")
        if (lack := _lack(evidence, name)) > 1
    }
    if not short:
        return None
    station = max(short, key=lambda name: short[name])
    busy, served = (
        evidence.mean(f"station.{station}.utilization.mean") or 0.0,
        evidence.totals("stations")[station]["visits"],
    )
    needed = services_needed(busy)
    takes = f"about {_round(needed)}" if math.isfinite(needed) else "more than any number of"
    text = (
        f"Not enough evidence for waits at {station}: it is {percent(busy)} busy, where a mean queue is known to "
        f"{KNOWN_TO:.0%} after {takes} services (M/M/1); this run had {served:,.0f}. {_longer(short[station])}"
    )
    return Finding("too-short", text.replace("5%", "5 %"), ())


def undecided(judgements: Sequence[Judgement], evidence: Evidence) -> Finding | None:
    """Targets whose interval straddles the limit, with about how many replications would put it on one side."""
    open_ = [
        each for each in judgements if each.verdict == "inconclusive" and each.ci95 and each.target.operator != "=="
    ]
    clauses = [clause for each in open_ if (clause := _undecided(each, evidence))]
    if not clauses:
        return None
    more = [f"{len(clauses) - FEW} more"] if len(clauses) > FEW else []
    return Finding("undecided", f"Not enough evidence to decide {'; '.join([*clauses[:FEW], *more])}.", ())


def _lack(evidence: Evidence, station: str) -> float:
    """By what factor services are too few; 0 where nobody waits to speak of, or it is known well enough."""
    busy, row = evidence.mean(f"station.{station}.utilization.mean") or 0.0, evidence.totals("stations")[station]
    wait = f"station.{station}.wait.mean"
    if wait not in evidence.estimates or busy < BUSY or not row["visits"]:
        return 0.0
    if row["wait"] < WAITS * row["busy"] or width(wait, evidence.estimates[wait]).share <= KNOWN_TO:
        return 0.0
    return services_needed(busy) / row["visits"]


def _longer(lack: float) -> str:
    if not math.isfinite(lack) or lack > UNCOUNTABLE:
        return "It has no room left: no run is long enough."
    return f"{float(f'{lack:.2g}'):,.3g} times as long a run, or as many replications more, would do."


def _undecided(judged: Judgement, evidence: Evidence) -> str | None:
    estimate = evidence.estimates[judged.target.metric]
    found, gap = width(judged.target.metric, estimate), abs(estimate.value - judged.target.limit)
    if found.half is None or found.half < gap:
        return None
    name = f"{judged.target.metric.rpartition('.')[0]} {judged.target.text}"
    needed = replace(found, share=found.half / gap).needed(1.0) if gap else UNCOUNTABLE
    told = f"{format_value(estimate.value, judged.unit)} ± {format_value(found.half, judged.unit)}"
    many = several(float(_round(needed).replace(",", "")), "replication", "replications")
    would = f"about {many} would tell, if the mean stays" if needed < UNCOUNTABLE else "its mean is the limit"
    return f"{name} ({told}: {would})"


def _round(number: float) -> str:
    return f"{float(f'{number:.2g}'):,.0f}"
