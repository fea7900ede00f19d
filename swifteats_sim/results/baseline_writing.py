"""A baseline as text: everything in one order, a line a metric, so that a small change is a small difference in git."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from swifteats_sim.results.baseline import GAP, Baseline, Entry

WIDTH = 118
"""Columns of a line at most, as long as a number fits."""


def as_text(baseline: Baseline) -> str:
    """The whole file: its head as it stands, then every scenario by name."""
    lines = ["scenarios:" if baseline.entries else "scenarios: {}"]
    for name in sorted(baseline.entries):
        lines += _entry(baseline.entries[name])
    return baseline.head.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"  {entry.name}:"
    yield f"    seed: {entry.seed}"
    yield f"    replications: {entry.replications}"
    yield f"    digest: {entry.digest}"
    yield from _folded("    made_with:", entry.made_with)
    yield f"    targets:{'' if entry.verdicts else ' {}'}"
    yield from (f"      {target}: {verdict}" for target, verdict in entry.verdicts.items())
    yield f"    metrics:{'' if entry.rows else ' {}'}"
    for metric in sorted(entry.rows):
        yield from _folded(f"      {metric}:", " ".join(map(_number, entry.rows[metric])))
    yield "    declaration: |"
    yield from (f"      {line}" for line in entry.declared.splitlines())


def _folded(key: str, words: str) -> list[str]:
    """Key and words; what does not fit goes on, further to the right."""
    below = " " * (len(key) - len(key.lstrip()) + 2)
    text = f"{key} {words}"
    return textwrap.wrap(text, WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)


def _number(value: float | None) -> str:
    """With the fewest digits that are read as exactly this number."""
    return GAP if value is None else repr(value).removesuffix(".0")
