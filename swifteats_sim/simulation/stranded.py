"""Paid orders for which nobody looks for a driver any more: what a record says of them, and who still holds them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from swifteats_sim.domain.messages import ORDERS, AssignmentRequest
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.consumer import Consumer
from swifteats_sim.stack.store import Store


def stranded(
    orders: pd.DataFrame,
    offers: pd.DataFrame,
    store: Store,
    topic: Topic,
    consumers: Iterable[Consumer],
    closing: Iterable[int] = (),
) -> list[int]:
    """The orders that are paid, open, in nobody's hands and in no log, while no driver is under way (C16, C17, C31).

    A request that is stored and has not come to the broker is on its way there, unless it was lost. closing : orders
    that somebody is closing now.
    """
    waiting = orders.loc[(orders["paid"] >= 0) & (orders["closed"] < 0), "order"].tolist()
    served = dict.fromkeys(offers.loc[offers["done"] < 0, "order"].tolist())
    held = dict.fromkeys(order for consumer in consumers for order in consumer.holds())
    logged = dict.fromkeys(_request(message).order for log in topic.logs for _, message in log)
    sought, came = {**served, **held, **logged, **dict.fromkeys(closing)}, _latest(topic)
    return [order for order in waiting if order not in sought and _came(store, order, came.get(order, 0))]


def _latest(topic: Topic) -> dict[int, int]:
    """The version of each order's latest request that came to the broker, or was lost."""
    latest = dict[int, int]()
    for message in topic.came:
        order, version = _request(message).event
        latest[order] = max(version, latest.get(order, 0))
    return latest


def _came(store: Store, order: int, version: int) -> bool:
    """Whether an order has asked for a driver, by this version or an older one."""
    record = store.read((ORDERS, order))
    return record is not None and 0 < record.fields["request"] <= version


def _request(message: object) -> AssignmentRequest:
    assert isinstance(message, AssignmentRequest)
    return message
