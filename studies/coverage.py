"""Can the verdicts be bet on? On M/M/1, where the truth is known: what intervals hold, how often a verdict is wrong.

20,000 customers a replication at 80 % load, 30 replications a repeat, each repeat on a seed of its own; simulated,
measured and judged as every run is. Limits lie 2 % to either side of the true value. The overloaded queue has a target
that any value meets: only who sees that it is saturated does not pass it.
"""

from __future__ import annotations

import argparse
import gc
import math
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from studies.answer import kept
from studies.arms import SCENARIOS
from swifteats_sim.experiments import Precision
from swifteats_sim.experiments.sequential import Seen, first_count, look
from swifteats_sim.results import Estimate, Judgement, estimates, growths, judge, measure
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.pairing import Values
from swifteats_sim.scenario import Scenario, load
from swifteats_sim.scenario.targets import Targets
from swifteats_sim.simulation import simulate

FILE = SCENARIOS / "theory" / "mm1_rho80.yaml"
CUSTOMERS, ARRIVAL_S, SERVICE_S = 20_000, 0.125, 0.1
DISTANCE = 0.02
"""Of a limit from the true value, as a share of it."""
SEQUENTIAL = Precision(0.05, most=30)
ANYTHING: dict[str, tuple[str, ...]] = {"call.latency": ("mean < 100 h",)}


def truths() -> dict[str, float]:
    """Of M/M/1 (Kleinrock, "Queueing systems" I, 1975, 3.2), in seconds."""
    load_, relaxation = SERVICE_S / ARRIVAL_S, 1 / (1 / SERVICE_S - 1 / ARRIVAL_S)
    return {
        "call.latency.mean": relaxation,
        "call.latency.p99": math.log(100) * relaxation,
        "call.wait.mean": load_ * relaxation,
        "call.wait.p99": math.log(100 * load_) * relaxation,
    }


class Repeat(NamedTuple):
    """What one rehearsal said. verdicts : by (metric, operator, whether the limit is met in truth)."""

    found: dict[str, Estimate]
    stopped: dict[str, Estimate]
    verdicts: dict[tuple[str, str, bool], str]


def queue(utilization: float, replications: int, targets: dict[str, tuple[str, ...]]) -> Scenario:
    """The shipped queue with 20,000 customers a replication, at this load."""
    arrival = SERVICE_S / utilization
    settings = [("stack.flows.call.arrivals", f"exponential({arrival * 1e6:.0f} us)"),
                ("duration", f"{arrival * CUSTOMERS:.3f} s"), ("replications", str(replications))]  # fmt: skip
    return load(FILE, settings).model_copy(update={"targets": Targets(targets)})


def limits() -> dict[str, tuple[str, ...]]:
    """Four targets on each metric: two that it meets in truth, and two that it misses."""
    conditions: dict[str, tuple[str, ...]] = {}
    for metric, truth in truths().items():
        name, _, statistic = metric.rpartition(".")
        of_one = (f"{statistic} {sign} {truth * (1 + shift) * 1e9:.0f} ns"
                  for sign in "<>" for shift in (-DISTANCE, DISTANCE))  # fmt: skip
        conditions[name] = (*conditions.get(name, ()), *of_one)
    return conditions


def judged(scenario: Scenario, seed: int) -> tuple[Values, tuple[Judgement, ...]]:
    """What each replication on this seed measures, and the verdicts: as `rehearse` does it, without findings."""
    once = scenario.model_copy(update={"seed": seed})
    tables = [simulate(once, number) for number in range(scenario.replications)]
    measured, grown = [measure(each) for each in tables], [growths(each) for each in tables]
    if scenario.replications > 1 or seed % 30 == 0:
        gc.collect()  # nobody else sweeps while this asks: 30 runs are little to keep, and a sweep takes as long as ten
    return measured, judge(scenario.conditions, estimates(measured), grown, tables[0].paths)


def ask(repeats: int) -> Iterator[Repeat]:
    """Repeat after repeat, each on its own seed."""
    scenario = queue(SERVICE_S / ARRIVAL_S, 30, limits())
    for seed in range(1, repeats + 1):
        measured, judgements = judged(scenario, seed)
        found = estimates([{metric: each[metric] for metric in truths()} for each in measured])
        yield Repeat(found, _stopped(scenario, measured), dict(_verdicts(judgements)))


def _stopped(scenario: Scenario, measured: Values) -> dict[str, Estimate]:
    """Each metric as `--precision 5%` would have left it, had it been asked about alone."""
    found: dict[str, Estimate] = {}
    for metric in truths():
        name, _, statistic = metric.rpartition(".")
        alone = scenario.model_copy(update={"targets": Targets({name: (f"{statistic} > 0 s",)}), "replications": 1})
        values, count = [{metric: each[metric]} for each in measured], first_count(alone, SEQUENTIAL)
        while (more := look(alone, SEQUENTIAL, Seen(values[:count], [], {})).last.next) is not None:
            count = more
        found |= estimates(values[:count])
    return found


