"""What a run with `--precision` says: what is still missing after each round, and how sure it is at the end."""

from __future__ import annotations

import math

from swifteats_sim.experiments.sequential import Look, Reached
from swifteats_sim.results.findings import Finding
from swifteats_sim.results.precision import UNCOUNTABLE, Width
from swifteats_sim.results.wording import listed, several
from swifteats_sim.scenario import Precision, format_value

FEW = 3
"""Metrics that a sentence names."""


def still_missing(seen: Look, asked: Precision) -> str:
    """A line after a round: "10 replications: call.wait.p99 is known to 8.2 %, 2 % asked; 20 next"."""
    runs = several(seen.replications, "replication", "replications")
    if not seen.wide:
        return f"{runs}: all that can be known to {_percent(asked.share)} is"
    more = f" and {len(seen.wide) - 1} more" if len(seen.wide) > 1 else ""
    rest = f"{seen.next} next" if seen.next else f"the cap of {asked.most}"
    return f"{runs}: {_known(seen.wide[0])}{more}, {_percent(asked.share)} asked; {rest}"


def outcome(reached: Reached) -> Finding:
    """How sure the answer is, or why not."""
    sentences = [_sure(reached) if reached.sure else _unsure(reached), *_excused(reached)]
    return Finding("precision" if reached.sure else "not-enough-evidence", " ".join(sentences), ())


def _sure(reached: Reached) -> str:
    runs, share = several(reached.last.replications, "replication", "replications"), _percent(reached.asked.share)
    known = [each for each in reached.widths if each.metric not in reached.last.excused]
    if not known:
        return f"Precision {share}: no target has an interval to be made narrower, after {runs}."
    widest = max(known, key=lambda each: each.share)
    of = f"{widest.metric}, {_percent(widest.share)}" if len(known) > 1 else f"{_percent(widest.share)}"
    return f"Precision {share} is reached after {runs}: half of each interval is at most that (widest: {of})."


def _unsure(reached: Reached) -> str:
    seen, asked = reached.last, reached.asked
    clauses = [f"{_known(each)}, {_needed(each, asked)}" for each in seen.wide[:FEW]]
    if len(seen.wide) > FEW:
        clauses.append(f"{several(len(seen.wide) - FEW, 'metric more is', 'metrics more are')} not known to that")
    clauses += [f"{name} has no data in some replications" for name in seen.gappy[:FEW]]
    cap = ", the most allowed" if seen.wide else ""
    runs = several(seen.replications, "replication", "replications")
    return f"Not enough evidence: {_percent(asked.share)} was asked; after {runs}{cap}: {'; '.join(clauses)}."


def _known(each: Width) -> str:
    if each.half is None:
        return f"{each.metric} has no interval"
    half = format_value(each.half, each.unit)
    if not math.isfinite(each.share):
        return f"{each.metric} is known to ± {half} about 0"
    return f"{each.metric} is known to {_percent(each.share)} (± {half})"


def _needed(each: Width, asked: Precision) -> str:
    needed = each.needed(asked.share)
    if needed >= UNCOUNTABLE:
        return "which no number of replications would mend"
    return f"about {float(f'{needed:.2g}'):,.0f} replications would do"


def _excused(reached: Reached) -> list[str]:
    if not (names := reached.last.excused):
        return []
    which = listed([*names[:FEW], *([f"{len(names) - FEW} more"] if len(names) > FEW else [])])
    return [f"No number of replications tells {which}: a backlog grows."]


def _percent(share: float) -> str:
    """Two digits are enough of how sure one is: "2 %", "0.35 %", "12 %"."""
    return f"{float(f'{100 * share:.2g}'):g} %"
