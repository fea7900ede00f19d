"""A check as annotations: at the lines of targets, and of metrics without one at those of the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from swifteats_sim.experiments.checked import Checked, Held, Movement
from swifteats_sim.experiments.checking_words import missed, movement, target, undecided
from swifteats_sim.results.annotations import MOST, Annotation, Level
from swifteats_sim.results.verdict import PASSED
from swifteats_sim.scenario.target_places import Place


def annotated(every: Sequence[Checked], baseline: str) -> list[Annotation]:
    """All that ends a check otherwise than well, as many as GitHub shows: targets first, then by size."""
    errors = [each for checked in every for each in _of_targets("error", missed(checked), checked)]
    errors += [
        each for checked in every for each in _of_metrics("error", checked.of("moved", "gone"), checked, baseline)
    ]
    warnings = [each for checked in every for each in _of_targets("warning", undecided(checked), checked)]
    warnings += [each for checked in every for each in _of_metrics("warning", checked.of("unclear"), checked, baseline)]
    return [*_shown(errors), *_shown(warnings)]


def _of_targets(level: Level, found: Sequence[Held], checked: Checked) -> Iterator[Annotation]:
    title = "target missed" if level == "error" else "target undecided"
    for held in found:
        yield Annotation(level, held.place.file, held.place.line, f"{checked.name}: {title}", target(held))


def _of_metrics(level: Level, found: Sequence[Movement], checked: Checked, baseline: str) -> Iterator[Annotation]:
    lines = checked.entry.lines if checked.entry is not None else {}
    targets = {held.judgement.target.metric: held.place for held in checked.held}
    for moved in found:
        if moved.severity == PASSED:
            continue
        title = {"moved": "metric moved", "gone": "metric gone"}.get(moved.outcome, "not enough evidence")
        place = targets.get(moved.metric, Place(baseline, lines.get(moved.metric)))
        yield Annotation(level, *place, f"{checked.name}: {title}", movement(moved, checked))


def _shown(found: Sequence[Annotation]) -> list[Annotation]:
    """The first ones; the last of them says how many more there are."""
    if len(found) <= MOST:
        return list(found)
    *first, last = found[:MOST]
    more = f"{last.message}; and {len(found) - MOST} more, in the log"
    return [*first, last._replace(message=more)]
