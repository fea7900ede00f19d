"""Every metric of a run, computed from its tables alone."""

from __future__ import annotations

from swifteats_sim.results.measure_broker import measure_broker
from swifteats_sim.results.measure_caches import measure_caches
from swifteats_sim.results.measure_counts import measure_counts
from swifteats_sim.results.measure_estimates import measure_estimates
from swifteats_sim.results.measure_fairness import measure_fairness
from swifteats_sim.results.measure_fleet import measure_fleet
from swifteats_sim.results.measure_flows import measure_flows
from swifteats_sim.results.measure_kitchens import measure_kitchens
from swifteats_sim.results.measure_locks import measure_locks
from swifteats_sim.results.measure_offers import measure_offers
from swifteats_sim.results.measure_orders import measure_orders
from swifteats_sim.results.measure_parts import measure_parts
from swifteats_sim.results.measure_stations import measure_stations
from swifteats_sim.results.tables import Tables

OF_CITY = (
    measure_orders,
    measure_parts,
    measure_offers,
    measure_counts,
    measure_estimates,
    measure_fleet,
    measure_locks,
    measure_fairness,
    measure_kitchens,
)
OF_STACK = (measure_flows, measure_stations, measure_broker, measure_caches)


def measure(tables: Tables) -> dict[str, float]:
    """The catalogue's metrics of one replication by name, in seconds, per second, ratios and counts.

    A quantity that never occurred in the measured span has no entry: there is no NaN, and a target on it is
    judged "no data". So has all that belongs to a city, without one. Raises ValueError when the measured span is empty.
    """
    if tables.end <= tables.warmup:
        raise ValueError(f"nothing to measure: the run ends at {tables.end} ns, its warm-up at {tables.warmup} ns")
    metrics: dict[str, float] = {}
    for part in (*OF_CITY, *OF_STACK) if tables.has_city else OF_STACK:
        metrics.update(part(tables))
    return metrics
