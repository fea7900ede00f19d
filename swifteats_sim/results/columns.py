"""The columns of a run's tables: their names and what they mean.

Instants and durations are integer nanoseconds since the start of the run; -1 means "never".
"""

from __future__ import annotations

from collections.abc import Mapping

NEVER = -1

ORDER_INSTANTS = (
    "placed", "paying", "answered", "paid", "accepted", "cooking", "ready", "estimated_ready", "eligible", "assigned",
    "departed", "at_restaurant", "picked_up", "left", "at_door", "delivered", "closed", "promised", "eta",
    "eta_at_pickup", "eta_at_door",
)  # fmt: skip
"""Columns of `orders`, in the order a good order passes them.

paying: the payment begins; answered: the platform's answer to the customer; accepted: the kitchen takes it;
estimated_ready: as the platform believes; eligible: the latest end of deferral; assigned: the commit of the driver
who took it; departed, left: his leg to the restaurant begins, and the one to the door; closed: delivered, failed or
cancelled; promised: the trace's promise; eta, eta_at_pickup, eta_at_door: delivery as the platform named it at
`assigned`, at the pick-up and at the door.
"""

ORDER_NUMBERS = (
    "order", "geo", "restaurant", "driver", "lines", "offers", "declines", "twin_of", "handed", "stranded", "held_back",
)  # fmt: skip
"""Columns of `orders` that are no instants.

driver: who took it, -1: nobody; twin_of: the order that a client's second try doubled (C33), -1: none; handed: ns that
both hand-overs took; stranded: 1 where at the end nobody looks for a driver and none is under way; held_back: 1 where
it is deferred at the end.
"""

OFFER_OUTCOMES = ("accepted", "declined", "no_answer", "cancelled", "open")
OFFER_NUMBERS = (
    "order", "driver", "attempt", "taken", "committed", "answered", "done", "released", "eligible", "deferred",
    "driverless", "deferred_late", "searched", "overtaken", "members", "ghost", "travel", "nearest", "slack",
    "best_gap", "preparation_left",
)  # fmt: skip
"""Columns of `offers` that are numbers; instants and durations in ns.

taken: a consumer takes the request from its log; done: the driver has nothing more to do with the order; released: the
platform counts the driver as free; eligible: the latest end of deferral; deferred, driverless: spent, between taken
and committed, in deferral and in pauses after searches in vain; deferred_late: deferrals begun although every driver
would come after the food; searched: the last search and its commit; overtaken: 1 where the consumer held a more urgent
request; members: drivers inside the radius; ghost: 1 where the driver was off shift; travel, nearest: estimated to the
restaurant, of this driver and of the nearest candidate; slack: estimated; best_gap: smallest gap of any candidate
between arrival and readiness; preparation_left: estimated.
"""

CITY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "orders": (*ORDER_NUMBERS, *ORDER_INSTANTS, "state", "reason"),
    "offers": (*OFFER_NUMBERS, "outcome"),
    "kitchens": ("restaurant", "geo", "cooks", "orders", "busy"),
    "shifts": ("driver", "geo", "on", "off"),
    "states": ("driver", "at", "state"),
    "legs": ("driver", "start", "end", "x0", "y0", "x1", "y1"),
    "fixes": ("driver", "sent", "known", "x", "y"),
}  # fmt: skip
"""Columns of the tables of the city; all of them are empty when a run has none."""

STACK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "stations": ("station", "servers", "visits", "busy", "wait", "queued", "max_wait", "rejected", "scanned"),
    "pools": ("pool", "size", "takes", "held", "wait", "queued", "max_wait", "most", "refused"),
    "caches": ("cache", "reads", "hits", "stale", "evicted", "stampedes"),
    "topics": (
        "topic", "messages", "bytes", "partitions", "waited", "most", "lost", "unreplicated", "scattered", "mixed",
        "keys", "reached", "duplicates", "dead",
    ),
    "streams": ("stream", "sent", "delivered", "refused", "silent", "away", "elsewhere"),
}  # fmt: skip
"""Columns of the tables of the stack: a row a part, the first column its name."""
