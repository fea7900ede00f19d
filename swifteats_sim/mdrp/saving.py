"""The benchmark's folder: a row an instance, the tables, and every solution."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from swifteats_sim.mdrp.effects import Change, Measured
from swifteats_sim.mdrp.judging import Judged, performances
from swifteats_sim.mdrp.tabulating import Tabulated, effects_table, gaps_table, instances_csv, means_table
from swifteats_sim.results.folder import write_texts
from swifteats_sim.results.markdown import markdown_table


def tables(measured: Measured, changes: Sequence[Change]) -> list[Tabulated]:
    """Those for which there is something to say."""
    gaps = gaps_table(measured)
    found = [] if gaps is None else [gaps]
    return [*found, means_table(measured), *([effects_table(changes)] if changes else [])]


def save_benchmark(judged: Sequence[Judged], changes: Sequence[Change], out: Path) -> Path:
    """Write `mdrp-<digest>/` under `out`: `instances.csv`, `tables.md`, the solutions; OSError when the disk refuses.

    Equal solutions have the same folder.
    """
    measured = performances(judged)
    texts = {each.solution.name: each.solution.read_text(encoding="utf-8") for each in judged}
    digest = sha256("\0".join(f"{name}\0{text}" for name, text in sorted(texts.items())).encode()).hexdigest()
    sections = (f"## {each.title}\n\n{markdown_table(each.header, each.rows)}" for each in tables(measured, changes))
    files = {"instances.csv": instances_csv(measured), "tables.md": "\n".join(sections), **texts}
    return write_texts(out, f"mdrp-{digest[:8]}", files)
