"""The arms of a study: one scenario with different settings, run on the same seeds."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from swifteats_sim.results.pairing import Values

SCENARIOS = Path(__file__).parents[1] / "scenarios"


class Arm(NamedTuple):
    """A scenario file below `scenarios/`, and what is set in it (`PATH=VALUE`)."""

    name: str
    file: str
    settings: tuple[str, ...] = ()


def values(arms: Sequence[Arm], replications: int, workers: int) -> dict[str, Values]:
    """What every arm measured, by name; replication k of every arm has the same random numbers."""
    with ProcessPoolExecutor(workers, get_context("spawn"), max_tasks_per_child=1) as pool:
        asked = {pool.submit(_measured, arm, number): (arm, number) for number in range(replications) for arm in arms}
        _say(asked)
        found = {arm.name: [dict[str, float]()] * replications for arm in arms}
        for future, (arm, number) in asked.items():
            found[arm.name][number] = future.result()
    return {name: tuple(each) for name, each in found.items()}


def _measured(arm: Arm, replication: int) -> dict[str, float]:
    from swifteats_sim.results import measure
    from swifteats_sim.scenario import load
    from swifteats_sim.simulation import simulate

    pairs = [setting.split("=", 1) for setting in arm.settings]
    return measure(simulate(load(SCENARIOS / arm.file, [(key, value) for key, value in pairs]), replication))


def _say(asked: Mapping[Future[dict[str, float]], tuple[Arm, int]]) -> None:
    """Which run is done, to stderr."""
    for done, future in enumerate(as_completed(asked), 1):
        arm, number = asked[future]
        print(f"{done}/{len(asked)} {arm.name}, replication {number}", file=sys.stderr)  # noqa: T201
