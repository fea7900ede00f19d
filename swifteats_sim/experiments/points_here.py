"""Points of a sweep computed on this machine: one after the other or by several processes, with the same results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from swifteats_sim.experiments.processes import Tick, share_out, tell
from swifteats_sim.experiments.rehearsal import rehearse
from swifteats_sim.experiments.result import Result
from swifteats_sim.experiments.sweeping import Heard
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.grid import Point
from swifteats_sim.simulation import Growing, make_ready
from swifteats_sim.simulation.violation import Violation


class BrokenPoint(RuntimeError):
    """An invariant did not hold at a point. number : of the point."""

    def __init__(self, number: int, violation: Violation) -> None:
        """One that travels between processes: it is made again of its arguments."""
        super().__init__(number, violation)
        self.number, self.violation = number, violation


@dataclass(frozen=True)
class Here:
    """Computes points with so many processes.

    As long as there are as many points as processes, each process has a point of its own; of those that remain, each
    has its replications shared out. tick : told (number of a point, virtual ns of all its replications that are over);
    growing : as in `rehearse`. Raises BrokenPoint.
    """

    workers: int = 1
    tick: Tick = lambda number, now: None
    growing: Growing = lambda streets, grown, of: None

    def __call__(self, points: Sequence[Point], heard: Heard) -> None:
        """Run each point and tell what came of it."""
        shared = len(points) - len(points) % self.workers if self.workers > 1 else 0
        if shared:
            self._side_by_side(points[:shared], heard)
        for point in points[shared:]:
            tick = partial(self.tick, point.number)
            heard(point, _computed(point.scenario, point.number, self.workers, tick, self.growing))

    def _side_by_side(self, points: Sequence[Point], heard: Heard) -> None:
        by_number = {point.number: point for point in points}
        for point in points:
            make_ready(point.scenario, self.workers, self.growing)  # once, and not in each process
        jobs = {point.number: partial(_in_a_worker, point.scenario, point.number) for point in points}

        def each(number: int, result: Result) -> None:
            heard(by_number[number], result)

        share_out(jobs, self.workers, points[0].scenario, "compiled", self.tick, each)


def _in_a_worker(scenario: Scenario, number: int) -> Result:
    return _computed(scenario, number, 1, partial(tell, number))


def _computed(
    scenario: Scenario,
    number: int,
    workers: int,
    tick: Callable[[int], None],
    growing: Growing = lambda streets, grown, of: None,
) -> Result:
    reached = [0] * scenario.replications

    def ticked(replication: int, now: int) -> None:
        reached[replication] = now
        tick(sum(reached))

    try:
        return Result.of(rehearse(scenario, workers, ticked, growing=growing))
    except Violation as violation:
        raise BrokenPoint(number, violation) from None
