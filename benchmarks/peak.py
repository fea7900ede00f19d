"""(b, e) The whole peak hour: compiled against reference, and what it takes alone."""

from __future__ import annotations

from benchmarks import engine
from benchmarks.arms import Sample, apart, cpu_ratio, interleaved, median, peak_memory, ratio, samples_of, timed
from benchmarks.report import Report, figure
from benchmarks.sizes import Size
from swifteats_sim.simulation import Engine

FILE = "peak_hour.yaml"
WARM = (
    ("city.geos.centre.drivers", "50"),
    ("city.geos.outer.drivers", "50"),
    ("demand.orders.rate", "60/min"),
    ("assignment.deferral", "off"),
)
"""Enough of it to compile everything, searches and trips included."""


def compare(size: Size, repeats: int) -> Report:
    """Wall seconds of the same span by both engines."""
    scenario = engine.declared(FILE, engine.span(*size.pair))
    compile_peak()

    def by(which: Engine) -> Sample:
        return timed(lambda: float(engine.run(scenario, which).end > 0))

    found = interleaved({"compiled": lambda: by("compiled"), "reference": lambda: by("reference")}, repeats)
    times, virtual = ratio(found["reference"], found["compiled"]), scenario.end / 1e9
    busy = cpu_ratio(found["reference"], found["compiled"])
    walls = {name: median([one.wall for one in each]) for name, each in found.items()}
    return Report(
        f"(b) Peak hour: compiled {times:,.1f} times the reference",
        f"`scenarios/{FILE}`, assembly included. Both run the same {virtual / 60:,g} virtual minutes, from an "
        f"empty city. In CPU time the ratio is {busy:,.1f}.",
        ("engine", "virtual s", "wall s", "x real time"),
        tuple((name, f"{virtual:,.0f}", figure(wall), figure(virtual / wall)) for name, wall in walls.items()),
        {"ratio": times, "cpu_ratio": busy, "virtual_s": virtual, "samples": samples_of(found)},
    )


def hour(size: Size, repeats: int) -> Report:
    """One replication, each in a process of its own, compilation apart."""
    found = interleaved({"compiled": lambda: apart(whole, size.hour)}, repeats)["compiled"]
    virtual, samples, memory = sum(size.hour), [sample for sample, _ in found], [held for _, held in found]
    wall = median([one.wall for one in samples])
    return Report(
        f"(b, e) Peak hour on one core: {virtual / wall:,.0f} times real time, {median(memory):,.0f} MB",
        f"`scenarios/{FILE}` with {virtual / 60:,g} virtual minutes, one replication, without the start-up of Python "
        "and the compiler. Memory is the peak of the process, its libraries included.",
        ("run", "virtual s", "wall s", "x real time", "peak MB"),
        tuple(
            (f"{number}", f"{virtual:,.0f}", figure(sample.wall), figure(virtual / sample.wall), figure(held))
            for number, (sample, held) in enumerate(found, 1)
        ),
        {"times_real": virtual / wall, "memory_mb": memory, "samples": samples_of({"compiled": samples})},
    )


def whole(span: tuple[float, float]) -> tuple[Sample, float]:
    """(what the run took, MB at its peak) of this process."""
    compile_peak()
    scenario = engine.declared(FILE, engine.span(*span))
    return timed(lambda: float(engine.run(scenario).end > 0)), peak_memory()


def compile_peak() -> None:
    """Run a small piece of it, so that no compilation is timed."""
    engine.compile_all(engine.declared(FILE, [*engine.span(0, 120), *WARM]))
