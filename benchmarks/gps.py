"""(a) The GPS pipeline against a plain SimPy model of it."""

from __future__ import annotations

from functools import partial

from benchmarks import engine
from benchmarks.arms import Sample, cpu_ratio, interleaved, median, ratio, samples_of, timed
from benchmarks.figures import Figures, differences
from benchmarks.plain.pipeline import pipeline
from benchmarks.report import Report, figure
from benchmarks.sizes import Size
from swifteats_sim.results import Tables, measure
from swifteats_sim.scenario import Scenario

FILE = "gps_ingest.yaml"
MOMENT = 1e-3
"""Seconds in which nothing happens yet."""


def compare(size: Size, repeats: int) -> Report:
    """Wall seconds a fix, in both."""
    ours, theirs = (engine.declared(FILE, engine.span(*each)) for each in (size.gps, size.gps_plain))
    empty = engine.declared(FILE, engine.span(0, MOMENT))
    engine.compile_all(engine.declared(FILE, [*engine.span(0, 1), ("stack.flows.gps.clients", "100")]))
    tables, figures = list[Tables](), list[Figures]()

    def by_engine() -> float:
        tables.append(engine.run(ours, replication=len(tables)))
        return fixes_of(ours)

    def by_simpy() -> float:
        figures.append(pipeline(theirs, len(figures))[1])
        return fixes_of(theirs)

    def by_nobody() -> float:
        return float(engine.run(empty).end > 0)

    arms = {"engine": by_engine, "simpy": by_simpy, "assembly": by_nobody}
    found = interleaved({name: partial(timed, run) for name, run in arms.items()}, repeats)
    times = ratio(found["simpy"], found["engine"])
    busy = cpu_ratio(found["simpy"], found["engine"])
    rows = [_row(name, scenario.end / 1e9, found[name]) for name, scenario in (("engine", ours), ("simpy", theirs))]
    assembly = median([one.wall for one in found["assembly"]])
    return Report(
        f"(a) GPS pipeline: {times:,.0f} times a plain SimPy model",
        f"`scenarios/{FILE}` (10,000 drivers, 2,000 fixes/s), with assembly ({assembly:.2f} s). SimPy: a process a "
        "fix, its message and its estimate, a `simpy.Resource` a station and a consumer; a fix costs the same however "
        f"long it runs, so it may run shorter. Ratio of seconds a fix; in CPU time it is {busy:,.0f}.",
        ("model", "virtual s", "wall s", "us a fix", "x real time"),
        tuple(rows),
        {"ratio": times, "cpu_ratio": busy, "samples": samples_of(found)},
        tuple(differences([measure(each) for each in tables], figures)),
    )


def _row(name: str, virtual: float, samples: list[Sample]) -> tuple[str, ...]:
    wall, cost = median([one.wall for one in samples]), median([one.cost for one in samples])
    return name, f"{virtual:,.0f}", figure(wall), figure(1e6 * cost), figure(virtual / wall)


def fixes_of(scenario: Scenario) -> float:
    """Fixes that its drivers send, within one of each."""
    gps = scenario.stack.flows["gps"]
    assert isinstance(gps.clients, int)
    assert gps.every is not None
    return gps.clients * scenario.end / gps.every
