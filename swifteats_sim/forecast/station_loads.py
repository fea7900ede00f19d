"""What stations are offered: servers kept busy, on the whole and at the instance that gets most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.forecast.facts import StationFacts
from swifteats_sim.forecast.loads import Loads
from swifteats_sim.forecast.spreading import Shares, taker_shares
from swifteats_sim.scenario.stations import Station

Instances = NDArray[np.float64]
IN_TURN = ("round_robin", "weighted", "partition")
"""Balancing that looks at no queue: the instance that gets most may be full while others are idle."""


def station_facts(
    name: str, station: Station, loads: Loads, storm: Loads, partitions: Mapping[str, Shares]
) -> StationFacts:
    """What a station is offered. partitions : shares of each topic's messages."""
    by_flow = {flow: rate for (at, flow), rate in loads.visits.items() if at == name and rate}
    busy = {topic: servers for (at, topic), servers in loads.busy.items() if at == name and servers}
    at_work = _at_work(station)
    total, up = sum(busy.values()), station.concurrency * float(at_work.sum())
    pinned = [topic for topic in busy if topic and np.count_nonzero(taker_shares(partitions[topic], len(at_work))) == 1]
    return StationFacts(
        name, station.instances, station.concurrency, sum(by_flow.values()), by_flow, total, up,
        _busiest(station, busy, at_work, partitions) if station.balancing in IN_TURN else total / up,
        sum(rate for (at, _), rate in storm.visits.items() if at == name),
        tuple(pinned) if station.instances > 1 else (),
    )  # fmt: skip


def _busiest(
    station: Station, busy: Mapping[str, float], at_work: Instances, partitions: Mapping[str, Shares]
) -> float:
    """Utilisation of the instance that is offered most."""
    offered = np.zeros(station.instances)
    for topic, servers in busy.items():
        offered += servers * (_dealt(station) if not topic else taker_shares(partitions[topic], station.instances))
    return float((offered / (station.concurrency * at_work)).max())


def _dealt(station: Station) -> Instances:
    """Share of the jobs that each instance gets."""
    weights = station.weights or (1,) * station.instances
    return np.array([weight / sum(weights) for weight in weights])


def _at_work(station: Station) -> Instances:
    """Share of the time that each instance is at work; pauses that come once are left out."""
    shares = np.ones(station.instances)
    for pause in station.pauses:
        if pause.every is not None and pause.every.mean + pause.lasting.mean:
            lost = (1.0 - pause.speed) * pause.lasting.mean / (pause.every.mean + pause.lasting.mean)
            shares[slice(None) if pause.instance is None else pause.instance] *= 1.0 - lost
    return np.maximum(shares, 1e-9)
