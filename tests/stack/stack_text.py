"""Stacks from text, and what they are built into."""

from __future__ import annotations

from array import array

import numpy as np

from swifteats_sim.engine.legs import Legs
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.nodes import plain
from swifteats_sim.scenario.source import read_text
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.stack.equipment import Equipment

END = 10 * 60 * 10**9
SPAN = (0, END)
STREAMS = Streams(1, 0)


def stack_of(text: str) -> Stack:
    """A stack by itself: whether it fits into a scenario is nobody's question here."""
    return Stack.model_validate(plain(read_text(text, "stack.yaml")))


def demand_of(text: str) -> Demand:
    return Demand.model_validate(plain(read_text(text, "demand.yaml")))


def equipment_of(text: str, *geos: str, watchers: int = 0) -> Equipment:
    """The equipment of a stack in geos of these kinds, one dense one by default."""
    return Equipment(stack_of(text), STREAMS, geos or ("dense",), SPAN, [watchers])


def registers(entities: int = 10) -> Registers:
    """Nobody is known or watched, all stand in one place, in geo 0."""
    return Registers(
        array("q", [-1]) * entities, bytearray(entities), array("q", range(entities)), array("q", [0]),
        [0] * entities, Legs(np.zeros((entities, 2))),
    )  # fmt: skip
