"""A flow's path in one line: `gateway > restaurants > cache menus (58 % hits), else [database] > ...`."""

from __future__ import annotations

from collections.abc import Mapping

from swifteats_sim.forecast.setting import mean_of
from swifteats_sim.scenario import format_duration, format_value
from swifteats_sim.scenario import steps as s
from swifteats_sim.scenario.quantities import SIZE, written

NOTHING = "nothing"


def path_of(steps: tuple[s.Step, ...], hits: Mapping[str, float]) -> str:
    """The steps in turn, nested ones in brackets. hits : expected ratio by cache."""
    return " > ".join(_words(step, hits) for step in steps) or NOTHING


def share(ratio: float) -> str:
    """Of 0..1 in per cent, to two digits: `58 %`; nothing but 0 and 1 is said to be so."""
    percent = ratio * 100
    if percent >= 10:
        whole = round(percent)
        return "> 99 %" if whole == 100 and percent < 100 - 1e-9 else f"{whole:,} %"
    return f"{percent:.2g} %" if percent >= 0.01 or not percent else "< 0.01 %"


def _words(step: s.Step, hits: Mapping[str, float]) -> str:
    inside = [f"[{path_of(steps, hits)}]" for steps in s.children(step)]
    match step:
        case s.Branch():
            ways = zip(step.branch, inside, strict=True)
            return " or ".join(f"{format_value(way.share, 'ratio')} {path}" for way, path in ways)
        case s.Parallel():
            return f"at once {' and '.join(inside)}"
        case s.CacheStep():
            hit = f" {inside[0]}" if step.hit else ""
            ratio = f" ({share(hits[step.cache])} hits)" if step.cache in hits else ""
            return f"cache {step.cache}{ratio}{hit}, else {inside[1]}"
        case s.Hold():
            return f"pool {step.hold.pool} {inside[0]}"
        case s.Consume():
            return f"consumers of {step.consume} {inside[0]}"
        case s.Retry():
            return f"up to {step.retry.attempts} x {inside[0]}"
        case s.Repeat():
            return f"{step.repeat} x {inside[0]}"
        case s.Batch():
            return f"{_batch(step.batch)} {inside[0]}"
        case _:
            return _deed(step)


def _batch(terms: s.BatchTerms) -> str:
    every = format_duration(terms.every)
    return f"batch every {every}" if terms.size is None else f"batch of {terms.size:,} or {every}"


def _deed(step: s.Step) -> str:
    """A step that holds no others."""
    match step:
        case s.Visit():
            return step.at
        case s.Delay():
            return f"delay {format_value(mean_of(step.delay), 's')}"
        case s.LimitBy():
            return f"limit {step.limit}"
        case s.Place():
            return f"topic {step.place}"
        case s.Fail():
            return f"{format_value(step.fail, 'ratio')} fail"
        case s.Send():
            return f"send {written(step.send, SIZE)}"
        case s.Deliver():
            return f"stream {step.deliver}"
        case s.OnlyIf():
            return f"if moved {step.only_if.moved:g} m" if isinstance(step.only_if, s.Moved) else "if watched"
        case s.Fresh():
            return f"if at most {format_duration(step.fresh)} old"
        case s.Start():
            return f"start {step.start}"
        case s.RuleStep():
            return step.rule.replace("_", " ")
        case s.KeepNewest():
            return "keep newest"
        case _:
            return "keep latest"
