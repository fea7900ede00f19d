"""An instance dispatched, and its solution written down to be judged."""

from __future__ import annotations

from pathlib import Path

from swifteats_sim.mdrp.dispatching import dispatch
from swifteats_sim.mdrp.instance import Instance
from swifteats_sim.mdrp.judging import Judged, judge, solution_file
from swifteats_sim.mdrp.policy import Policy
from swifteats_sim.mdrp.rolling_horizon import RollingHorizon
from swifteats_sim.mdrp.smallest import smallest_instance
from swifteats_sim.mdrp.solution import write_solution


def solve(instance: Instance, policy: Policy, folder: Path) -> Judged:
    """Dispatch a day, write the solution to a folder and judge what was written."""
    path = solution_file(folder, instance)
    write_solution(dispatch(instance, policy), path)
    return judge(instance, path)


def warm() -> None:
    """Compile, or load what was compiled: no instance is to wait for that."""
    dispatch(smallest_instance(), RollingHorizon())
