"""Plays a rule by hand: what it yields for the outcomes that it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from swifteats_sim.domain.effects import Candidates, Effect, Record, Rule
from swifteats_sim.domain.states import DriverState, OrderState

MINUTE = 60_000_000_000


class Unfinished(AssertionError):
    """The outcomes are used up and the rule wants another."""


class Played(NamedTuple):
    """What a rule yielded and what it returned."""

    effects: list[Effect]
    result: Any


def play(rule: Rule[Any], *outcomes: Any) -> Played:
    """Send these outcomes in turn; the rule must end with the last one, neither before nor after."""
    effects = list[Effect]()
    try:
        effects.append(next(rule))
        for number, outcome in enumerate(outcomes):
            try:
                effects.append(rule.send(outcome))
            except StopIteration as stop:
                assert number == len(outcomes) - 1, f"the rule ended with outcomes left: {outcomes[number + 1 :]}"
                return Played(effects, stop.value)
    except StopIteration as stop:
        assert not outcomes, "the rule yielded nothing"
        return Played(effects, stop.value)
    raise Unfinished(f"the rule still asks for {effects[-1]}")


def order_record(
    version: int = 1,
    state: OrderState = OrderState.ORDER_RECEIVED,
    kitchen: OrderState = OrderState.ORDER_RECEIVED,
    driver: int | None = None,
    request: int = 1,
) -> Record:
    return Record(version, {"state": state, "kitchen": kitchen, "driver": driver, "request": request})


def driver_record(version: int, state: DriverState, order: int | None = None) -> Record:
    return Record(version, {"state": state, "order": order})


def candidates(
    drivers: Sequence[int], minutes: Sequence[int], preparation_left: int = 10, onward: int = 4
) -> Candidates:
    """Drivers of version 100 + number, so many minutes away."""
    return Candidates(
        np.array(drivers, dtype=np.int64),
        np.array(drivers, dtype=np.int64) + 100,
        np.array(minutes, dtype=np.int64) * MINUTE,
        preparation_left * MINUTE,
        onward * MINUTE,
        np.zeros(len(drivers), dtype=np.int64),
        np.zeros(len(drivers), dtype=np.int64),
        len(drivers),
        np.zeros(len(drivers)),
        0.0,
    )
