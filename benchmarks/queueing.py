"""(g) A queueing case against Ciw, a discrete-event library made for such cases (Palmer et al. 2019)."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks import engine
from benchmarks.arms import Sample, cpu_ratio, interleaved, median, ratio, samples_of, timed
from benchmarks.figures import Figures, differences, latency
from benchmarks.report import Report, figure
from benchmarks.sizes import Size
from swifteats_sim.results import Tables, measure

FILE = "theory/tandem3.yaml"
ARRIVALS, SERVICES = 5.0, (8.0, 10.0, 7.0)
"""Jobs/s; services/s of the three stations."""
EXACT = 1 / 3 + 1 / 5 + 1 / 2
"""Mean sojourn, s (Burke 1956, Jackson 1957)."""


def compare(size: Size, repeats: int) -> Report:
    """Wall seconds a job, in both."""
    ours = engine.declared(FILE, engine.span(*size.queue))
    engine.compile_all(engine.declared(FILE, engine.span(1, 10)))
    tables, figures = list[Tables](), list[Figures]()

    def by_engine() -> float:
        tables.append(engine.run(ours, replication=len(tables)))
        return ARRIVALS * ours.end / 1e9

    def by_ciw() -> float:
        figures.append(tandem(*size.queue_other, seed=len(figures)))
        return ARRIVALS * sum(size.queue_other)

    found = interleaved({"engine": lambda: timed(by_engine), "ciw": lambda: timed(by_ciw)}, repeats)
    times = ratio(found["ciw"], found["engine"])
    busy = cpu_ratio(found["ciw"], found["engine"])
    spans: Mapping[str, float] = {"engine": sum(size.queue), "ciw": sum(size.queue_other)}
    return Report(
        f"(g) Three M/M/1 in a row: {times:,.0f} times Ciw",
        f"`scenarios/{FILE}`: {ARRIVALS:g} jobs/s through three stations; seconds a job, so that Ciw may run shorter. "
        f"The exact mean sojourn is {EXACT:.3f} s. In CPU time the ratio is {busy:,.0f}.",
        ("library", "virtual s", "wall s", "us a job"),
        tuple(_row(name, spans[name], each) for name, each in found.items()),
        {"ratio": times, "cpu_ratio": busy, "exact_mean_s": EXACT, "samples": samples_of(found)},
        tuple(differences([measure(each) for each in tables], figures)),
    )


def tandem(warmup: float, duration: float, seed: int = 7) -> Figures:
    """The same line of queues in Ciw."""
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVALS), None, None],
        service_distributions=[ciw.dists.Exponential(rate) for rate in SERVICES],
        routing=[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
        number_of_servers=[1, 1, 1],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(warmup + duration)
    done = [one.data_records for one in simulation.nodes[-1].all_individuals]
    sojourns = [visits[-1].exit_date - visits[0].arrival_date for visits in done if visits[0].arrival_date >= warmup]
    return latency("call", sojourns)


def _row(name: str, virtual: float, samples: list[Sample]) -> tuple[str, ...]:
    wall, cost = median([one.wall for one in samples]), median([one.cost for one in samples])
    return name, f"{virtual:,.0f}", figure(wall), figure(1e6 * cost)
