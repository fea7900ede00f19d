"""(d) Fleets of 1,000 to 100,000 drivers at constant density: what a driver-hour costs, and its memory."""

from __future__ import annotations

from functools import partial
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks import engine, peak
from benchmarks.arms import apart, interleaved, median, peak_memory
from benchmarks.report import Report, figure
from benchmarks.scaling import scaled
from benchmarks.sizes import Size

SETTINGS = (("assignment.deferral", "off"),)
"""Else nobody would be searched before a quarter of an hour has passed."""
MINUTE = 60.0


class Passage(NamedTuple):
    """The measured part of one run. wall, cpu, virtual : s; memory : MB at the peak, of the whole run."""

    drivers: int
    wall: float
    cpu: float
    virtual: float
    memory: float

    @property
    def cost(self) -> float:
        """Wall seconds of a simulated driver-hour."""
        return self.wall / self.driver_hours

    @property
    def cpu_cost(self) -> float:
        """CPU seconds of a simulated driver-hour."""
        return self.cpu / self.driver_hours

    @property
    def driver_hours(self) -> float:
        """Simulated."""
        return self.drivers * self.virtual / 3600


def compare(size: Size, repeats: int) -> Report:
    """Each fleet in a process of its own."""
    arms = {f"{count:,}": partial(apart, passage, count, size.fleet) for count in size.fleets}
    found = interleaved(arms, repeats)
    largest, tenth = found[f"{size.fleets[-1]:,}"], found[f"{_nearest(size.fleets, size.fleets[-1] // 10):,}"]
    pairs = list(zip(largest, tenth, strict=True))
    growth = median([one.cost / other.cost for one, other in pairs])
    busy = median([one.cpu_cost / other.cpu_cost for one, other in pairs])
    warmup, measured = size.fleet
    return Report(
        f"(d) {size.fleets[-1]:,} drivers: a driver-hour costs {growth:,.2f} times that of {tenth[0].drivers:,}",
        f"The peak hour with area, restaurants, orders, calls and stack grown with the fleet, without deferral; "
        f"{measured / 60:,.0f} virtual minutes after the first {warmup / 60:,.0f}, assembly not counted. "
        f"In CPU time a driver-hour costs {busy:,.2f} times that of {tenth[0].drivers:,}.",
        ("drivers", "wall s", "x real time", "ms a driver-hour", "of CPU", "peak MB"),
        tuple(_row(name, each) for name, each in found.items()),
        {
            "growth": growth,
            "cpu_growth": busy,
            "runs": {name: [one._asdict() for one in each] for name, each in found.items()},
        },
    )


def passage(drivers: int, span: tuple[float, float]) -> Passage:
    """Run it in this process; the clock is read as the run tells that a virtual minute is over.

    It goes on for a minute more, since of its last one it does not tell.
    """
    peak.compile_peak()
    scenario = scaled(drivers, [*engine.span(span[0], span[1] + MINUTE), *SETTINGS])
    told = dict[float, tuple[float, float]]()

    def tell(now: int) -> None:
        told[now / 1e9] = perf_counter(), process_time()

    engine.run(scenario, progress=tell)
    inside = [instant for instant in told if instant >= span[0]]
    first, last = min(inside), max(inside)
    wall, cpu = (end - begin for begin, end in zip(told[first], told[last], strict=True))
    return Passage(drivers, wall, cpu, last - first, peak_memory())


def _nearest(fleets: tuple[int, ...], drivers: int) -> int:
    return min(fleets, key=lambda count: abs(count - drivers))


def _row(name: str, runs: list[Passage]) -> tuple[str, ...]:
    wall, cost = median([one.wall for one in runs]), median([one.cost for one in runs])
    return (
        name,
        figure(wall),
        figure(runs[0].virtual / wall),
        figure(1000 * cost),
        figure(1000 * median([one.cpu_cost for one in runs])),
        figure(runs[0].memory),
    )
