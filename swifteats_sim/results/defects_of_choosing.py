"""Defects of the choice of a driver: who is a candidate, how candidates are ranked, and how long that takes."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.defect import FEW, Columns, Defect, minutes, offers_of
from swifteats_sim.results.evidence import Evidence, percent
from swifteats_sim.results.measure_fairness import work_of
from swifteats_sim.results.span import MINUTE
from swifteats_sim.results.wording import several
from swifteats_sim.scenario.quantities import SECOND

WORSE = 2 * MINUTE
"""How much worse than the best fit a choice must be to be a fault: less may be the price of fairness (C9)."""
ASTRAY = 0.25
"""Share of urgent orders that go to a driver for whom nothing speaks; races for drivers cause some, too."""
SLOW = SECOND
READ = SECOND / 2000
"""Half a millisecond a driver: the budget of one read is 1 to 3 ms."""
LINKED = 0.5
UNFAIR = 0.5
BUSY = 5.0
"""Deliveries a driver, on average, below which chance alone makes work uneven."""


def early_drivers(evidence: Evidence) -> str | None:
    """C5: of drivers who come before the food, one is taken who waits longer than another would."""
    offers = _ranked(evidence)
    early = offers["slack"] > 0
    if early.sum() < FEW:
        return None
    longer = (offers["slack"] - offers["best_gap"])[early]
    if longer.mean() <= WORSE:
        return None
    return (
        f"The ranking rewards early arrival: where the driver came before the food, the wait was "
        f"{minutes(float(offers['slack'][early].mean()))} on average, {minutes(float(longer.mean()))} longer than with "
        "the candidate who fitted best."
    )


def arbitrary_drivers(evidence: Evidence) -> str | None:
    """C6: food is due, and the driver is neither the nearest nor fits nearly as well as another."""
    offers = _ranked(evidence)
    due = offers["preparation_left"] <= MINUTE
    detour = offers["travel"] - offers["nearest"]
    astray = due & (detour > 0) & (np.abs(offers["slack"]) - offers["best_gap"] > WORSE)
    if due.sum() < FEW or astray.sum() <= ASTRAY * due.sum():
        return None
    return (
        f"The most urgent orders get an arbitrary driver: of {due.sum():,} whose food was due, "
        f"{percent(astray.sum() / due.sum())} went to one who was not the nearest, "
        f"{minutes(float(detour[astray].mean()))} farther away on average."
    )


def constant_preparation(evidence: Evidence) -> str | None:
    """C7: the preparation time left is a constant."""
    left = _ranked(evidence)["preparation_left"]
    if left.size <= FEW or left.min() != left.max() or left[0] <= 0:
        return None
    return (
        f"The preparation time left is always {minutes(float(left[0]))}, in each of {left.size:,} assignments: slack "
        "says nothing about the food."
    )


def uneven_work(evidence: Evidence) -> str | None:
    """C9: some drivers get nearly all the work."""
    fairness = evidence.mean("driver.fairness.ratio")
    deliveries = np.concatenate([work_of(each).deliveries for each in evidence.tables])
    if fairness is None or fairness >= UNFAIR or deliveries.mean() < BUSY:
        return None
    idle = percent(float((deliveries == 0).mean()))
    return (
        f"Work is uneven: Jain's index of deliveries per hour on shift is {fairness:.2f} (1: the same for all), with "
        f"{deliveries.mean():,.1f} deliveries a driver on average and none for {idle} of them."
    )


def ghosts(evidence: Evidence) -> str | None:
    """C10: drivers who have logged off are chosen."""
    offered = int((offers_of(evidence)["ghost"] == 1).sum())
    if not offered:
        return None
    offers_made = several(offered, "offer was", "offers were")
    return f"{offers_made} made to drivers who were off shift: the search finds ghosts."


def one_by_one(evidence: Evidence) -> str | None:
    """C11: drivers in the radius are looked up one after the other."""
    offers = offers_of(evidence)
    known = (offers["searched"] >= 0) & (offers["members"] >= 0)
    searched, members = (offers[each][known].astype(np.float64) for each in ("searched", "members"))
    if searched.size < FEW or np.quantile(searched, 0.95) <= SLOW or not members.std() or not searched.std():
        return None
    linked = float(np.corrcoef(members, searched)[0, 1])
    each = linked * float(searched.std() / members.std())
    if linked <= LINKED or each <= READ:
        return None
    return (
        f"A search takes as long as there are drivers: {each / 1e6:,.1f} ms for each of {members.mean():,.0f} in the "
        f"radius, {searched.mean() / SECOND:,.1f} s on average."
    )


def _ranked(evidence: Evidence) -> Columns:
    """The offers of which the record knows the other candidates. A rival takes whoever is left (C24)."""
    offers = offers_of(evidence)
    known = (offers["nearest"] >= 0) & (offers["rival"] == 0)
    return {name: values[known] for name, values in offers.items()}


CHOOSING = (
    Defect(("C5", "A30"), early_drivers),
    Defect(("C6", "A30"), arbitrary_drivers),
    Defect(("C7", "A31"), constant_preparation),
    Defect(("C9", "A30"), uneven_work),
    Defect(("C10", "A43"), ghosts),
    Defect(("C11", "#109"), one_by_one),
)
"""The defects of this kind."""
