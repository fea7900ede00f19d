"""Defects of the queue for drivers: which request goes first, how long it is held back, and who forgets it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from swifteats_sim.results.defect import FEW, Defect, counted, minutes, offers_of
from swifteats_sim.results.evidence import Evidence, percent
from swifteats_sim.results.measure_offers import REFUSED
from swifteats_sim.results.span import MINUTE, Nanoseconds, instants, series_of, text
from swifteats_sim.results.tables import Tables

OVERTAKEN = 0.01
"""Share of commits past a more urgent request from which order of arrival, not slack, seems to rule."""
OUTLASTS = 0.01
"""Share of orders held back whose deferral outlasts their food by more than a minute."""
SETTLES = 5 * MINUTE
"""Time before the end of a run in which nothing needs to have come of a request yet."""
FEWEST_REFUSED = 3


class Fate(NamedTuple):
    """What became of refused offers and of paid orders that are open at the end.

    refused : offers turned down or not answered; asked_again : those whose order was offered again;
    left : open orders whose last offer was refused; bare : open orders without any offer.
    """

    refused: int
    asked_again: int
    left: int
    bare: int


def late_deferral(evidence: Evidence) -> str | None:
    """C1: orders are held back whose driver would come after the food."""
    late = int(np.maximum(offers_of(evidence)["deferred_late"], 0).sum())
    if not late:
        return None
    return (
        f"Deferral is the wrong way round: {late:,} times an order was held back although every driver would have "
        "come after its food."
    )


def endless_deferral(evidence: Evidence) -> str | None:
    """C2: deferral goes on although the food is ready."""
    held, beyond = _held_back(evidence)
    long = beyond[beyond > MINUTE]
    forgotten = sum(_forgotten(each) for each in evidence.tables)
    if len(long) <= OUTLASTS * held and not forgotten:
        return None
    length = f", for {minutes(float(long.mean()))} on average" if len(long) else ""
    return (
        f"Deferral does not end: {len(long):,} of {held:,} requests were still held back more than a minute after "
        f"their food was ready{length}; {forgotten:,} orders whose food was long ready had no offer at the end, with "
        "drivers idle."
    )


def arrival_order(evidence: Evidence) -> str | None:
    """C4: requests are decided as they come."""
    overtaken = offers_of(evidence)["overtaken"]
    known = int((overtaken >= 0).sum())
    past = int((overtaken == 1).sum())
    if known < FEW or past <= OVERTAKEN * known:
        return None
    return (
        f"Urgent orders wait behind others: {percent(past / known)} of {known:,} commits were made while the same "
        "consumer held a request with less slack."
    )


def no_second_offer(evidence: Evidence) -> str | None:
    """C16: nobody asks again after a driver has said no, or nothing."""
    fates = [_fate(each) for each in evidence.tables]
    refused, again, left = (sum(getattr(each, name) for each in fates) for name in ("refused", "asked_again", "left"))
    if refused < FEWEST_REFUSED or again or not left or not counted(evidence, "stranded"):
        return None
    return (
        f"A refusal is the end: none of {refused:,} orders whose driver declined or did not answer was offered to "
        f"another one, and {left:,} of them are open at the end with nobody looking."
    )


def one_search(evidence: Evidence) -> str | None:
    """C17: an order for which no driver was found at first is never looked at again."""
    gone = counted(evidence, "lost_requests") + sum(_lost_requests(each) for each in evidence.tables)
    fates = [_fate(each) for each in evidence.tables]
    left = counted(evidence, "stranded") - gone - sum(each.left for each in fates)
    bare = min(left, sum(each.bare for each in fates))
    if bare <= 0:
        return None
    return (
        f"A search in vain is the end: {bare:,} paid orders without any offer are open at the end, and nobody looks "
        "for a driver any more."
    )


def unread_requests(evidence: Evidence) -> str | None:
    """C46: requests count as read before they are done, and a consumer that dies forgets them."""
    lost = sum(_lost_requests(each) for each in evidence.tables)
    if not lost:
        return None
    again = evidence.totals("topics")["assignment"]["duplicates"]
    return (
        f"{lost:,.0f} assignment requests were lost after they had been published: they counted as read, or as "
        f"written, before they were; {again:,.0f} came twice. Their orders wait for a driver in vain."
    )


def _held_back(evidence: Evidence) -> tuple[int, Nanoseconds]:
    """How many offers were deferred at all, and by how much each of these outlasted its food (ns)."""
    held, beyond = 0, [np.empty(0, dtype=np.int64)]
    for tables in evidence.tables:
        offers = tables.offers[instants(tables.offers, "deferred") > 0]
        orders = pd.Series(instants(tables.orders, "ready"), index=instants(tables.orders, "order"))
        ready = orders.reindex(instants(offers, "order"), fill_value=-1).to_numpy(dtype=np.int64)
        after = instants(offers, "eligible") - np.maximum(ready, instants(offers, "taken"))
        beyond.append(np.minimum(after, instants(offers, "deferred"))[ready >= 0])
        held += len(offers)
    return held, np.concatenate(beyond)


def _forgotten(tables: Tables) -> int:
    """Open orders without an offer whose food has long been ready, where late orders are held back and drivers idle."""
    idle = series_of(tables, "idle_drivers")
    if not (instants(tables.offers, "deferred_late") > 0).any() or not idle.size or not idle[-1]:
        return 0
    number, closed, ready = (instants(tables.orders, each) for each in ("order", "closed", "ready"))
    long = (closed < 0) & (ready >= 0) & (ready < tables.end - SETTLES)
    return int((long & ~np.isin(number, instants(tables.offers, "order"))).sum())


def _fate(tables: Tables) -> Fate:
    offers = tables.offers.sort_values(["order", "committed"], kind="stable")
    last = ~offers["order"].duplicated(keep="last").to_numpy()
    refused = np.isin(text(offers, "outcome"), REFUSED)
    settled = refused & (instants(offers, "answered") < tables.end - SETTLES)
    number, closed, paid = (instants(tables.orders, each) for each in ("order", "closed", "paid"))
    waiting = number[(closed < 0) & (paid >= 0) & (paid < tables.end - SETTLES)]
    return Fate(
        int(settled.sum()),
        int((settled & ~last).sum()),
        int(np.isin(instants(offers, "order")[settled & last], waiting).sum()),
        int((~np.isin(waiting, instants(offers, "order"))).sum()),
    )


def _lost_requests(tables: Tables) -> int:
    of_requests = tables.topics[tables.topics["topic"] == "assignment"]
    return int(instants(of_requests, "lost").sum())


WAITING = (
    Defect(("C1", "A32"), late_deferral),
    Defect(("C2", "C1"), endless_deferral),
    Defect(("C4", "F2"), arrival_order),
    Defect(("C16", "A37", "#114"), no_second_offer),
    Defect(("C17", "A36"), one_search),
    Defect(("C46", "A23", "A26"), unread_requests),
)
"""The defects of this kind."""
