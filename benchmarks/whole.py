"""(c) The whole platform against a plain SimPy model of it."""

from __future__ import annotations

from functools import partial

from benchmarks import engine, peak
from benchmarks.arms import Sample, cpu_ratio, interleaved, median, ratio, samples_of, timed
from benchmarks.figures import Figures, differences
from benchmarks.plain import platform
from benchmarks.report import Report, figure
from benchmarks.scaling import scaled
from benchmarks.sizes import Size
from swifteats_sim.results import Tables, measure


def compare(size: Size, repeats: int) -> Report:
    """Wall seconds of the same span; of the plain model also what a fix and an order cost."""
    scenario = scaled(size.drivers, engine.span(*size.platform))
    peak.compile_peak()
    tables, figures, counts = list[Tables](), list[Figures](), dict[str, float]()

    def by_engine() -> float:
        tables.append(engine.run(scenario, replication=len(tables)))
        return 1.0

    def by_simpy() -> float:
        counted, found = platform.platform(scenario, len(figures))
        figures.append(found)
        counts.update(counted)
        return 1.0

    def by_orders() -> float:
        alone = platform.Platform(scenario)
        alone.run(orders_alone=True)
        return alone.counts()["orders"]

    arms = {"engine": by_engine, "simpy": by_simpy, "simpy, orders alone": by_orders}
    found = interleaved({name: partial(timed, run) for name, run in arms.items()}, repeats)
    times, virtual = ratio(found["simpy"], found["engine"]), scenario.end / 1e9
    busy = cpu_ratio(found["simpy"], found["engine"])
    costs = _costs(found, counts)
    return Report(
        f"(c) The platform of {size.drivers:,} drivers: {times:,.1f} times a plain SimPy model",
        f"The peak hour with its fleet cut to that, at its density, stack and demand to scale, {virtual / 60:,g} "
        f"virtual minutes from an empty city. The plain model spends {1e6 * costs['fix']:,.0f} us on a fix or a call "
        f"and {1e6 * costs['order']:,.0f} us on an order. In CPU time the ratio is "
        f"{busy:,.1f}. {simplified()}",
        ("model", "virtual s", "wall s", "x real time"),
        tuple(_row(name, virtual, found[name]) for name in ("engine", "simpy")),
        {
            "ratio": times,
            "cpu_ratio": busy,
            "virtual_s": virtual,
            "costs_s": costs,
            "counts": counts,
            "samples": samples_of(found),
        },
        tuple(differences([measure(each) for each in tables], figures)),
    )


def _costs(found: dict[str, list[Sample]], counts: dict[str, float]) -> dict[str, float]:
    """CPU seconds an order, of a run with orders alone; a fix or a call, of what the whole run takes more."""
    alone, together = (median([one.cpu for one in found[name]]) for name in ("simpy, orders alone", "simpy"))
    return {"order": alone / counts["orders"], "fix": (together - alone) / (counts["fixes"] + counts["menus"])}


def _row(name: str, virtual: float, samples: list[Sample]) -> tuple[str, ...]:
    wall = median([one.wall for one in samples])
    return name, f"{virtual:,.0f}", figure(wall), figure(virtual / wall)


def simplified() -> str:
    """What the plain model leaves out, in its own words."""
    text = (platform.__doc__ or "").split("SIMPLIFIED:")[1]
    return "Simplified: " + " ".join(text.split()).removeprefix("- ").replace(" - ", " ")
