"""A healthy run may end at any instant, and no order counts as stranded: somebody always looks after it."""

from __future__ import annotations

import pytest
from small_city import CITY, scenario_of

from swifteats_sim.engine.clock import MINUTE, SECOND
from swifteats_sim.engine.streams import Streams
from swifteats_sim.results.measure_offers import REFUSED
from swifteats_sim.simulation.assembly import Assembly

MS = SECOND // 1000
STEP, WINDOW, POINTS = 7 * MS, 100 * MS, 8
"""How often a run is looked at, how long after a refusal, or before an order is closed, and how many times."""
SCARCE = ("city.geos.centre.drivers=4", "assignment.attempts=1")
CROWDS = {"drivers refuse": ("city.drivers.accept=40 %",), "drivers are few": SCARCE}
END = 15 * MINUTE


def parts_of(*settings: str) -> Assembly:
    scenario = scenario_of(CITY, *settings)
    parts = Assembly(scenario, Streams(scenario.seed, 0), lambda now: None)
    parts.start()
    return parts


def turning_points(*settings: str) -> list[int]:
    """When drivers refused, and when orders were closed by the platform or their customers (ns)."""
    parts = parts_of(*settings)
    parts.run.clock.run(until=END)
    offers, orders = parts.run.offers.table(), parts.run.orders.table()
    refused = offers.loc[offers["outcome"].isin(REFUSED), "answered"]
    closed = orders.loc[(orders["closed"] > 0) & (orders["paid"] > 0) & (orders["state"] != "delivered"), "closed"]
    return sorted([*refused.tolist(), *(at - WINDOW for at in closed.tolist())])


@pytest.mark.parametrize("publish", ["outbox", "awaited"])
@pytest.mark.parametrize("crowd", CROWDS.values(), ids=CROWDS.keys())
def test_no_order_is_ever_without_somebody_who_looks_after_it(crowd: tuple[str, ...], publish: str) -> None:
    settings = (*crowd, "duration=15 min", "assignment.deferral='off'", f"ordering.publish={publish}")
    points = turning_points(*settings)
    assert len(points) >= POINTS
    parts, stranded = parts_of(*settings), dict[int, list[int]]()
    for point in points[:POINTS]:
        for at in range(max(point, parts.run.clock.instant + 1), point + WINDOW, STEP):
            parts.run.clock.run(until=at)
            left = parts.stranded(parts.run.offers.table())
            if left:
                stranded[at] = left
    assert stranded == {}
