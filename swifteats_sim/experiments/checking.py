"""A scenario against its baseline: replications paired, each metric held against its tolerance and its interval."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from swifteats_sim.experiments.checked import Checked, Chosen, Held, Movement, Outcome, target_key
from swifteats_sim.experiments.comparing import Contrast, Side
from swifteats_sim.results import estimates
from swifteats_sim.results.baseline import Entry, Row
from swifteats_sim.results.pairing import Values, difference
from swifteats_sim.results.tolerances import Tolerance, Tolerances
from swifteats_sim.scenario.declaration import declaration, declared_then
from swifteats_sim.scenario.differing import Differing, differing
from swifteats_sim.scenario.errors import ScenarioError


def check(side: Side, chosen: Chosen, made_with: str, entry: Entry | None, tolerances: Tolerances) -> Checked:
    """Hold what was run against its entry of the baseline; made_with : see Entry."""
    now = entry_of(side, chosen, made_with)
    before = entry.verdicts if entry is not None else {}
    held = tuple(
        Held(each, place, before.get(target_key(each), ""))
        for each, place in zip(side.judgements, chosen.places, strict=True)
    )
    if entry is None:
        return Checked(chosen, None, now, len(side.measured), held, (), (), "")
    count = min(entry.replications, now.replications)
    changes, unreadable = _declared_otherwise(entry, now, side, chosen)
    moved = tuple(_movements(entry, now, count, tolerances))
    return Checked(chosen, entry, now, count, held, moved, changes, unreadable)


def entry_of(side: Side, chosen: Chosen, made_with: str) -> Entry:
    """What a baseline keeps of a scenario that was run."""
    scenario, names = side.scenario, dict.fromkeys(name for each in side.measured for name in each)
    return Entry(
        scenario.name,
        scenario.seed,
        len(side.measured),
        side.digest,
        made_with,
        {target_key(each): each.verdict for each in side.judgements},
        {name: tuple(_float(each.get(name)) for each in side.measured) for name in names},
        declaration(scenario, Path(chosen.file).parent),
    )


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _declared_otherwise(entry: Entry, now: Entry, side: Side, chosen: Chosen) -> tuple[tuple[Differing, ...], str]:
    """What differs in the scenario itself, and why that cannot be told, where it cannot."""
    pairs = (("seed", entry.seed, now.seed), ("replications", entry.replications, now.replications))
    found = tuple(Differing(*each) for each in pairs if each[1] != each[2])
    if entry.declared == now.declared:
        return found, ""
    try:
        then = declared_then(entry.declared, Path(chosen.file).parent)
    except ScenarioError as error:
        problem = error.problems[0]
        return found, f"{problem.key}: {problem.message}" if problem.key else problem.message
    return (*found, *differing(then, side.scenario)), ""


def _movements(entry: Entry, now: Entry, count: int, tolerances: Tolerances) -> Iterator[Movement]:
    before, after = _values(entry, count), _values(now, count)
    then, here = estimates(before), estimates(after)
    for metric in sorted({*then, *here}):
        allowed = tolerances.of(now.name, metric)
        if metric not in here or metric not in then:
            yield Movement(metric, "gone" if metric in then else "new", allowed)
            continue
        rows = entry.rows[metric][:count], now.rows[metric][:count]
        gaps = sum(each is not None for each in rows[0]), sum(each is not None for each in rows[1])
        paired = difference(after, before, metric)
        if paired is not None:
            contrast = Contrast(metric, then[metric], here[metric], paired)
            yield Movement(metric, _outcome(contrast, allowed), allowed, contrast)
        else:
            yield Movement(metric, _of_gappy(*rows, allowed), allowed, gaps=gaps)


def _values(entry: Entry, count: int) -> Values:
    rows = entry.rows.items()
    return [{name: value for name, row in rows if (value := row[number]) is not None} for number in range(count)]


def _outcome(contrast: Contrast, allowed: Tolerance) -> Outcome:
    change = contrast.difference
    if not any(change.per_replication):
        return "same"
    if allowed.allows(change.value, contrast.a.value):
        return "within"
    return "unclear" if contrast.moved is False else "moved"


def _of_gappy(then: Row, now: Row, allowed: Tolerance) -> Outcome:
    """Of a metric that some replications lack: to pair the rest would flatter it, so it never counts as moved."""
    if then == now:
        return "same"
    pairs = list(zip_longest(then, now))
    alike = all((one is None) == (other is None) for one, other in pairs)
    near = all(allowed.allows(b - a, a) for a, b in pairs if a is not None and b is not None)
    return "within" if (alike and near) or allowed.free else "unclear"
