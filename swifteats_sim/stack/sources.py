"""The sources of a stack's flows: arrivals, clients that come again and again, drivers, and customers who watch."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

from swifteats_sim.engine.clock import MINUTE
from swifteats_sim.engine.connecting import Connecting
from swifteats_sim.engine.flow import Keys
from swifteats_sim.engine.gaps import Gaps
from swifteats_sim.engine.keys import CellKeys, ZipfKeys
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.offline import Offline, Terms
from swifteats_sim.engine.sources import Following, Periodic, Renewal, Source
from swifteats_sim.engine.streams import Streams
from swifteats_sim.scenario.demand import Demand
from swifteats_sim.scenario.flows import GPS, Flow
from swifteats_sim.scenario.keys import Catalogue, Places
from swifteats_sim.scenario.stack import Stack
from swifteats_sim.stack.laws import law_of


class Sources:
    """Sources of flows.

    fix_every : ns between a driver's fixes; driver_phases : int64 per driver, ns; both of the city, if there is one.
    breaks : when clients of each stream are cut off.
    """

    def __init__(
        self,
        stack: Stack,
        demand: Demand,
        streams: Streams,
        fix_every: int,
        driver_phases: array[int],
        breaks: Mapping[str, Gaps | None],
    ) -> None:
        self._calls = demand.calls
        self._stack, self._streams, self._breaks = stack, streams, breaks
        self._fix_every, self._driver_phases = fix_every, driver_phases

    def source(self, name: str, flow: Flow) -> Source | None:
        """Where a flow's jobs come from; None where only other flows start it, or nothing does."""
        calls = self._calls.get(name)
        arrivals = self._streams(f"flow.{name}.arrivals")
        if calls is not None:
            return Renewal(Law([("exponential", (1.0 / calls.rate,), ())], 1.0 / calls.rate), arrivals)
        if flow.arrivals is not None:
            return Renewal(law_of(flow.arrivals), arrivals, flow.batch, flow.population)
        if flow.connects is not None:
            return Connecting(self._breaks[flow.connects])
        if flow.clients == "drivers" or (name == GPS and not flow.counted and self._driver_phases):
            return self._periodic(name, flow, self._fix_every, self._driver_phases)
        if flow.every is None:
            return None
        if isinstance(flow.clients, int):
            uniforms = self._streams(f"flow.{name}.phases").uniforms(flow.clients).tolist()
            return self._periodic(name, flow, flow.every, array("q", [int(u * flow.every) for u in uniforms]))
        return Following(flow.every)

    def has_strangers(self, name: str, flow: Flow) -> bool:
        """Whether no client of the flow comes twice."""
        return self._calls.get(name) is not None or (flow.arrivals is not None and flow.population is None)

    def openings(self, name: str, flow: Flow) -> Iterator[tuple[int, int]]:
        """(client, instant in ns) at which clients in a declared number begin; those who connect do so in a minute."""
        if isinstance(flow.clients, int):
            yield from ((client, 0) for client in range(flow.clients))
        elif flow.connects is not None:
            clients = self._stack.streams[flow.connects].clients or 0
            uniforms = self._streams(f"flow.{name}.phases").uniforms(clients).tolist()
            yield from ((client, int(u * MINUTE)) for client, u in enumerate(uniforms))

    def keys(self, name: str, flow: Flow) -> Keys | None:
        """What a flow's jobs ask for; None: each its client's own."""
        calls = self._calls.get(name)
        declared = flow.keys if calls is None else calls
        if isinstance(declared, Catalogue):
            return ZipfKeys(declared.catalogue, declared.zipf)
        if isinstance(declared, Places):
            return CellKeys(declared.area * 1e6, declared.cell, declared.variants, declared.zipf)
        return None

    def _periodic(self, name: str, flow: Flow, every: int, phases: array[int]) -> Periodic:
        if flow.offline is None:
            return Periodic(every, phases)
        gaps = flow.offline
        stream = self._streams(f"flow.{name}.offline")
        terms = Terms(law_of(gaps.every), law_of(gaps.lasting), gaps.keep, gaps.parallel, stream)
        return Offline(every, phases, terms)
