"""What a solution is worth, as the paper measures it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from swifteats_sim.mdrp.instance import Instance, Whole
from swifteats_sim.mdrp.solution import Assignment

MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Performance:
    """Of one solution, or the mean of several. Minutes where nothing else is said; nan where nothing is delivered.

    orders, delivered : counts; undelivered_pct : of orders, percent.
    click_to_door, ready_to_pickup : means over delivered orders, with their 90th percentiles.
    overage : mean of what click-to-door is above its target; utilisation : mean over couriers of driving and service
    over the shift's length, 0..1 (drop-offs may end after it); cost : pay of all couriers an order;
    bundle : orders an assignment.
    """

    orders: float
    delivered: float
    undelivered_pct: float
    click_to_door: float
    click_to_door_p90: float
    overage: float
    ready_to_pickup: float
    ready_to_pickup_p90: float
    utilisation: float
    cost: float
    bundle: float


def measure(instance: Instance, assignments: Sequence[Assignment]) -> Performance:
    """Of assignments that keep the rules; see `audit`."""
    row = {name: number for number, name in enumerate(instance.orders)}
    orders = np.array([row[name] for each in assignments for name in each.orders], np.int64)
    picked = np.array([each.picked_up for each in assignments for _ in each.orders], np.int64)
    dropped = np.array([minute for each in assignments for minute in each.dropped_off], np.int64)
    click, wait = dropped - instance.placed[orders], picked - instance.ready[orders]
    n, delivered = len(instance.orders), len(orders)
    return Performance(
        n, delivered, 100 * (n - delivered) / n,
        _mean(click), _p90(click), _mean(np.maximum(click - instance.terms.target, 0)), _mean(wait), _p90(wait),
        _utilisation(instance, assignments), _pay(instance, assignments) / n,
        delivered / len(assignments) if assignments else float("nan"),
    )  # fmt: skip


def mean_performance(of: Sequence[Performance]) -> Performance:
    """The mean over instances, each with the same weight, as the paper's."""
    names = Performance.__slots__
    return Performance(*(float(np.mean([getattr(each, name) for each in of])) for name in names))


def _mean(minutes: Whole) -> float:
    return float(minutes.mean()) if len(minutes) else float("nan")


def _p90(minutes: Whole) -> float:
    return float(np.percentile(minutes, 90)) if len(minutes) else float("nan")


def _pay(instance: Instance, assignments: Sequence[Assignment]) -> float:
    """Each courier has the orders' pay, or the hours' if that is more."""
    terms, delivered = instance.terms, dict.fromkeys(instance.couriers, 0)
    for each in assignments:
        delivered[each.courier] += len(each.orders)
    hours = (instance.off - instance.on) / MINUTES_AN_HOUR
    by_order = terms.pay_per_order * np.array([delivered[name] for name in instance.couriers])
    return float(np.maximum(by_order, terms.pay_per_hour * hours).sum())


def _utilisation(instance: Instance, assignments: Sequence[Assignment]) -> float:
    """Couriers whose shift has no length are left out."""
    terms, busy = instance.terms, dict.fromkeys(instance.couriers, 0)
    for each, driving in zip(assignments, _driving(instance, assignments), strict=True):
        busy[each.courier] += driving + terms.pickup + terms.dropoff * len(each.orders)
    worked, length = np.array([busy[name] for name in instance.couriers]), instance.off - instance.on
    shifts = length > 0
    return float((worked[shifts] / length[shifts]).mean()) if shifts.any() else float("nan")


def _driving(instance: Instance, assignments: Sequence[Assignment]) -> list[int]:
    """Minutes on the road of each assignment."""
    place = dict(zip(instance.couriers, instance.start, strict=True))
    kitchen = dict(zip(instance.restaurants, instance.kitchen, strict=True))
    door = dict(zip(instance.orders, instance.door, strict=True))
    minutes = [0] * len(assignments)
    for row in sorted(range(len(assignments)), key=lambda row: assignments[row].sent):
        each = assignments[row]
        stops = np.array([place[each.courier], kitchen[each.restaurant], *(door[name] for name in each.orders)])
        lengths = np.hypot(*np.diff(stops, axis=0).T.astype(np.float64))
        minutes[row] = int(np.ceil(lengths / instance.terms.speed).sum())
        place[each.courier] = stops[-1]
    return minutes
