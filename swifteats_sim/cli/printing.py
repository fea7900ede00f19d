"""What a run prints: tables for a terminal, Markdown for everything else."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from swifteats_sim.experiments import Rehearsal
from swifteats_sim.experiments.comparing import Comparison
from swifteats_sim.experiments.comparing_tables import comparison_markdown, comparison_rich, selected
from swifteats_sim.experiments.comparing_words import only_shown, sentences
from swifteats_sim.experiments.ranking import Ranking
from swifteats_sim.experiments.ranking_words import HEADER, rows
from swifteats_sim.experiments.ranking_words import sentences as ranking_sentences
from swifteats_sim.experiments.sweep_tables import MOST, chance, judged_metrics, points_markdown, points_rich
from swifteats_sim.experiments.sweeping import Swept
from swifteats_sim.results import (
    parts_markdown,
    parts_notes,
    parts_rich,
    verdict_markdown,
    verdict_rich,
    where_time_goes,
)
from swifteats_sim.results.markdown import markdown_table
from swifteats_sim.results.wording import several
from swifteats_sim.scenario.metrics import CATALOGUE

WIDTH = 110
"""Columns of a sentence at most, and where nobody sees the terminal."""
NARROW = 100
"""Columns below which the catalogue is no table."""


def print_verdicts(rehearsal: Rehearsal) -> None:
    """The question and the verdict table: coloured in a terminal, Markdown to paste when piped."""
    console, scenario = Console(), rehearsal.scenario
    if scenario.question:
        console.print(scenario.question, highlight=False, markup=False, soft_wrap=True)
    if not rehearsal.judgements:
        console.print("no targets to judge")
    elif console.is_terminal:
        console.print(verdict_rich(rehearsal.judgements))
    else:
        console.print(verdict_markdown(rehearsal.judgements), end="", highlight=False, markup=False, soft_wrap=True)


def print_streets(rehearsal: Rehearsal) -> None:
    """What it took to make the streets ready, where there are any."""
    console, ready = Console(), rehearsal.ready
    for kind, places, median, farthest in ready.moved:
        far = f"{median:.0f} m at the median, {farthest:.0f} m at most"
        _say(console, f"streets: {places:,} places ({kind}) moved to the nearest crossing: {far}", "  ")
    for each in ready.trees:
        known = f"{each.grown:,} grown now" if each.grown else "all read"
        where = f"{each.geo} lies on {each.area:,.0f} km2 of {each.map}"
        _say(console, f"streets: {where}; {each.trees:,} trees of road times, {known}", "  ")
        for notice in each.notices:
            _say(console, f"  {notice}", "  ")
    if grown := sum(each.grown for each in ready.trees):
        _say(console, f"growing {grown:,} trees took {rehearsal.ready_seconds:.1f} s; the next run finds them")


def print_findings(rehearsal: Rehearsal) -> None:
    """What the run shows beyond its targets: in sentences, then where an order's time goes."""
    console = Console()
    for finding in rehearsal.findings:
        text = f"- {finding.text}" + (f" ({', '.join(finding.refs)})" if finding.refs else "")
        _say(console, text, "  ")
    print_parts(rehearsal)


def print_parts(rehearsal: Rehearsal) -> None:
    """Where an order's time goes, where orders were delivered: a table in a terminal, Markdown when piped."""
    console, parts = Console(), where_time_goes(rehearsal.tables)
    if parts and console.is_terminal:
        console.print(parts_rich(parts))
    elif parts:
        console.print("\n" + parts_markdown(parts), highlight=False, markup=False, soft_wrap=True)
    for note in parts_notes(rehearsal.tables):
        _say(console, note)


def print_comparison(comparison: Comparison, every: bool) -> None:
    """What differs in sentences, the table of what moved or of everything, and findings that only one has."""
    console, (rows, left_out) = Console(), selected(comparison, every)
    for sentence in sentences(comparison):
        _say(console, sentence)
    if rows and console.is_terminal:
        console.print(comparison_rich(rows, console.width))
    elif rows:
        console.print("\n" + comparison_markdown(rows), highlight=False, markup=False, soft_wrap=True)
    if left_out:
        _say(console, f"{several(left_out, 'more metric', 'more metrics')} moved; --all shows every one")
    for finding in only_shown(comparison):
        _say(console, f"- {finding}", "  ")


def print_sweep(swept: Swept, metrics: Sequence[str], found: int) -> None:
    """What was run, and a table of all points. metrics : its columns; those of targets where there are none."""
    console, judged = Console(), judged_metrics(swept)
    points = len(swept.sweep.points)
    before = "; all of them were there" if found == points else f"; {found} were there" if found else ""
    _say(console, f"{several(points, 'point', 'points')} of {swept.sweep.scenario}, {chance(swept)}{before}")
    columns = metrics or judged[:MOST]
    if console.is_terminal:
        console.print(points_rich(swept, columns))
    else:
        console.print("\n" + points_markdown(swept, columns), highlight=False, markup=False, soft_wrap=True)
    if left_out := [name for name in judged if name not in columns]:
        _say(console, f"not shown: {', '.join(left_out)}; sweep.md has them, --metric NAME shows one")
    typer.echo(f"digest: {swept.digest}")


def print_ranking(ranking: Ranking) -> None:
    """Who is best in sentences, and a table of all: for a terminal, or Markdown when piped."""
    console, found = Console(), rows(ranking)
    for sentence in ranking_sentences(ranking):
        _say(console, sentence)
    if not console.is_terminal:
        console.print("\n" + markdown_table(HEADER, found), highlight=False, markup=False, soft_wrap=True)
        return
    table = Table(*HEADER)
    for each in found:
        table.add_row(*(Text(cell) for cell in each))
    console.print(table)


def _say(console: Console, text: str, indent: str = "") -> None:
    """A paragraph as wide as its reader's terminal."""
    width = min(WIDTH, console.width) if console.is_terminal else WIDTH
    filled = textwrap.fill(text, width, subsequent_indent=indent)
    console.print(filled, highlight=False, markup=False, soft_wrap=True)


def print_metrics() -> None:
    """The catalogue: a table, or a list where a table would break its words."""
    console = Console()
    if console.width >= NARROW:
        console.print(_metric_table())
        return
    for metric in CATALOGUE:
        names = f"{metric.subject}.{metric.quantity}: {' '.join(metric.statistics)}"
        _say(console, names + (f" [{metric.unit}]" if metric.unit else ""), "    ")
        _say(console, f"  {metric.meaning}", "  ")


def _metric_table() -> Table:
    table = Table("metric", "statistics", "unit", "meaning")
    table.columns[0].no_wrap = True
    for metric in CATALOGUE:
        table.add_row(f"{metric.subject}.{metric.quantity}", " ".join(metric.statistics), metric.unit, metric.meaning)
    return table
