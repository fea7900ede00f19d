"""(f) Replications over processes: how much faster, and whether the result is the same."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import NamedTuple

from benchmarks import engine
from benchmarks.arms import apart, interleaved, median
from benchmarks.report import Report, figure
from benchmarks.sizes import Size

FILE = "peak_tenth.yaml"
ALSO = 8
"""Workers whose digest is compared as well."""


class Outcome(NamedTuple):
    """One rehearsal. wall : s of all of it; running : s since the first replication told of its first minute."""

    wall: float
    running: float
    digest: str


def compare(size: Size, repeats: int) -> Report:
    """One worker, two, and once eight."""
    settings = (*engine.span(*size.workers), ("replications", str(size.replications)))
    arms = {f"{count}": partial(apart, rehearsed, settings, count) for count in (1, 2)}
    found = interleaved(arms, repeats)
    found[f"{ALSO}"] = [apart(rehearsed, settings, ALSO)]
    times, running = (median(each) for each in zip(*_gains(found["1"], found["2"]), strict=True))
    same = len({one.digest for each in found.values() for one in each}) == 1
    equal = "equal" if same else "DIFFER"
    return Report(
        f"(f) Two workers: {running:,.2f} times one, {times:,.2f} with their start; digests of 1, 2 and {ALSO} {equal}",
        f"`scenarios/{FILE}`, {size.replications} replications of {sum(size.workers) / 60:,g} virtual minutes. The "
        "start is that of every process, its imports and its compiled code, and ends with the first virtual minute.",
        ("workers", "wall s", "since the first minute, s", "digest"),
        tuple(_row(name, each) for name, each in found.items()),
        {"ratio": times, "running_ratio": running, "equal": same, "runs": {
            name: [one._asdict() for one in each] for name, each in found.items()
        }},
    )  # fmt: skip


def rehearsed(settings: tuple[tuple[str, str], ...], workers: int) -> Outcome:
    """Rehearse in this process and its workers."""
    began, told = perf_counter(), list[float]()
    from swifteats_sim.experiments import rehearse

    rehearsal = rehearse(engine.declared(FILE, settings), workers, lambda number, now: told.append(perf_counter()))
    ended = perf_counter()
    return Outcome(ended - began, ended - min(told, default=began), rehearsal.digest)


def _gains(one: list[Outcome], two: list[Outcome]) -> list[tuple[float, float]]:
    return [(a.wall / b.wall, a.running / b.running) for a, b in zip(one, two, strict=True)]


def _row(name: str, runs: list[Outcome]) -> tuple[str, ...]:
    walls, running = [one.wall for one in runs], [one.running for one in runs]
    return name, figure(median(walls)), figure(median(running)), runs[0].digest[:8]
