"""The run folder: tables, summary and manifest, whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd

from swifteats_sim.results.locking import Taken, is_ours, locked
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

    It is written aside and renamed when whole, the manifest last; a folder of the same digest is replaced. Two
    processes that write the same one do so in turn. Whatever goes wrong, an interrupt included, nothing half-written
    stays; what a killed process left, the next one clears away. Raises OSError when the disk does, and ValueError for a
    NaN or an infinity in the summary or the manifest.
    """
    final = out_root / f"{name}-{summary['digest'][:8]}"
    with whole(final) as part:
        _write_files(part, summary, manifest, tables_list, texts)
    return final


def write_texts(out_root: Path, name: str, texts: Mapping[str, str]) -> Path:
    """Write a folder of files by name under `out_root`, in their order, whole or not at all; its path."""
    final = out_root / name
    with whole(final) as part:
        for file, text in texts.items():
            (part / file).write_text(text, encoding="utf-8")
            _sync(part / file)
        _sync(part)
    return final


@contextmanager
def whole(final: Path) -> Iterator[Path]:
    """A folder to write to, which takes its place when all went well, and until then is nowhere to be seen."""
    final.parent.mkdir(parents=True, exist_ok=True)
    clear_away(final.parent)
    with locked(lock_of(final)):
        part = _beside(final, "part")
        _recover(final)
        try:
            part.mkdir()
            yield part
            _put_in_place(part, final)
        finally:
            shutil.rmtree(part, ignore_errors=True)  # already renamed away when all went well


def clear_away(folder: Path) -> None:
    """Put in order what processes left here that were killed; of those that are still there, nothing is touched."""
    for lock in sorted(folder.glob(".*.lock")):
        final = lock.with_name(lock.name.removeprefix(".").removesuffix(".lock"))
        if final.name and is_ours(lock):
            with suppress(Taken), locked(lock, wait=False):
                _recover(final)


def write_whole(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all, in place of what stood there. Who writes it holds a lock of the folder's."""
    part = _beside(path, "part")
    try:
        part.write_bytes(content)
        _sync(part)
        part.replace(path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def lock_of(final: Path) -> Path:
    """The lock file of who writes a folder."""
    return _beside(final, "lock")


def _beside(final: Path, kind: str) -> Path:
    return final.with_name(f".{final.name}.{kind}")


def _recover(final: Path) -> None:
    """Undo what a process had begun that was killed at it; its lock is held by this one."""
    aside = _beside(final, "old")
    if aside.exists() and not final.exists():
        aside.rename(final)
    _remove(aside)
    _remove(_beside(final, "part"))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
    """Rename `part` to `final`; what stands there moves aside first and comes back if that fails."""
    aside = _beside(final, "old")
    try:
        if final.exists():
            final.rename(aside)
        part.rename(final)
        _sync(final.parent)
    finally:
        if aside.exists() and not final.exists():
            aside.rename(final)
        _remove(aside)
