"""What must not heap up for a flow's numbers to mean anything: the backlogs on its path."""

from __future__ import annotations

from collections.abc import Iterator

from swifteats_sim.scenario.flows import ORDER
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.scenario.steps import Consume, Hold, Step, Visit, flat

OF_DISPATCH = ("find_drivers",)
"""Effects that no order waits for before it is answered."""


def paths_of(stack: Stack) -> dict[str, tuple[str, ...]]:
    """See Tables.paths."""
    return {name: tuple(dict.fromkeys(_backlogs(stack, name))) for name in sorted(stack.flows)}


def _backlogs(stack: Stack, name: str) -> Iterator[str]:
    for flow in stack.reached((name,)):
        if flow != ORDER:
            yield f"in_flight.{flow}"
        for step in _steps(stack, flow):
            match step:
                case Visit():
                    yield f"queue.{step.at}"
                case Hold():
                    yield f"waiting.{step.hold.pool}"
                case Consume():
                    yield f"lag.{step.consume}"


def _steps(stack: Stack, flow: str) -> Iterator[Step]:
    """The steps of a flow; what the rules of orders do is on their path too."""
    yield from flat(stack.flows[flow].steps)
    if flow == ORDER:
        for kind, costs in stack.effects.items():
            if kind not in OF_DISPATCH:
                yield from costs
