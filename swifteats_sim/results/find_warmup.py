"""Findings about the warm-up: where it should end, and whether it does."""

from __future__ import annotations

from swifteats_sim.results.evidence import Evidence, Finding, percent
from swifteats_sim.results.names import backlog_words
from swifteats_sim.results.warmup_cut import Cut, warmup_cut
from swifteats_sim.results.wording import spell
from swifteats_sim.scenario.quantities import SECOND

OF_A_CITY = ("orders.delivered.rate",)


def warmup(evidence: Evidence) -> Finding | None:
    """Where the one cut for all replications lies, and what is wrong with the warm-up, if anything is.

    Nothing where a backlog that is judged still grows: that has no level to come to.
    """
    cut = cut_of(evidence)
    if cut is None or evidence.growing(cut.backlog):
        return None
    warnings = [*_too_short(cut), *_eats_much(cut)]
    verdict = [] if warnings or cut.declared < cut.at else ["The declared warm-up is long enough."]
    within = ["What it measures before that differs too little to matter."] if not (warnings or verdict) else []
    text = " ".join([_where(cut), *warnings, *verdict, *within])
    return Finding("warmup-too-short" if cut.too_short else "warmup", text, ())


def cut_of(evidence: Evidence) -> Cut | None:
    """The cut for what targets rest on; for every flow and the city where there are none."""
    flows = [f"{name}.latency.mean" for name in evidence.tables[0].flows if name not in ("order",)]
    city = OF_A_CITY if evidence.tables[0].has_city else ()
    return warmup_cut(evidence.tables, evidence.judged or (*city, *flows))


def _where(cut: Cut) -> str:
    what = f"over the average of {cut.replications} replications"
    if not cut.at:
        return f"Warm-up: {what} {backlog_words(cut.backlog)} begin no other way than they go on, up to chance."
    return f"Warm-up: {what} {backlog_words(cut.backlog)} are level from {_spell(cut.at)} on."


def _too_short(cut: Cut) -> list[str]:
    if not cut.too_short:
        return []
    side = "above" if cut.off > 0 else "below"
    off = f"its measured mean is {percent(abs(cut.off))} {side} that level"
    return [f"The declared warm-up of {_spell(cut.declared)} ends before: {off}."]


def _eats_much(cut: Cut) -> list[str]:
    if not cut.eats_much:
        return []
    return [f"Such a cut takes {percent(cut.at / cut.end)} of the run, which should be longer."]


def _spell(instant: int) -> str:
    return spell(instant / SECOND)
