"""Caches and loads that agree: the rate of reads gives a cache's hits, and its misses the rate of reads behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swifteats_sim.forecast.facts import CacheFacts
from swifteats_sim.forecast.flow_loads import Flows
from swifteats_sim.forecast.hit_ratios import Floats, Spectrum, key_ratios, spectrum
from swifteats_sim.forecast.loads import Loads, Pair
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.keys import Catalogue, Places

ROUNDS = 30
CLOSE = 1e-9
Keys = Catalogue | Places | int
NOBODY_TWICE = 10**15
"""Senders, where none comes twice."""


def settled(flows: Flows) -> tuple[dict[Pair, float], Loads]:
    """Hit ratios by (cache, flow), and the loads that go with them."""
    kinds = {name: _keys(flows, name) for name in flows.names}
    hits: dict[Pair, float] = {}
    loads = flows.loads(hits)
    spectra = {flow: spectrum(kinds[flow]) for _, flow in loads.reads}
    for _ in range(ROUNDS):
        reading = Reading(flows.scenario, kinds, spectra, loads)
        found = {pair: reading.hits(*pair) for pair in loads.reads}
        agree = all(abs(found[pair] - hits.get(pair, 0.0)) < CLOSE for pair in found)
        hits = found
        if agree:
            break
        loads = flows.loads(found)
    return hits, loads


def cache_facts(scenario: Scenario, hits: Mapping[Pair, float], loads: Loads) -> tuple[CacheFacts, ...]:
    """What each cache answers."""
    return tuple(_facts(scenario, name, hits, loads) for name in scenario.stack.caches)


def _facts(scenario: Scenario, name: str, hits: Mapping[Pair, float], loads: Loads) -> CacheFacts:
    cache = scenario.stack.caches[name]
    reads = {flow: rate for (read, flow), rate in loads.reads.items() if read == name and rate}
    total = sum(reads.values())
    ratio = sum(rate * hits[name, flow] for flow, rate in reads.items()) / total if total else cache.hits or 0.0
    return CacheFacts(name, total, ratio, cache.hits is not None, cache.entries)


def _keys(flows: Flows, name: str) -> Keys:
    """What a flow's jobs ask for; the client, where nothing is said."""
    demand = flows.scenario.demand
    calls = {"menu": demand.menus, "search": demand.searches}.get(name)
    declared = flows.scenario.stack.flows[name].keys if calls is None else calls.keys
    return (flows.clients.get(name) or NOBODY_TWICE) if declared is None else declared


@dataclass(frozen=True)
class Reading:
    """Reads of caches key by key. kinds, spectra : what each flow asks for."""

    scenario: Scenario
    kinds: Mapping[str, Keys]
    spectra: Mapping[str, Spectrum]
    loads: Loads

    def hits(self, cache: str, flow: str) -> float:
        """The expected ratio of a flow's reads."""
        asked = self._asked(cache, flow)
        return asked.share(self._ratios(cache, flow))

    def _ratios(self, cache: str, flow: str) -> Floats:
        """By kind of key, from the reads of all flows that ask for the same things."""
        alike = [name for (read, name) in self.loads.reads if read == cache and self.kinds[name] == self.kinds[flow]]
        rate = sum(self.loads.reads[cache, name] for name in alike)
        asked = [(self.loads.reads[cache, name], self._asked(cache, name)) for name in alike]
        mixed = sum((reads * each.probability for reads, each in asked), start=0.0 * asked[0][1].probability)
        kinds = Spectrum(mixed / rate if rate else mixed, asked[0][1].number)
        return key_ratios(self.scenario.stack.caches[cache], kinds, rate)

    def _asked(self, cache: str, flow: str) -> Spectrum:
        """What a flow still asks this cache for: the caches it missed before have kept what is asked for most."""
        kinds = self.spectra[flow]
        left = kinds.probability
        for before in self.loads.behind[cache, flow]:
            left = left * (1.0 - self._ratios(before, flow))
        total = float((left * kinds.number).sum())
        return Spectrum(left / total, kinds.number) if total else kinds
