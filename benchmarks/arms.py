"""Arms of a comparison: run in turn (A B A B ...), so that whatever else the machine does meets all of them."""

from __future__ import annotations

import gc
import resource
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter, process_time
from typing import NamedTuple, ParamSpec, TypeVar

Result = TypeVar("Result")
Terms = ParamSpec("Terms")


class Sample(NamedTuple):
    """What one run took. wall, cpu : s; units : of work done, in which arms of different spans are compared."""

    wall: float
    cpu: float
    units: float = 1.0

    @property
    def cost(self) -> float:
        """Wall seconds a unit."""
        return self.wall / self.units


def timed(run: Callable[[], float]) -> Sample:
    """One run, in this process. run : does it, and returns the units of work that it has done."""
    gc.collect()
    wall, cpu = perf_counter(), process_time()
    units = run()
    return Sample(perf_counter() - wall, process_time() - cpu, units)


def interleaved(arms: Mapping[str, Callable[[], Result]], repeats: int) -> dict[str, list[Result]]:
    """What every arm gives, `repeats` times in turn."""
    found: dict[str, list[Result]] = {name: [] for name in arms}
    for repeat in range(repeats):
        for name, run in arms.items():
            say(f"  {name}, {repeat + 1} of {repeats}")
            found[name].append(run())
    return found


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def ratio(slow: Sequence[Sample], fast: Sequence[Sample]) -> float:
    """The median of what the slow arm costs over what the fast one costs, run by run, in wall time."""
    return median([one.cost / other.cost for one, other in zip(slow, fast, strict=True)])


def cpu_ratio(slow: Sequence[Sample], fast: Sequence[Sample]) -> float:
    """The same in CPU time, which a machine that does other work as well moves less."""
    pairs = zip(slow, fast, strict=True)
    return median([one.cpu / one.units / (other.cpu / other.units) for one, other in pairs])


def samples_of(found: Mapping[str, Sequence[Sample]]) -> dict[str, list[dict[str, float]]]:
    """Every run of every arm, for JSON."""
    return {name: [one._asdict() for one in each] for name, each in found.items()}


def apart(run: Callable[Terms, Result], *terms: Terms.args, **named: Terms.kwargs) -> Result:
    """What `run` returns in a fresh process of its own, so that its memory is nobody else's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(run, *terms, **named).result()


def peak_memory() -> float:
    """MB, the most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(what: str) -> None:
    """Progress, to stderr."""
    print(what, file=sys.stderr, flush=True)  # noqa: T201
