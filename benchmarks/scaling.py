"""The peak hour for a fleet of any size, at the same density: city, demand and stack grow with the drivers."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from benchmarks import engine
from swifteats_sim.scenario import Scenario

FILE = "peak_hour.yaml"
DRIVERS = 10_000
"""Of the peak hour."""
Settings = list[tuple[str, str]]


def scaled(drivers: int, settings: Sequence[tuple[str, str]] = ()) -> Scenario:
    """The peak hour with so many drivers, and with these settings."""
    peak, share = engine.declared(FILE), drivers / DRIVERS
    return engine.declared(FILE, [*_city(peak, share), *_stack(peak, share), *settings])


def _city(peak: Scenario, share: float) -> Settings:
    """Areas, restaurants, drivers, orders, menu calls and their catalogue."""
    assert peak.city is not None
    assert peak.demand.orders is not None
    assert peak.demand.menus is not None
    found = [
        ("demand.orders.rate", f"{peak.demand.orders.rate * 60 * share:.6f}/min"),
        ("demand.menus.rate", f"{peak.demand.menus.rate * 60 * share:.6f}/min"),
        ("demand.menus.catalogue", _grown(peak.demand.menus.catalogue, share)),
    ]
    for name, geo in peak.city.geos.items():
        assert geo.area is not None
        found += [
            (f"city.geos.{name}.area", f"{geo.area * share:.6f} km2"),
            (f"city.geos.{name}.restaurants", _grown(geo.restaurants, share)),
            (f"city.geos.{name}.drivers", _grown(geo.drivers, share)),
        ]
    return found


def _stack(peak: Scenario, share: float) -> Settings:
    """Instances, or servers where there is one instance; connections, pools, partitions and consumers."""
    found: Settings = []
    for name, station in peak.stack.stations.items():
        many = "concurrency" if station.instances == 1 else "instances"
        found.append((f"stack.stations.{name}.{many}", _grown(getattr(station, many), share)))
        if station.connections is not None:
            found.append((f"stack.stations.{name}.connections", _grown(station.connections, max(1.0, share))))
    for name, pool in peak.stack.pools.items():
        found.append((f"stack.pools.{name}.size", _grown(pool.size, share)))
    for name, topic in peak.stack.topics.items():
        dense, sparse = (_grown(topic.partitions_of(kind), share) for kind in ("dense", "sparse"))
        found.append((f"stack.topics.{name}.consumers", _grown(topic.consumers, share)))
        found.append((f"stack.topics.{name}.partitions", f"{{dense: {dense}, sparse: {sparse}}}"))
    return found


def _grown(count: int | None, share: float) -> str:
    assert count is not None
    return str(max(1, ceil(count * share - 1e-9)))
