"""Defects of what people are told: when the food comes, and where the driver is."""

from __future__ import annotations

import numpy as np

from swifteats_sim.results.defect import FEW, Columns, Defect, deliveries_of, minutes
from swifteats_sim.results.evidence import Evidence, percent
from swifteats_sim.results.span import MINUTE
from swifteats_sim.scenario.quantities import SECOND

SAME = 10 * SECOND
"""Spread of what is added to the preparation, from middle to middle four fifths, of an estimate without distance."""
LEAST = 0.25
"""Share of deliveries that must be named as the very soonest for a floor to be seen."""
GROWS = MINUTE
"""By how much the time still to come must grow from pick-up to door."""
LEFT_OUT = 0.5
"""Share of the food's remaining time that an estimate must leave out."""
SPREAD = MINUTE
"""Of the waits that lie ahead, below which a slope over them says nothing."""
SURE = 4.0
"""Standard errors that the slope must be away from none."""
EXPIRED = 0.01


def rounded_estimates(evidence: Evidence) -> str | None:
    """C8: every estimate is a whole number of minutes, and many are the least that may be named."""
    orders = _named(evidence)
    ahead = orders["eta"] - orders["assigned"]
    if ahead.size < FEW or (ahead % MINUTE).any():
        return None
    soonest = ahead.min()
    share = float((ahead == soonest).mean())
    if share <= LEAST:
        return None
    return (
        f"Deliveries are named in whole minutes from now, {percent(share)} of them as {minutes(float(soonest))}, the "
        "least there is: short trips cannot be told apart."
    )


def estimates_without_distance(evidence: Evidence) -> str | None:
    """C53: the way to the customer takes no time."""
    orders = _named(evidence)
    added = orders["eta"] - orders["assigned"] - np.maximum(orders["preparation_left"], 0)
    if added.size < FEW or np.ptp(np.quantile(added, (0.1, 0.9))) >= SAME:
        return None
    return (
        f"Named deliveries do not depend on the distance: each is the food's estimate and "
        f"{minutes(float(np.median(added)))} more, near or far."
    )


def expired_fixes(evidence: Evidence) -> str | None:
    """C54: messages are thrown away because they are too old when their turn comes."""
    born, expired = evidence.flow_totals("born"), evidence.flow_totals("expired")
    clauses = [
        f"{percent(expired[name] / born[name])} of {born[name]:,} in {name}"
        for name in born
        if expired[name] > EXPIRED * born[name]
    ]
    return f"Too old when their turn came, and thrown away: {'; '.join(clauses)}." if clauses else None


def receding_arrival(evidence: Evidence) -> str | None:
    """C57: the time still to come grows as the driver comes closer: a buffer would only stay (A51)."""
    orders = deliveries_of(evidence)
    known = (orders["eta_at_pickup"] >= 0) & (orders["eta_at_door"] >= 0)
    begun, at_door = (
        (orders[named] - orders[now])[known]
        for named, now in (("eta_at_pickup", "picked_up"), ("eta_at_door", "at_door"))
    )
    if begun.size < FEW or (at_door - begun).mean() <= GROWS:
        return None
    return (
        f"The named arrival moves away as the driver comes closer: at the pick-up it is {minutes(float(begun.mean()))} "
        f"ahead on average, at the door {minutes(float(at_door.mean()))}: the way to the restaurant is never over."
    )


def forgotten_preparation(evidence: Evidence) -> str | None:
    """C58: estimates leave out that the driver has to wait for the food."""
    orders = _named(evidence)
    wait = np.maximum(orders["slack"], 0).astype(np.float64)
    error = (orders["delivered"] - orders["eta"]).astype(np.float64)
    if wait.size < FEW or wait.std() < SPREAD:
        return None
    slope = float(np.cov(wait, error)[0, 1] / wait.var(ddof=1))
    residual = error - error.mean() - slope * (wait - wait.mean())
    doubt = float(residual.std(ddof=2) / (wait.std() * np.sqrt(wait.size)))
    if slope <= LEFT_OUT or slope <= SURE * doubt:
        return None
    early = wait > 0
    return (
        f"Estimates leave the preparation out: for each minute that a driver was going to wait for the food, the order "
        f"came {slope:.1f} min later than named; {minutes(float(wait[early].mean()))} of waiting lay ahead of "
        f"{percent(float(early.mean()))} of drivers."
    )


def _named(evidence: Evidence) -> Columns:
    """The deliveries with an instant that was named at the assignment."""
    orders = deliveries_of(evidence)
    known = (orders["eta"] >= 0) & (orders["assigned"] >= 0)
    return {name: values[known] for name, values in orders.items()}


TELLING = (
    Defect(("C8", "A52"), rounded_estimates),
    Defect(("C53", "A51"), estimates_without_distance),
    Defect(("C54", "#124"), expired_fixes),
    Defect(("C57", "A52"), receding_arrival),
    Defect(("C58", "A52"), forgotten_preparation),
)
"""The defects of this kind."""
