"""The platform's software in one run: its equipment, its flows, and the loop that they run in."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import count
from typing import Literal

from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.plane import Plane
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.sources import Renewal
from swifteats_sim.engine.streams import Streams
from swifteats_sim.engine.ties import STATED
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.flows import GPS, ORDER
from swifteats_sim.stack.equipment import Equipment
from swifteats_sim.stack.programs import Compiler, of_drivers
from swifteats_sim.stack.sources import Sources

Engine = Literal["compiled", "reference"]
"""What runs the flows: compiled code, or the interpreter that is there to be read. Both do the same."""


@dataclass(frozen=True)
class Surroundings:
    """What the software is told of the city.

    geos : kind of each geo; registers : what flows share with it; fix_every (ns), driver_phases (int64 per driver, ns)
    : when drivers send fixes.
    """

    geos: tuple[str, ...]
    registers: Registers
    fix_every: int
    driver_phases: array[int]


class Software:
    """Everything that flows, connected and not yet started. flows : by name; numbers : of the flows in the loop."""

    def __init__(
        self,
        scenario: Scenario,
        streams: Streams,
        around: Surroundings,
        sampled: int = 0,
        engine: Engine = "compiled",
        ties: int = STATED,
    ) -> None:
        """sampled : fixes of drivers divisible by this are noted one by one; 0: none; ties : key of their shuffle."""
        stack, span = scenario.stack, (scenario.warmup, scenario.end)
        self.equipment = Equipment(stack, streams, around.geos, span, around.registers.watchers)
        self._declared = [(name, stack.flows[name]) for name in sorted(stack.flows) if name != ORDER]
        self.numbers = {name: number for number, (name, _) in enumerate(self._declared)}
        sources = Sources(
            stack, scenario.demand, streams, around.fix_every, around.driver_phases, self.equipment.breaks
        )
        self.flows = dict[str, Flow]()
        starts, drivers = count(1), of_drivers(stack)
        for name, declared in self._declared:
            keys = sources.keys(name, declared)
            drawn = None if keys is None else (keys, streams(f"flow.{name}.keys"))
            strangers = self.numbers[name] if sources.has_strangers(name, declared) else None
            compiler = Compiler(
                name, self.equipment, around.registers, streams, self.numbers, starts, name in drivers, strangers
            )
            steps = compiler.program(declared)
            self.flows[name] = Flow(name, steps, span, sampled if name == GPS else 0, drawn)
        found = {number: sources.source(name, flow) for number, (name, flow) in enumerate(self._declared)}
        self._sources = {number: source for number, source in found.items() if source is not None}
        self.loop = self._plane(engine, span, around.registers, ties)
        self._openings = {number: sources.openings(name, flow) for number, (name, flow) in enumerate(self._declared)}

    def start(self) -> None:
        """Open the sources that ask nobody, and watch over the consumer groups."""
        self.loop.build()
        for number, source in self._sources.items():
            if isinstance(source, Renewal):
                self.loop.open(number)
            self.loop.switch_on_all(number, self._openings[number])
        for group in self.equipment.groups.values():
            self.loop.watch(group)

    def _plane(self, engine: Engine, span: tuple[int, int], registers: Registers, ties: int) -> Plane:
        flows = tuple(self.flows.values())
        if engine == "reference":
            return Loop(flows, self._sources, ties)
        from swifteats_sim.engine.kernel.machine import Machine  # numba compiles it, or loads what it has compiled

        return Machine(flows, self._sources, span, registers, ties)

    def watched(self) -> list[int]:
        """Numbers of the flows whose clients are the customers who follow an order."""
        declared = enumerate(self._declared)
        return [number for number, (_, flow) in declared if flow.clients == "watchers" or flow.connects is not None]


def alone(scenario: Scenario) -> Surroundings:
    """The surroundings of a stack without a city, at its busiest: every client is watched, and always on the move."""
    counts = [flow.clients for flow in scenario.stack.flows.values() if isinstance(flow.clients, int)]
    clients = max(counts, default=1)
    registers = Registers(
        array("q", [-1]) * clients, bytearray(b"\x01") * clients, array("q", range(clients)), array("q", [clients]),
        (0,) * clients,
    )  # fmt: skip
    return Surroundings(("dense",), registers, 1, array("q"))
