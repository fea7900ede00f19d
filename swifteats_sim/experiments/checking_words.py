"""What a check says in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from swifteats_sim.experiments.checked import Checked, Held, Movement, target_key, worse
from swifteats_sim.experiments.comparing import Contrast
from swifteats_sim.experiments.comparing_words import CHANCE, between, relatively, signed
from swifteats_sim.results.baseline import Baseline
from swifteats_sim.results.inert import inert
from swifteats_sim.results.tolerances import Tolerances
from swifteats_sim.results.verdict import FAILED, INCONCLUSIVE, PASSED
from swifteats_sim.results.wording import listed, several
from swifteats_sim.scenario import format_value
from swifteats_sim.scenario.differing import in_short

MOST = 15
"""Metrics of an outcome, and values of a scenario, that are told one by one."""
NAMED = 8
"""Metrics that are only named."""
LARGE = 1e6
"""A relative change that says nothing any more."""
ENDS = {PASSED: "passed", INCONCLUSIVE: "not enough evidence", FAILED: "failed"}


def ending(every: Sequence[Checked], updated: bool = False) -> str:
    """The last sentence: how all of it ends, and why. updated : what moved is the baseline by now."""
    parts = [
        *_counted(sum(len(missed(each)) for each in every), "target missed", "targets missed"),
        *_counted(sum(len(undecided(each)) for each in every), "target undecided", "targets undecided"),
    ]
    if not updated:
        parts += [
            *_counted(_number(every, "moved"), "metric moved", "metrics moved"),
            *_counted(_number(every, "gone"), "metric gone", "metrics gone"),
            *_counted(_number(every, "unclear"), "metric without enough evidence", "metrics without enough evidence"),
        ]
    of = several(len(every), "scenario", "scenarios")
    well = "every target passes" if updated else "every target passes, no metric moved"
    return f"{ENDS[severity(every, updated)]}: {of}; {', '.join(parts) or well}"


def severity(every: Sequence[Checked], updated: bool = False) -> int:
    """The exit code of all; where the baseline was updated, of the targets alone."""
    return max((each.severity_of_targets if updated else each.severity for each in every), default=PASSED)


def told(checked: Checked) -> list[str]:
    """A scenario's heading, and a line for all that is not as it was."""
    return [heading(checked), *(f"  {line}" for line in details(checked))]


def heading(checked: Checked) -> str:
    """How it stands, in a line."""
    targets, metrics = checked.held, checked.movements
    passed = sum(each.severity == PASSED for each in targets)
    judged = f"{passed} of {several(len(targets), 'target passes', 'targets pass')}" if targets else "no targets"
    if checked.entry is None:
        return f"{checked.name}: {judged}; not in the baseline yet"
    alike = sum(each.outcome == "same" for each in metrics)
    near = _counted(sum(each.outcome == "within" for each in metrics), "within its tolerance", "within their tolerance")
    same = f"{alike:,} of {several(len(metrics), 'metric is', 'metrics are')} the same"
    return f"{checked.name}: {judged}; {', '.join([same, *near])}; {_digest(checked)}"


def details(checked: Checked) -> Iterator[str]:
    """A line for each target missed, metric moved, and so on; the scenario's own changes first."""
    yield from _scenario(checked)
    yield from _record(checked)
    yield from (f"target missed: {target(each)}" for each in missed(checked))
    yield from (f"target undecided: {target(each)}" for each in undecided(checked))
    yield from _first([f"moved: {movement(each, checked)}" for each in checked.of("moved")])
    yield from _first([f"not enough evidence: {movement(each, checked)}" for each in checked.of("unclear")])
    yield from _named("gone: measured in the baseline, and not any more", _metrics(checked.of("gone")))
    yield from _named("new: measured now, and not in the baseline", _metrics(checked.of("new")))
    yield from _chance(checked)


def missed(checked: Checked) -> tuple[Held, ...]:
    """Targets that failed or are saturated."""
    return tuple(each for each in checked.held if each.severity == FAILED)


def undecided(checked: Checked) -> tuple[Held, ...]:
    """Targets of which nobody can say."""
    return tuple(each for each in checked.held if each.severity == INCONCLUSIVE)


def target(held: Held) -> str:
    """A target with its value, its verdict and what that was: "menu.latency p99 < 200 ms: 214 ms, fail (...)"."""
    found = held.judgement
    value = "no data" if found.value is None else format_value(found.value, found.unit)
    if found.ci95 is not None:
        value += f" ({between_values(*found.ci95, found.unit)})"
    before = f"; in the baseline: {held.before}" if held.before not in ("", found.verdict) else ""
    return inert(f"{target_key(found)}: {value}, {found.verdict}: {found.reason}{before}")


def between_values(low: float, high: float, unit: str) -> str:
    """An interval of values for people."""
    return f"{format_value(low, unit)} to {format_value(high, unit)}"


