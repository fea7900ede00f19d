"""Customers' streams: how many are open, what a message costs, and which share of the messages arrives (A48)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from swifteats_sim.forecast.rates import watchers
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.quantities import SECOND
from swifteats_sim.scenario.topics import Stream


@dataclass(frozen=True)
class OpenStream:
    """connections : clients who want one; delivered : share of messages that arrive; scan : s that each one looks."""

    connections: float
    delivered: float
    scan: float


def open_streams(scenario: Scenario) -> dict[str, OpenStream]:
    """Every stream, with its declared clients, or the customers who watch."""
    counts = [flow.clients for flow in scenario.stack.flows.values() if isinstance(flow.clients, int)]
    watching = float(max(counts, default=1)) if scenario.city is None else watchers(scenario) or 0.0
    return {name: _open(scenario, stream, watching) for name, stream in scenario.stack.streams.items()}


def _open(scenario: Scenario, stream: Stream, watching: float) -> OpenStream:
    wanted = watching if stream.clients is None else float(stream.clients)
    held = wanted if stream.slots is None else min(wanted, float(stream.slots))
    room = held / wanted if wanted else 1.0
    share = reached(stream) * room * _connected(scenario, stream)
    return OpenStream(wanted, share, held * stream.scan / SECOND / stream.processes)


def reached(stream: Stream) -> float:
    """Share of messages handled by the process that has the client's stream, and its subscription (C28)."""
    return 1.0 if stream.fan_out else 1.0 / stream.processes ** (1 if stream.routing == "sticky" else 2)


def _connected(scenario: Scenario, stream: Stream) -> float:
    """Share of clients who hear, over the measured span; random breaks where nobody resubscribes (C27)."""
    if stream.drops is None:
        return 1.0
    between = stream.drops.mean
    if stream.resubscribes or not between:
        return between / (between + stream.reconnect.mean) if between else 0.0
    start, end = scenario.warmup / SECOND / between, scenario.end / SECOND / between
    return (math.exp(-start) - math.exp(-end)) / (end - start)
