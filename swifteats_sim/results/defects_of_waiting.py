"""Defects of the queue for drivers: which request goes first, and who forgets it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swifteats_sim.results.defect import FEW, Defect, counted, offers_of
from swifteats_sim.results.defects_of_deferral import DEFERRAL, SETTLES
from swifteats_sim.results.evidence import Evidence, percent
from swifteats_sim.results.measure_offers import REFUSED
from swifteats_sim.results.span import instants, span_of, text
from swifteats_sim.results.tables import Tables
from swifteats_sim.results.wording import several

OVERTAKEN = 0.01
"""Share of commits past a more urgent request from which order of arrival, not slack, seems to rule."""
FEWEST_REFUSED = 3


class Fate(NamedTuple):
    """What became of refused offers, and of orders for which nobody looks at the end.

    refused : offers turned down or not answered; asked_again : those whose order was offered again;
    left : stranded orders whose last offer was refused; bare : those paid in the span, without any offer.
    """

    refused: int
    asked_again: int
    left: int
    bare: int


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
    if refused < FEWEST_REFUSED or again or not left:
        return None
    return (
        f"A refusal is the end: none of {several(refused, 'order', 'orders')} whose driver declined or did not answer "
        f"was offered to another one; {left:,} of them {'is' if left == 1 else 'are'} open at the end, and nobody "
        "looks for a driver any more."
    )


def one_search(evidence: Evidence) -> str | None:
    """C17: an order for which no driver was found at first is never looked at again."""
    gone = counted(evidence, "lost_requests") + sum(_lost(each, "lost") for each in evidence.tables)
    bare = sum(_fate(each).bare for each in evidence.tables) - gone
    if bare <= 0:
        return None
    return (
        f"A search in vain is the end: {several(bare, 'paid order', 'paid orders')} without any offer "
        f"{'is' if bare == 1 else 'are'} open at the end, and nobody looks for a driver any more."
    )


def unread_requests(evidence: Evidence) -> str | None:
    """C46: requests count as read before they are done, and a consumer that dies forgets them."""
    lost = sum(_lost(each, "lost") - _lost(each, "unreplicated") for each in evidence.tables)
    if not lost:
        return None
    again = evidence.totals("topics")["assignment"]["duplicates"]
    return (
        f"{several(lost, 'assignment request was', 'assignment requests were')} lost with a consumer that died: what "
        f"is read counts as done before it is; {again:,.0f} came twice. Their orders wait for a driver in vain."
    )


def _fate(tables: Tables) -> Fate:
    offers = tables.offers.sort_values(["order", "committed"], kind="stable")
    last = ~offers["order"].duplicated(keep="last").to_numpy()
    refused = np.isin(text(offers, "outcome"), REFUSED)
    settled = refused & (instants(offers, "answered") < tables.end - SETTLES)
    stranded = tables.orders[instants(tables.orders, "stranded") > 0]
    waiting, paid = (instants(stranded, each) for each in ("order", "paid"))
    bare = span_of(tables).holds(paid) & ~np.isin(waiting, instants(offers, "order"))
    return Fate(
        int(settled.sum()),
        int((settled & ~last).sum()),
        int(np.isin(instants(offers, "order")[settled & last], waiting).sum()),
        int(bare.sum()),
    )


def _lost(tables: Tables, column: str) -> int:
    """Assignment requests that were lost, by a column of the table of topics."""
    of_requests = tables.topics[tables.topics["topic"] == "assignment"]
    return int(instants(of_requests, column).sum())


WAITING = (
    *DEFERRAL,
    Defect(("C4", "F2"), arrival_order),
    Defect(("C16", "A37", "#114"), no_second_offer),
    Defect(("C17", "A36"), one_search),
    Defect(("C46", "A23"), unread_requests),
)
"""The defects of this kind, those of deferral first."""