def _verdicts(judgements: tuple[Judgement, ...]) -> Iterator[tuple[tuple[str, str, bool], str]]:
    for each in judgements:
        yield (each.target.metric, each.target.operator, each.target.met(truths()[each.target.metric])), each.verdict


def coverage_table(repeats: list[Repeat]) -> str:
    """A row a metric: how often intervals hold the truth, of 30 replications and where the rule would have stopped."""
    rows = []
    for metric, truth in truths().items():
        fixed, stopped = ([getattr(each, kind)[metric] for each in repeats] for kind in ("found", "stopped"))
        bias = sum(each.value for each in fixed) / len(fixed) / truth - 1
        counts = [len(each.per_replication) for each in stopped]
        rows.append((metric, f"{truth:.4f} s", f"{100 * bias:+.2f} %", f"{100 * _half(fixed, truth):.1f} %",
                     _share(_held(fixed, truth), len(fixed)), _share(_held(stopped, truth), len(stopped)),
                     f"{sum(counts) / len(counts):.1f}"))  # fmt: skip
    head = ("metric", "truth", "mean off by", "half of interval", "it holds the truth",
            "stopped at 5 %: it holds the truth", "replications then")  # fmt: skip
    return markdown_table(head, rows)


def verdict_table(repeats: list[Repeat]) -> str:
    """A row a metric and truth: what was said of targets whose limit lies 2 % away."""
    rows = []
    for metric in truths():
        for met in (True, False):
            said = [verdict for each in repeats for (name, _, in_truth), verdict in each.verdicts.items()
                    if name == metric and in_truth == met]  # fmt: skip
            right, wrong = ("pass", "fail") if met else ("fail", "pass")
            counts = (f"{said.count(verdict):,}" for verdict in (right, "inconclusive", "saturated"))
            rows.append((metric, "met" if met else "missed", *counts, _share(said.count(wrong), len(said))))
    return markdown_table(("metric", "in truth", "right", "inconclusive", "saturated", "wrong"), rows)


def overload_table(arms: list[tuple[float, int, int]]) -> str:
    """A row a load, replications and repeats: what became of a target that any value meets."""
    rows = []
    for utilization, replications, repeats in arms:
        scenario = queue(utilization, replications, ANYTHING)
        said = [judged(scenario, seed)[1][0].verdict for seed in range(1, repeats + 1)]
        counts = (f"{said.count(verdict):,}" for verdict in ("saturated", "inconclusive"))
        rows.append((f"{utilization:.2f}", str(replications), f"{repeats:,}", *counts,
                     _share(said.count("pass"), repeats)))  # fmt: skip
        print(rows[-1], file=sys.stderr)  # noqa: T201
    return markdown_table(("load", "replications", "repeats", "saturated", "inconclusive", "passed"), rows)


def _held(found: list[Estimate], truth: float) -> int:
    return sum(each.ci95 is not None and each.ci95[0] <= truth <= each.ci95[1] for each in found)


def _half(found: list[Estimate], truth: float) -> float:
    return sum((each.ci95[1] - each.value) / truth for each in found if each.ci95) / len(found)


def _share(part: int, whole: int) -> str:
    """A share with its exact 95 % interval (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    low = float(betaincinv(part, whole - part + 1, 0.025)) if part else 0.0
    high = float(betaincinv(part + 1, whole - part, 0.975)) if part < whole else 1.0
    return f"{part / whole:.4f} ({low:.4f} to {high:.4f})"


def main() -> None:
    """Ask, print and keep; whoever is interrupted has asked less often, and says so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2000)
    repeats, found = parser.parse_args().repeats, list[Repeat]()
    gc.disable()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell has put this into the background
    with suppress(KeyboardInterrupt):
        for each in ask(repeats):
            found.append(each)
            if len(found) % 20 == 0:
                print(f"{len(found):,}/{repeats:,}", file=sys.stderr)  # noqa: T201
    few = max(1, repeats // 20)
    overload = overload_table([(1.05, 1, repeats), (1.05, 30, few), (1.02, 1, repeats), (1.02, 30, few)])
    how = f"`python -m studies.coverage --repeats {repeats}`: {len(found):,} repeats; shares with exact 95 % intervals."
    kept("coverage", "Can the verdicts be bet on?", how, [
        "## What intervals hold: M/M/1 at 80 % load, 30 replications of 20,000 customers", "", coverage_table(found),
        "## Verdicts where the limit lies 2 % from the truth", "", verdict_table(found),
        "## An overloaded queue, and a target that any value meets", "", overload,
    ])  # fmt: skip


if __name__ == "__main__":
    main()
