"""Every metric of a run, computed from its tables alone."""

from __future__ import annotations

from swifteats_sim.results.measure_fleet import measure_fleet
from swifteats_sim.results.measure_orders import measure_orders
from swifteats_sim.results.measure_platform import measure_platform
from swifteats_sim.results.tables import Tables


def measure(tables: Tables) -> dict[str, float]:
    """The catalogue's metrics of one replication by name, in seconds, per second, ratios and counts.

    A quantity that never occurred in the measured span has no entry: there is no NaN, and a target on it is
    judged "no data". Raises ValueError when the measured span is empty.
    """
    if tables.end <= tables.warmup:
        raise ValueError(f"nothing to measure: the run ends at {tables.end} ns, its warm-up at {tables.warmup} ns")
    return {**measure_orders(tables), **measure_fleet(tables), **measure_platform(tables)}
