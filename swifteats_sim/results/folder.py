"""The run folder: tables, summary and manifest, whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from swifteats_sim.results.seconds import seconds_table, written
from swifteats_sim.results.tables import Tables

OTHER_NAMES = {"offers": "assignments"}
"""Tables whose file has another name than theirs."""


def write_run(
    out_root: Path,
    name: str,
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    tables_list: Sequence[Tables],
    texts: Mapping[str, str],
) -> Path:
    """Write `<name>-<first 8 digits of the digest>` under `out_root` and return its path.

    texts : further files by name, such as the scenario in full.

    It is written aside and renamed when whole, the manifest last; a folder of the same digest is replaced.
    Whatever goes wrong, an interrupt included, nothing half-written stays. Raises OSError when the disk does,
    and ValueError for a NaN or an infinity in the summary or the manifest.
    """
    with _whole(out_root / f"{name}-{summary['digest'][:8]}") as (part, final):
        _write_files(part, summary, manifest, tables_list, texts)
    return final


def write_texts(out_root: Path, name: str, texts: Mapping[str, str]) -> Path:
    """Write a folder of files by name under `out_root`, whole or not at all, as `write_run` does; its path."""
    with _whole(out_root / name) as (part, final):
        for file, text in texts.items():
            (part / file).write_text(text, encoding="utf-8")
            _sync(part / file)
        _sync(part)
    return final


@contextmanager
def _whole(final: Path) -> Iterator[tuple[Path, Path]]:
    """A folder to write to, and the one whose place it takes when all went well."""
    part = final.with_name(f".{final.name}-{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a killed run; in a container every run has the same process id
    try:
        part.mkdir(parents=True)
        yield part, final
        _put_in_place(part, final)
    finally:
        shutil.rmtree(part, ignore_errors=True)  # already renamed away when all went well


def _write_files(
    folder: Path,
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    tables_list: Sequence[Tables],
    texts: Mapping[str, str],
) -> None:
    for name in written(tables_list):
        _write_parquet(folder / f"{OTHER_NAMES.get(name, name)}.parquet", seconds_table(tables_list, name))
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "summary.json").write_text(as_json(summary), encoding="utf-8")
    for path in folder.iterdir():
        _sync(path)
    (folder / "manifest.json").write_text(as_json(manifest), encoding="utf-8")
    _sync(folder / "manifest.json")
    _sync(folder)


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    import pyarrow as pa  # a reader of old summaries needs no Parquet
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")


def as_json(content: Mapping[str, Any]) -> str:
    """As files hold it; ValueError for a NaN or an infinity."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _sync(path: Path) -> None:
    """Make a file's or a folder's content survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(part: Path, final: Path) -> None:
    """Rename `part` to `final`; a folder that stands there moves aside first and comes back if that fails."""
    aside = part.with_suffix(".old")
    try:
        if final.exists():
            shutil.rmtree(aside, ignore_errors=True)
            final.rename(aside)
        part.rename(final)
        _sync(final.parent)
    finally:
        if final.exists():
            shutil.rmtree(aside, ignore_errors=True)
        elif aside.exists():
            aside.rename(final)
