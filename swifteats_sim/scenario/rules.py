"""Parameters of the platform's rules: ordering, assignment and estimates, with every variant that the notes coded."""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, WithJsonSchema

from swifteats_sim.scenario.distributions import DurationLaw
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Duration, Length, PositiveDuration, Ratio, Speed

Inventory = Literal["versioned", "for_update", "none"]
GiveBack = Literal["always", "never"]
Creation = Literal["idempotent", "repeated"]
Publishing = Literal["outbox", "awaited", "fire_and_forget"]
Discipline = Literal["least_slack", "fifo"]
Deferral = Literal["corrected", "off", "as_written"]
Commit = Literal["transaction", "check_then_set", "cas_unversioned", "advisory_lock", "none"]
Release = Literal["drop_off", "ttl"]
Preparation = Literal["estimate", "constant"]
EtaMethod = Literal["pickup_aware", "notes", "buffered", "degrees"]
POLICIES = ("arrival_fit", "nearest", "notes_score", "fair_share")
_MODULE_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


def is_module_path(text: str) -> bool:
    """Whether a text is of the form `package.module:Name`."""
    return len(text) <= 200 and _MODULE_PATH.fullmatch(text) is not None


def _is_ours(text: str) -> str:
    """A file never makes a user's code run: only the command line may name a module."""
    if text in POLICIES:
        return text
    known = f"{', '.join(map(repr, POLICIES[:-1]))} or {POLICIES[-1]!r}"
    if ":" in text or "." in text:
        raise ValueError(f"must be {known}; a module is imported only for `--policy package.module:Name`")
    raise ValueError(f"must be {known}")


PolicyName = Annotated[str, AfterValidator(_is_ours), WithJsonSchema({"enum": list(POLICIES), "type": "string"})]
"""A policy of ours; `--policy` puts the path and the digest of a user's own one in its place."""


class Ordering(Frozen):
    """Order creation: inventory, the mocked payment and the hand-over to assignment (A12, A15-A19)."""

    items: int = default(50, gt=0, le=10_000, description="items on a restaurant's menu (F9)")
    lines: int = default(3, gt=0, le=50, description="an order has 1 to this many different items, evenly")
    prepared: Ratio = default("50 %", le=1, description="share of items cooked ahead (A15); the rest is made to order")
    stock: int = default(
        100, ge=0, le=1_000_000, description="portions of a prepared item at the start, and at most (A15, A17)"
    )
    capacity: int = default(
        100, ge=0, le=1_000_000, description="portions of a made-to-order item in the making at one time (A16)"
    )
    batch: int = default(10, gt=0, le=1_000_000, description="portions of a prepared item cooked anew, at most (A17)")
    replenish_every: PositiveDuration = default("15 min", description="how often that happens (A17 says nothing; ours)")
    inventory: Inventory = default(
        "versioned",
        description="versioned: compare-and-set; for_update: row locks as well (C37); none: read, then write (A15)",
    )
    inventory_attempts: int = default(
        3, gt=0, le=100, description="tries of the reservation on a version conflict (A19)"
    )
    inventory_backoff: Duration = default("10 ms", description="before the second try; doubles each time (A19)")
    give_back: GiveBack = default(
        "always",
        description="when an order fails, is cancelled or is cooked; never: stock and capacity drain away (C36)",
    )
    creation: Creation = default(
        "idempotent", description="repeated: a client's second try makes a second order, there is no key (C33)"
    )
    payment_success: Ratio = default("95 %", le=1, description="of one attempt (A18)")
    payment_attempts: int = default(2, gt=0, le=100, description="tries of the payment (A18)")
    publish: Publishing = default(
        "outbox",
        description="of the assignment request; outbox: stored with the order and relayed; awaited: by the order "
        "itself, whatever it holds (C30); fire_and_forget: a broker that is away loses it (C31)",
    )
    relay_every: PositiveDuration = default("100 ms", description="how often the outbox is emptied (ours)")