def movement(moved: Movement, checked: Checked) -> str:
    """A metric with size and direction: "order.latency.p99 +12.4 % (1.92 s -> 2.16 s, paired ...), worse"."""
    if moved.contrast is None:
        return f"{moved.metric}{_gaps(moved, checked)}"
    found = moved.contrast
    direction = worse(found.metric, found.a.value, found.b.value, checked.held)
    values = f"{format_value(found.a.value, found.unit)} -> {format_value(found.b.value, found.unit)}"
    said = f"{found.metric} {_relatively(found)} ({values}, {_interval(found, checked.common)})"
    return f"{said}, {direction}" if direction else said


def idle(tolerances: Tolerances, every: Sequence[Checked], known: Baseline) -> list[str]:
    """Patterns of the baseline that mean no metric."""
    names = [(entry.name, metric) for entry in known.entries.values() for metric in entry.rows]
    names += [(each.name, metric) for each in every for metric in each.now.rows]
    return [f"tolerances: {inert(repr(each))} matches no metric" for each in tolerances.idle(names)]


def not_asked(every: Sequence[Checked], known: Baseline) -> list[str]:
    """Scenarios of the baseline that were not checked."""
    checked = {each.name for each in every}
    return list(_named("in the baseline, and not checked", [name for name in known.entries if name not in checked]))


def _relatively(found: Contrast) -> str:
    """As a share of what it was; where that was nothing, or next to nothing, as it is."""
    if _from_nothing(found):
        return f"{signed(found.difference.value, found.unit)}, from {format_value(found.a.value, found.unit)}"
    return relatively(found)


def _from_nothing(found: Contrast) -> bool:
    return found.relative is None or abs(found.relative) > LARGE


def _interval(found: Contrast, common: bool) -> str:
    """Of the difference, as a share of what the metric was where it was something."""
    ci95, base = found.difference.ci95, abs(found.a.value)
    if ci95 is None:
        return "one replication: its value alone, no interval"
    name = "paired interval" if common else "interval"
    if base == 0 or _from_nothing(found):
        return f"{name} {between(*ci95, found.unit)}"
    low, high = (signed(100 * end / base, "") for end in ci95)
    return f"{name} {low} to {high} %"


def _gaps(moved: Movement, checked: Checked) -> str:
    then, now = moved.gaps or (0, 0)
    return f" measured in {then} of {checked.replications} replications then and in {now} now, so that it is not paired"


def _digest(checked: Checked) -> str:
    same_values = all(each.outcome == "same" for each in checked.movements)
    if checked.same_digest:
        return "same digest"
    return "another digest, though every value is the same" if same_values else "another digest"


def _scenario(checked: Checked) -> Iterator[str]:
    """What the scenario itself declares otherwise: then nothing else says much of the software."""
    if not (checked.differing or checked.unreadable):
        return
    values = [
        f"{inert(each.path)} ({inert(in_short(each.a))} -> {inert(in_short(each.b))})" for each in checked.differing
    ]
    more = [f"{len(values) - MOST} more"] if len(values) > MOST else []
    if checked.unreadable:
        more.append(f"and more, which this version cannot tell: {inert(checked.unreadable)}")
    yield f"the scenario itself changed since: {'; '.join([*values[:MOST], *more])}"
    if checked.entry is not None and checked.entry.replications != checked.now.replications:
        yield f"the first {several(checked.replications, 'replication is', 'replications are')} compared"
    if not checked.common:
        yield "the random numbers are others, so that chance differs too"


def _record(checked: Checked) -> Iterator[str]:
    """What a digest adds to the metrics."""
    if checked.entry is None:
        return
    if checked.same_digest and checked.of("moved", "unclear", "within", "gone", "new"):
        yield "the record is the same to the last bit: metrics are measured otherwise, or somebody edited the baseline"
    elif not checked.same_digest and checked.entry.made_with != checked.now.made_with:
        yield f"the baseline was made with {inert(checked.entry.made_with)}; this is {inert(checked.now.made_with)}"


def _chance(checked: Checked) -> Iterator[str]:
    """How many metrics leave an interval by chance, where any has one."""
    other = [each for each in checked.of("moved", "within", "unclear") if each.contrast is not None]
    if checked.replications > 1 and len(other) > 1 and any(each.outcome == "moved" for each in other):
        count = f"{CHANCE * len(other):.0f}"
        yield f"chance alone would move about {count} of the {len(other)} metrics that differ at all"


def _named(words: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
        yield f"{words}: {listed([*names[:NAMED], *more])}"


def _metrics(found: Sequence[Movement]) -> list[str]:
    return [each.metric for each in found]


def _first(lines: Sequence[str]) -> list[str]:
    more = [f"{lines[0].partition(':')[0]}: {len(lines) - MOST} more"] if len(lines) > MOST else []
    return [*lines[:MOST], *more]


def _counted(count: int, one: str, many: str) -> list[str]:
    return [several(count, one, many)] if count else []


def _number(every: Sequence[Checked], outcome: str) -> int:
    return sum(each.outcome == outcome for checked in every for each in checked.movements)
