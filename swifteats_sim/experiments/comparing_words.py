"""What a comparison says in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from swifteats_sim.experiments.comparing import Comparison, Contrast, Side, TwoVerdicts
from swifteats_sim.results.wording import listed, several
from swifteats_sim.scenario import format_value
from swifteats_sim.scenario.differing import Differing, in_short

T = TypeVar("T")

CHANCE = 0.05
"""The share of metrics that leave their 95 % interval though nothing differs."""
FEW, NAMES = 3, 8
"""Differences, changes and movements that a sentence tells one by one; names that it lists."""
LONG = 200
"""Letters of a file's name at most."""
NUMERIC = "+-0123456789.,"
OF_ONE_RUN = ("single-replication",)
"""Findings that say how often was run, which is the same in both."""


def sentences(comparison: Comparison) -> list[str]:
    """What was run, what differs in it, which verdicts changed, and what moved most."""
    return [
        _both(comparison),
        *_gave_way(comparison.b),
        _scenarios(comparison.differing),
        _verdicts(comparison.verdicts),
        _movements(comparison),
        *_saturated(comparison),
        *_unpaired(comparison),
    ]


def only_shown(comparison: Comparison) -> list[str]:
    """Findings that only one of the two has."""
    ids_a, ids_b = ({each.id for each in side.findings} for side in (comparison.a, comparison.b))
    sides = (("A", comparison.a, ids_b), ("B", comparison.b, ids_a))
    return [
        f"only in {name}: {each.text}"
        for name, side, others in sides
        for each in side.findings
        if each.id not in others and each.id not in OF_ONE_RUN
    ]


def signed(value: float, unit: str) -> str:
    """A difference for people: "+1.2 ms"; of ratios in points of a hundred: "-0.5 points"."""
    if unit == "ratio":
        return f"{signed(100 * value, '')} points"
    sign = "" if value == 0 else "-" if value < 0 else "+"
    return f"{sign}{format_value(abs(value), unit)}"


def between(low: float, high: float, unit: str) -> str:
    """An interval of a difference for people: "-3 to +1.2 ms", or "-300 us to +1.2 ms"."""
    first, last = signed(low, unit), signed(high, unit)
    same = first.lstrip(NUMERIC) == last.lstrip(NUMERIC)
    return f"{first.removesuffix(first.lstrip(NUMERIC)) if same else first} to {last}"


def relatively(contrast: Contrast) -> str:
    """A relative change for people: "+12 %"."""
    return "from 0" if contrast.relative is None else f"{signed(100 * contrast.relative, '')} %"


def _both(comparison: Comparison) -> str:
    a, b, count = comparison.a, comparison.b, comparison.replications
    sides = f"A is {_called(a)}, B is {_called(b)}"
    runs = f"{several(count, 'replication', 'replications')} each"
    if not comparison.common:
        seeds = f"{a.scenario.seed} and {b.scenario.seed}"
        return f"{sides}. {runs}, on different seeds as asked ({seeds}), so that chance differs too."
    where = "; replication k of both has" if count > 1 else ", with"
    return f"{sides}. {runs}{where} the same random numbers (seed {a.scenario.seed})."


def _called(side: Side) -> str:
    return f"{side.scenario.name} ({in_short(side.file, LONG)})"


def _gave_way(b: Side) -> Iterator[str]:
    own = [f"seed {b.own_seed}"] if b.own_seed != b.scenario.seed else []
    if b.own_replications != b.scenario.replications:
        own.append(several(b.own_replications, "replication", "replications"))
    if own:
        yield f"B itself asks for {listed(own)}; it was run as A was."


def _scenarios(found: Sequence[Differing]) -> str:
    if not found:
        return "The scenarios do not differ."
    told = _told(found, lambda each: f"{each.path} ({in_short(each.a)} -> {in_short(each.b)})")
    return f"The scenarios differ in {several(len(found), 'value', 'values')}: {told}."


def _verdicts(found: Sequence[TwoVerdicts]) -> str:
    shared = [each for each in found if each.a is not None and each.b is not None]
    changed = [each for each in shared if each.a != each.b]
    if not shared:
        return "They have no target in common." if found else "They have no targets."
    if not changed:
        return f"No verdict changed, of {len(shared)}."
    told = _told(changed, lambda each: f"{each.metric.rpartition('.')[0]} {each.condition}: {each.a} -> {each.b}")
    return f"{several(len(changed), 'verdict', 'verdicts')} changed, of {len(shared)}: {told}."


def _movements(comparison: Comparison) -> str:
    every, outstanding = comparison.contrasts, [each for each in comparison.by_size() if each.stands_out]
    count = f"{several(len(outstanding), 'metric', 'metrics')}"
    other = [each for each in every if any(each.difference.per_replication)]
    if not every:
        return "They have no metric in common."
    if not other:
        return f"Every metric is exactly the same in both, of {len(every):,}."
    if not outstanding:
        return f"No metric moved beyond its interval, of {len(every):,}."
    told = f"of {len(every):,}; most of all {_told(outstanding, _movement)}"
    if comparison.replications == 1:
        return f"{count} differ, {told}. One replication has no interval: nothing tells a difference from chance."
    chance = f"chance alone would move about {CHANCE * len(other):.0f} of those that differ at all"
    return f"{count} moved beyond {'their' if len(outstanding) > 1 else 'its'} interval, {told} ({chance})."


def _movement(contrast: Contrast) -> str:
    return f"{contrast.metric} {signed(contrast.difference.value, contrast.unit)} ({relatively(contrast)})"


def _saturated(comparison: Comparison) -> Iterator[str]:
    names = [name for name, side in (("A", comparison.a), ("B", comparison.b)) if side.saturated]
    if names:
        is_ = "is" if len(names) == 1 else "are"
        yield f"{listed(names)} {is_} saturated: what depends on backlogs would differ otherwise in a longer run."


def _unpaired(comparison: Comparison) -> Iterator[str]:
    for name, metrics in (("A", comparison.only_a), ("B", comparison.only_b)):
        if metrics:
            yield f"Only {name} has {_named(metrics)}."
    if comparison.gappy:
        yield f"Not in every replication, and not compared: {_named(comparison.gappy)}."


def _named(metrics: Sequence[str]) -> str:
    more = [f"{len(metrics) - NAMES} more metrics"] if len(metrics) > NAMES else []
    return listed([*metrics[:NAMES], *more])


def _told(found: Sequence[T], say: Callable[[T], str]) -> str:
    """The first few, one by one."""
    more = [f"{len(found) - FEW} more"] if len(found) > FEW else []
    return "; ".join([say(each) for each in found[:FEW]] + more)