class Assignment(Frozen):
    """Which driver gets an order, and when it is decided (A27..A37)."""

    discipline: Discipline = default("least_slack", description="fifo is what the notes' code does (C4)")
    deferral: Deferral = default(
        "corrected",
        description="corrected: an order waits while its slack is over the tolerance; as_written: while its driver "
        "would be late by more than that (C1, C2)",
    )
    tolerance: Duration = default("2 min", description="of the deferral (A32)")
    requeue: PositiveDuration = default(
        "30 s", description="as_written: how long an order is put back each time (A32 says nothing; ours)"
    )
    commit: Commit = default(
        "transaction",
        description="transaction: versions of driver and order, and a guard by driver (A33, A34); check_then_set "
        "(C14); cas_unversioned: an order's version stays as it was (C24); advisory_lock (A35); none",
    )
    lock_ttl: PositiveDuration = default("10 s", description="of the advisory lock (A35)")
    release: Release = default("drop_off", description="ttl: a driver is free when his lock expires, not before (C12)")
    ttl: PositiveDuration = default("3600 s", description="of that lock; it may expire during a delivery (A29, C13)")
    policy: PolicyName = default(
        "arrival_fit",
        description="ranks the candidates; notes_score as coded (A30, C5, C6); all but fair_share forget who has had "
        "how much work (C9)",
    )
    radius: Length = default("5 km", gt=0, description="of the candidate search (#108)")
    search: Literal["live", "ghosts"] = default(
        "live", description="ghosts: drivers who have logged off, or send no fix, stay candidates (C10)"
    )
    live_fix: PositiveDuration = default("30 s", description="a driver without a newer fix is no candidate (A43)")
    availability: Literal["batched", "sequential"] = default(
        "batched", description="sequential: one read for every driver in the radius, one after the other (C11)"
    )
    availability_read: DurationLaw = default(
        "uniform(1 ms, 3 ms)", description="of one such read (budgets.csv redis_get_per_candidate)"
    )
    candidates: int = default(
        10, gt=0, le=10_000, description="ranked drivers tried before the request counts as failed (A33)"
    )
    preparation: Preparation = default(
        "estimate", description="the kitchen's estimate, aged; constant: always `preparation_constant` (C7)"
    )
    preparation_constant: Duration = default("10 min", description="what the notes' code assumes (C7)")
    failure: Literal["retry", "terminal"] = default(
        "retry", description="of a search without a driver; terminal: nobody tries again (C17)"
    )
    retry_no_driver: PositiveDuration = default("60 s", description="pause after a search without a driver (A36)")
    retry_error: PositiveDuration = default(
        "30 s", description="pause after every candidate was lost to another order (A36)"
    )
    attempts: int = default(
        90,
        gt=0,
        le=100_000,
        description="failed searches before it is a dead letter (A24) and the order fails",
    )
    decline: Literal["reassign", "never"] = default(
        "reassign", description="an offer declined or not answered is asked anew, version + 1 (A37); never (C16)"
    )


class Eta(Frozen):
    """The arrival that customers are told."""

    method: EtaMethod = default(
        "pickup_aware",
        description="pickup_aware: preparation and way overlap until the pick-up; notes: both ways for ever, no "
        "preparation, whole minutes, 5 at least (A52, C8, C57, C58); buffered: preparation, trip and a buffer (A51); "
        "degrees: the same with degrees taken for metres (C53)",
    )
    buffer: Duration = default("15 min", description="of `buffered` and `degrees` (A51)")
    buffered_speed: Speed = default("20 km/h", gt=0, description="of `buffered` (A51)")
    notes_speed: Speed = default("30 km/h", gt=0, description="of `notes` (A52)")
    floor: Duration = default("5 min", description="of each estimate by `notes` (C8)")


class Rules(NamedTuple):
    """The parameters of every rule, by the names of their sections. Only where there is a city is any rule applied."""

    ordering: Ordering
    assignment: Assignment
    eta: Eta
