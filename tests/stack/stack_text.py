"""Stacks from text, and what they are built into."""

from __future__ import annotations

from array import array

from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.nodes import plain
from swifteats_sim.scenario.source import read_text
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.stack.equipment import Equipment
from swifteats_sim.stack.registers import Registers

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
    return Equipment(stack_of(text), STREAMS, geos or ("dense",), SPAN, lambda: watchers)


def registers(entities: int = 10) -> Registers:
    """Nobody is known or watched, everybody is in geo 0; who has moved d metres: entities from d on."""
    return Registers(
        array("q", [-1]) * entities, bytearray(entities), lambda entity: 0,
        lambda distance: lambda entity, born: entity >= distance,
    )  # fmt: skip
