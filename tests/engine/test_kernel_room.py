"""How much room one instant may take: known from the programs, before the loop begins."""

from __future__ import annotations

from array import array

import pytest
from engine_bench import STREAM, after, fixed

from swifteats_sim.engine.branching import Fork
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import Step
from swifteats_sim.engine.kernel.lower_flows import MOST_AT_ONCE, rows_at_once
from swifteats_sim.engine.kernel.machine import Machine
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.sources import Periodic, Renewal
from swifteats_sim.engine.steps import End, Start

SPAN, PERIOD, CLIENTS = (0, 1000), 100, 9000


def registers() -> Registers:
    return Registers(array("q", [-1]), bytearray(1), array("q", [-1]), array("q", [0]), (0,))


def flow(name: str, *steps: Step) -> Flow:
    return Flow(name, (*steps, End()), SPAN, 1, None)


def forked(ways: int) -> tuple[Step, ...]:
    """So many ways, each of which takes 5 ns."""
    way: tuple[Step, ...] = (after(5), End())
    return Fork(tuple(range(1, 2 * ways, 2)), 2 * ways + 1), *(way * ways)


def started(times: int) -> tuple[Step, ...]:
    return tuple(Start(1, number) for number in range(1, times + 1))


def played(plane: Plane, opened: int | None = 0) -> list[list[tuple[int, int, int]]]:
    """What is noted of each flow in 1,000 ns."""
    plane.build()
    if opened is not None:
        plane.open(opened)
    plane.advance(SPAN[1])
    plane.close()
    return [each.sample for each in plane.flows]


@pytest.mark.parametrize("code", [forked(20_000), started(20_000)], ids=["parts", "jobs"])
def test_a_job_may_start_more_in_one_instant_than_any_array_has_rows_at_first(code: tuple[Step, ...]) -> None:
    found = []
    for engine in (Loop, Machine):
        flows, source = (flow("one", *code), flow("other", after(5))), {0: Renewal(fixed(600), STREAM)}
        plane = Loop(flows, source) if engine is Loop else Machine(flows, source, SPAN, registers())  # type: ignore[arg-type]
        found.append(played(plane))
    assert found[0] == found[1]
    assert len(found[0][0]) == 1


def test_what_one_job_may_start_is_bounded() -> None:
    many = [flow(str(each), *[Start(each + 1, number) for number in range(1, 100)]) for each in range(4)]
    flows = (*many, flow("last"))
    assert rows_at_once(flows, 3) == 100 + 99
    with pytest.raises(ValueError, match=rf"a job of \d may start more than {MOST_AT_ONCE:,} others at once"):
        rows_at_once(flows, 0)


def test_who_starts_himself_again_is_counted_once() -> None:
    assert rows_at_once((flow("self", after(5), Start(0)),), 0) == 3


def test_many_are_switched_on_as_one_by_one() -> None:
    found = []
    for at_once in (True, False):
        phases = array("q", [client % PERIOD for client in range(CLIENTS)])
        plane = Machine((flow("one", after(5)),), {0: Periodic(PERIOD, phases)}, SPAN, registers())
        plane.build()
        openings = [(client, client % 300) for client in range(CLIENTS)]
        if at_once:
            plane.switch_on_all(0, openings)
        else:
            for client, at in openings:
                plane.switch_on(0, client, at)
        plane.advance(SPAN[1])
        plane.close()
        found.append(plane.flows[0].sample)
        with pytest.raises(ValueError, match="too late"):
            plane.switch_on_all(0, [(1, SPAN[1] + 1), (0, SPAN[1] - 1)])
    assert found[0] == found[1]
    assert len(found[0]) > CLIENTS
