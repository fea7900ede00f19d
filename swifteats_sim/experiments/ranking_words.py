"""What a ranking says: who is best and how sure that is, and a table of all."""

from __future__ import annotations

from typing import Any

from swifteats_sim.experiments.comparing_words import between, signed
from swifteats_sim.experiments.ranking import Ranking, Runner
from swifteats_sim.results.statistics import Estimate, estimate
from swifteats_sim.results.wording import listed, several
from swifteats_sim.scenario import format_value

HEADER = ("alternative", "mean", "95 % interval", "more than the first", "95 % interval of that", "replications", "out")


def sentences(ranking: Ranking) -> list[str]:
    """Who is picked with which probability, or that nobody is, and what else whoever reads it must know."""
    return [
        _asked(ranking),
        _picked(ranking) if ranking.best is not None else _undecided(ranking),
        *_saturated(ranking),
    ]


def rows(ranking: Ranking) -> list[tuple[str, ...]]:
    """A row an alternative, the best first; differences are paired by replication."""
    first, unit = ranking.runners[ranking.order[0]], ranking.question.unit
    return [_row(ranking.runners[number], first, unit) for number in ranking.order]


def data(ranking: Ranking) -> dict[str, Any]:
    """Everything, for a program to read; times in seconds, rates a second, ratios 0..1."""
    asked, first = ranking.question, ranking.runners[ranking.order[0]]
    return {
        "metric": asked.metric,
        "unit": asked.unit,
        "better": "least" if asked.least else "most",
        "indifference": ranking.indifference,
        "probability": asked.probability,
        "cap": asked.most,
        "seed": first.alternative.scenario.seed,
        "best": None if ranking.best is None else ranking.runners[ranking.best].alternative.label,
        "digest": ranking.digest,
        "summary": sentences(ranking),
        "alternatives": [_data(ranking.runners[number], first) for number in ranking.order],
    }


def more_than(runner: Runner, first: Runner) -> Estimate:
    """What it has more than the first, over the replications that both had."""
    return estimate([one - other for one, other in zip(runner.values, first.values, strict=False)])


def _asked(ranking: Ranking) -> str:
    asked, count = ranking.question, len(ranking.runners)
    worth = f"{format_value(ranking.indifference, asked.unit)}"
    if asked.unit == "ratio":
        worth = signed(ranking.indifference, asked.unit).lstrip("+")
    share = f", {100 * asked.indifference:g} % of the best after the first replications," if asked.relative else ""
    seed = ranking.runners[0].alternative.scenario.seed
    side = "least" if asked.least else "most"
    return (
        f"Which of {count} has the {side} {asked.metric}? A difference of {worth}{share} is worth seeing. "
        f"Replication k of all has the same random numbers (seed {seed})."
    )


def _picked(ranking: Ranking) -> str:
    best = ranking.runners[ranking.best or 0]
    runs = several(len(best.values), "replication", "replications")
    return (
        f"{best.alternative.label} is the best, after {runs}. This choice is right with a probability of at least "
        f"{100 * ranking.question.probability:g} % where one is better than all others by that difference, and else "
        "hardly differs from the best (Kim and Nelson 2001, for values that are about normal)."
    )


def _undecided(ranking: Ranking) -> str:
    left = [each.alternative.label for each in ranking.runners if each.left_after is None]
    runs = several(ranking.question.most, "replication", "replications")
    return (
        f"Not enough evidence: after {runs}, the most allowed, nothing tells {listed(left)} apart with a probability "
        f"of {100 * ranking.question.probability:g} %; {ranking.longest:,} would at most."
    )


def _saturated(ranking: Ranking) -> list[str]:
    names = [each.alternative.label for each in ranking.runners if each.saturated]
    if not names:
        return []
    is_ = "is" if len(names) == 1 else "are"
    return [f"{listed(names)} {is_} saturated: a longer run would show another value, and might another order."]


def _row(runner: Runner, first: Runner, unit: str) -> tuple[str, ...]:
    own, more = runner.estimate, more_than(runner, first)
    low_high = "none" if own.ci95 is None else " to ".join(format_value(end, unit) for end in own.ci95)
    same = runner is first
    return (
        runner.alternative.label,
        format_value(own.value, unit),
        low_high,
        "" if same else signed(more.value, unit),
        "" if same else "none" if more.ci95 is None else between(*more.ci95, unit),
        f"{len(runner.values):,}",
        "" if runner.left_after is None else f"after {runner.left_after:,}",
    )


def _data(runner: Runner, first: Runner) -> dict[str, Any]:
    own, more = runner.estimate, more_than(runner, first)
    return {
        "label": runner.alternative.label,
        "value": own.value,
        "ci95": None if own.ci95 is None else list(own.ci95),
        "more_than_first": {"value": more.value, "ci95": None if more.ci95 is None else list(more.ci95)},
        "out_after": runner.left_after,
        "saturated": runner.saturated,
        "per_replication": list(runner.values),
    }
