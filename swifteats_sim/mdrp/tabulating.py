"""The benchmark's tables as rows of text: the 16 with exact optima, the means, the effects, and each instance."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

from swifteats_sim.mdrp.effects import Change, Measured
from swifteats_sim.mdrp.metrics import Performance, mean_performance
from swifteats_sim.mdrp.published import LIBRARY, MEANS, SOURCE, TABLE_4, Gap
from swifteats_sim.results.wording import several

WORDS = {
    "undelivered_pct": ("undelivered", "%", 2), "click_to_door": ("click-to-door", "min", 2),
    "click_to_door_p90": ("click-to-door, 90th percentile", "min", 1), "overage": ("overage above 40 min", "min", 2),
    "ready_to_pickup": ("ready-to-pickup", "min", 2),
    "ready_to_pickup_p90": ("ready-to-pickup, 90th percentile", "min", 2), "utilisation": ("utilisation", "", 2),
    "cost": ("cost per order", "", 2), "bundle": ("orders per bundle", "", 2),
}  # fmt: skip
"""How a measure is called, its unit, and its decimals."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet would carry out."""


class Tabulated(NamedTuple):
    """A table for a terminal or a document."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def gaps_table(measured: Measured) -> Tabulated | None:
    """The instances of Table 4 that are there, beside the paper's heuristic and the optimum; None for none."""
    names = [name for name in TABLE_4 if name in measured]
    if not names:
        return None
    ours = [(measured[name].click_to_door, measured[name].ready_to_pickup) for name in names]
    theirs = [TABLE_4[name] for name in names]
    rows = [(name, *_gap_cells(*own, gap)) for name, own, gap in zip(names, ours, theirs, strict=True)]
    means = [sum(column) / len(names) for column in zip(*ours, strict=True)]
    gap = Gap(*(sum(column) / len(names) for column in zip(*theirs, strict=True)))
    rows.append((f"mean of {len(names)}", *_gap_cells(means[0], means[1], gap)))
    header = (
        "instance", "click-to-door", "heuristic", "exact", "ready-to-pickup", "heuristic", "exact",
        "gap to exact (heuristic's)",
    )  # fmt: skip
    return Tabulated(f"Table 4 of {SOURCE}, and here: means over orders, minutes", header, tuple(rows))


def _gap_cells(click: float, wait: float, gap: Gap) -> tuple[str, ...]:
    optimum = gap.exact_click_to_door
    times = click, gap.click_to_door, optimum, wait, gap.ready_to_pickup, gap.exact_ready_to_pickup
    ours, theirs = (f"{100 * (each / optimum - 1):+.1f} %" for each in (click, gap.click_to_door))
    return *(f"{each:.2f}" for each in times), f"{ours} ({theirs})"


def means_table(measured: Measured) -> Tabulated:
    """Means over the instances, beside the paper's over the whole library."""
    mean = mean_performance(list(measured.values()))
    rows = []
    for name, published in MEANS.items():
        word, unit, decimals = WORDS[name]
        value = getattr(mean, name)
        here = f"{value:.{decimals}f}" if math.isfinite(value) else "none"
        rows.append((f"{word}, {unit}" if unit else word, here, f"{published:.{decimals}f}"))
    title = f"Means over {several(len(measured), 'instance', 'instances')}, beside the published ones over {LIBRARY}"
    return Tabulated(title, ("measure", "here", "published"), tuple(rows))


def effects_table(changes: Sequence[Change]) -> Tabulated:
    """Paired differences, beside the published ones."""
    rows = tuple(_effect_cells(change) for change in changes)
    header = ("effect", "pairs", "measure", "from", "to", "difference", "95 % interval", "published", "same sign")
    return Tabulated(f"Effects in pairs, and as published over {LIBRARY} instances", header, rows)


def _effect_cells(change: Change) -> tuple[str, ...]:
    word, unit, _ = WORDS[change.measure]
    low, high = change.difference.ci95 or (float("nan"), float("nan"))
    interval = f"{low:+.2f} to {high:+.2f}" if change.difference.ci95 else "none"
    published = f"{change.published[1] - change.published[0]:+.2f}"
    numbers = f"{change.a:.2f}", f"{change.b:.2f}", f"{change.difference.value:+.2f}", interval, published
    return change.effect, str(change.pairs), f"{word}, {unit}" if unit else word, *numbers, change.agrees


def instances_csv(measured: Measured) -> str:
    """A row an instance with every measure in full, minutes and percent; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Performance)]
    rows.writerow(["instance", *names])
    for name, performance in measured.items():
        rows.writerow([inert(name), *(repr(getattr(performance, each)) for each in names)])
    return text.getvalue()


def inert(cell: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
