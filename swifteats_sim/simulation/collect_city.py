"""What a finished run has to say of its city, as tables, and its totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.engine.flow import Flow
from swifteats_sim.results.overlaps import double_assignments, rivals
from swifteats_sim.simulation.parts import Run


def kitchen_table(run: Run, cooks: Sequence[int]) -> pd.DataFrame:
    """See Tables.kitchens."""
    rows = [
        (restaurant, area.index, cooks[restaurant], *run.city.kitchen.usage(restaurant))
        for area in run.city.places.areas
        for restaurant in area.restaurants
    ]
    return pd.DataFrame(rows, columns=["restaurant", "geo", "cooks", "orders", "busy"], dtype="int64")


def shift_table(run: Run, left: Mapping[int, int]) -> pd.DataFrame:
    """See Tables.shifts: drivers who were on shift at all."""
    end = run.scenario.end
    rows = [
        (driver, area.index, int(run.city.places.on[driver]), left.get(driver, end))
        for area in run.city.places.areas
        for driver in area.drivers
        if run.city.places.on[driver] < end
    ]
    return pd.DataFrame(rows, columns=["driver", "geo", "on", "off"], dtype="int64")


def state_table(run: Run) -> pd.DataFrame:
    """See Tables.states."""
    return pd.DataFrame({
        name: pd.Series(column, dtype=column.dtype) for name, column in run.city.fleet.states.columns().items()
    })  # fmt: skip


def leg_table(trajectories: Trajectories) -> pd.DataFrame:
    """See Tables.legs: movements that were begun, without the first stand of every driver."""
    legs = pd.DataFrame(trajectories.columns())
    return legs[legs["end"] > legs["start"]].reset_index(drop=True)


def fix_table(gps: Flow, trajectories: Trajectories) -> pd.DataFrame:
    """See Tables.fixes: the sampled drivers' fixes, with the true position when each was sent."""
    rows = np.array(sorted(gps.sample), dtype=np.int64).reshape(-1, 3)
    points = trajectories.positions(rows[:, 0], rows[:, 1])
    integers = {"driver": rows[:, 0], "sent": rows[:, 1], "known": rows[:, 2]}
    return pd.DataFrame({**integers, "x": points[:, 0], "y": points[:, 1]})


def counts(
    run: Run, tried: Mapping[str, int], offers: pd.DataFrame, stranded: Sequence[int], of_stock: Mapping[str, int]
) -> dict[str, int]:
    """See Tables.counts. tried : the effect runner's counts of what was tried and lost."""
    return {
        "stranded": len(stranded),
        "dead_requests": tried["dead_requests"],
        "double_assignments": double_assignments(offers, run.scenario.end),
        "rivals": rivals(offers, run.scenario.end),
        **of_stock,
        "reserve_tries": tried["reserve_items_tries"],
        "reserve_conflicts": tried["reserve_items_conflicts"],
        "reserve_waits": tried["reserve_items_waits"],
        "lost_requests": tried["lost_requests"],
        "leader_waits": tried["leader_waits"],
        "leader_waited": tried["leader_waited"],
        "stale_reads": tried["stale_reads"],
        "commit_tries": tried["commit_tries"],
        "commit_conflicts": tried["commit_conflicts"],
        "events": run.loop.events + run.clock.events(),
    }
