"""Few consumers or many: what each compares, and what it costs to compare it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from swifteats_sim.results import Tables
from swifteats_sim.scenario import load
from swifteats_sim.simulation import simulate

SCENARIO = Path(__file__).parents[2] / "scenarios" / "assignment_queue.yaml"
QUICK = ("stack.effects.find_drivers", "{at: dispatch, service: 'uniform(60 ms, 250 ms)'}")


def run(consumers: int, *changes: tuple[str, str]) -> Tables:
    return simulate(load(SCENARIO, [("stack.topics.assignment.consumers", str(consumers)), *changes]))


def measured(record: Tables) -> pd.DataFrame:
    return record.offers[record.offers["committed"] >= record.warmup]


def passed_over(record: Tables) -> float:
    """Share of commits at which a more urgent order waited, in anybody's hands: by the record, not by the consumers."""
    offers = measured(record)
    since, until = record.offers["eligible"].to_numpy(), record.offers["committed"].to_numpy()
    ready = until + record.offers["preparation_left"].to_numpy()
    own = offers["committed"] + offers["preparation_left"]
    more_urgent = [
        np.any((since < now) & (until > now) & (ready < mine))
        for now, mine in zip(offers["committed"], own, strict=True)
    ]
    return float(np.mean(more_urgent))


def deciding(record: Tables) -> float:
    """p95 of the time (s) from log to commit that a request did not sleep."""
    offers = measured(record)
    awake = offers["committed"] - offers["taken"] - offers["deferred"] - offers["driverless"]
    assert (awake >= 0).all()
    return float(awake.quantile(0.95)) / 1e9


@pytest.mark.slow
def test_one_consumer_passes_fewer_urgent_orders_over_than_twelve() -> None:
    one, twelve = run(1, QUICK), run(12, QUICK)
    assert len(one.orders) == len(twelve.orders) > 400
    assert passed_over(one) < 0.5 * passed_over(twelve)
    # Both decide so quickly that it makes no difference to speak of.
    assert deciding(one) < deciding(twelve) + 5


@pytest.mark.slow
def test_where_a_decision_takes_a_second_one_consumer_falls_behind_twelve() -> None:
    one, twelve = run(1), run(12)
    assert passed_over(one) < passed_over(twelve)
    assert deciding(one) > 2 * deciding(twelve)


def test_within_a_consumer_only_first_come_first_served_passes_over_who_is_more_urgent() -> None:
    short = [
        ("warmup", "0 s"), ("duration", "3 min"), ("demand.orders.rate", "60/min"), ("assignment.deferral", "'off'"),
    ]  # fmt: skip
    for discipline, some in (("least_slack", False), ("fifo", True)):
        offers = run(1, *short, ("assignment.discipline", discipline)).offers
        assert len(offers) > 40
        assert bool(offers["overtaken"].any()) is some
