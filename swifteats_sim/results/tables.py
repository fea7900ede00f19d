"""What a run recorded: plain tables, from which every metric is a pure function.

Instants and durations are integer nanoseconds since the start of the run; -1 means "never".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from swifteats_sim.results.columns import CITY_COLUMNS
from swifteats_sim.results.distribution import Distribution


@dataclass(frozen=True)
class FlowRecord:
    """The jobs of one flow that were born in the measured span.

    latency : of those completed, entered to completed.
    wait : of those completed or abandoned, waited in all, of the attempts that were answered.
    finished : jobs completed inside the span, whenever born.
    born, completed, rejected, abandoned, failed, expired, dropped : jobs, by how they ended. Dropped jobs left at an
        `only_if`, expired ones at a `fresh`.
    stale : jobs that came after a newer one of their key; they are completed too.
    overwritten : stale jobs that were written over the newer one, and went on.
    calls, attempts, wasted : steps `retry` begun, what was tried in them, the first time included, and the attempts
        of these that ended after their client had left; 0 in a flow without one.
    messages, bytes : sent to clients.
    presence : ns in flight, summed over all jobs and clipped to the measured span.
    """

    latency: Distribution
    wait: Distribution
    born: int
    finished: int
    completed: int
    rejected: int
    abandoned: int
    failed: int
    stale: int
    overwritten: int
    expired: int
    dropped: int
    calls: int
    attempts: int
    wasted: int
    messages: int
    bytes: int
    presence: int

    @property
    def numbers(self) -> dict[str, int]:
        """Everything that is one number, by its name."""
        return {name: getattr(self, name) for name in FLOW_NUMBERS}


FLOW_NUMBERS = tuple(field.name for field in fields(FlowRecord) if field.name not in ("latency", "wait"))
"""Fields of a FlowRecord that are one number."""


@dataclass(frozen=True)
class Tables:
    """One replication's record. Counts and sums are of the measured span unless stated.

    geos : names of the geos, by number; none without a city.
    orders : a row an order in order of placement: ORDER_NUMBERS, ORDER_INSTANTS, state (text) and reason (text).
    offers : a row a committed assignment: OFFER_NUMBERS and outcome (OFFER_OUTCOMES).
    kitchens : a row a restaurant: restaurant, geo, cooks, orders, busy (ns, summed over cooks).
    shifts : a row a driver: driver, geo, on, off (as worked: off is when the driver really left, or the end).
    states : a row a change of a driver's state: driver, at, state (text).
    legs : a row a movement: driver, start, end, x0, y0, x1, y1 (metres).
    fixes : sampled fixes: driver, sent, known (processed; -1 never), x, y (true position when sent).
    stations : a row a station: servers, visits (services begun), busy, wait (of those visits, ns), queued (by all who
        waited, also those who gave up or wait still, ns), max_wait (of all, ns), rejected, scanned (ns, to look
        through all connections for one message, of those visits).
    pools : a row a pool: size, takes, held, wait (of those takes, ns), queued (by all, ns), max_wait (of all, ns),
        most (in use at one time), refused.
    caches : a row a cache: reads, hits, stale (hits on what had changed), evicted, stampedes (fills begun while the
        same key was being filled).
    topics : a row a topic: messages, bytes (logged), partitions, waited (ns that messages were logged and not done),
        most (of those at one time), lost, unreplicated (of the lost, with the leader that alone had them), scattered
        (in another partition than the last one of their key), mixed (behind one of another geo in their partition),
        keys, reached (different keys, and partitions with messages, of the whole run), duplicates (handled once more),
        dead (letters).
    streams : a row a stream: sent, delivered, refused, silent, away, elsewhere (messages, and those that missed their
        client: there was no slot for him; his connection was broken, and nobody subscribed again; it is broken just
        now; he is at another process).
    series : a row a minute of the run (warm-up included), the last one at the end of the run, however long that
        minute is: at (end of the minute); over the minute `busy.<station>`
        (mean busy servers) and `done.<flow>` (jobs completed); at its end `queue.<station>` (jobs waiting),
        `waiting.<pool>` and `in_flight.<flow>` (jobs),
        `lag.<topic>` (messages logged and not done). With a city also placed, delivered,
        unanswered_orders, open_orders, unassigned_orders, idle_drivers (on shift, and have nothing to do), busy_drivers
        (have an order, in truth, whatever their records say).
    flows : per flow name, such as "gps".
    delays : per topic, from logged to taken by a consumer, of messages logged in the span.
    paths : per flow the columns of `series` that must not grow for its numbers to mean anything, its own jobs first:
        queues, pools and topics that it meets, and the same of the flows that it starts.
    counts : totals of the run: events; with a city also double_assignments (offers to a driver with an active order),
        rivals (offers of an order that another driver had), stranded (paid orders, open at the end, for which nobody
        looks for a driver any more and none is under way), dead_requests, oversold, leaked and phantoms (portions
        sold beyond the stock; missing from it without an owner; on record and not there), replenished, low_stock
        (items seen to be almost gone, A17), reserve_tries, reserve_conflicts, reserve_waits (of orders that reserve
        their items: transactions, those that another one came before, those that waited for a lock), commit_tries,
        commit_conflicts, lost_requests (messages that no broker took), leader_waits (requests whose customer waited
        until the topic had a leader), leader_waited (by these, ns), stale_reads.

    Columns hold int64 or text; x and y are float64, and so may sums over a crowd be (busy, wait, queued, held,
    waited): three million messages behind for an hour are more ns than an int64 holds.
    """

    warmup: int
    end: int
    geos: tuple[str, ...]
    orders: pd.DataFrame
    offers: pd.DataFrame
    kitchens: pd.DataFrame
    shifts: pd.DataFrame
    states: pd.DataFrame
    legs: pd.DataFrame
    fixes: pd.DataFrame
    stations: pd.DataFrame
    pools: pd.DataFrame
    caches: pd.DataFrame
    topics: pd.DataFrame
    streams: pd.DataFrame
    series: pd.DataFrame
    flows: Mapping[str, FlowRecord]
    delays: Mapping[str, Distribution]
    paths: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, int]

    @property
    def has_city(self) -> bool:
        """Whether there was a city around the stack."""
        return bool(self.geos)


def without_city() -> dict[str, pd.DataFrame]:
    """The tables of a city for a run that has none: empty, with their columns."""
    return {name: pd.DataFrame(columns=list(columns)) for name, columns in CITY_COLUMNS.items()}
