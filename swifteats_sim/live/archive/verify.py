"""Verifying: files are read back and compared with the table, by their bytes and by their orders, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path

import pyarrow as pa

from swifteats_sim.live.archive import sums
from swifteats_sim.live.archive.files import read_rows
from swifteats_sim.live.archive.ledger import Entry
from swifteats_sim.live.archive.manifest import Manifest, Part, read_manifest
from swifteats_sim.live.archive.partitions import columns
from swifteats_sim.live.archive.problems import Damaged, Stays
from swifteats_sim.live.archive.sums import Place, Sum, of_rows
from swifteats_sim.live.archive.telling import Moment, Tell
from swifteats_sim.live.database import Connection

BATCH = 20_000
"""Rows read back at once."""


def verify(connection: Connection, entry: Entry, folder: Path, tell: Tell) -> None:
    """Compare the files with the table as it is now, and that with what was sealed.

    Raises Damaged with the file and what is wrong with it, Stays where the table is not what was sealed.
    """
    tell(Moment(entry.name, "verify", "begins", 0, entry.orders))
    in_table = _table_as_sealed(connection, entry)
    manifest = manifest_of(folder, entry)
    if dict(columns(connection, entry.name)) != dict(manifest.columns):
        raise Damaged("the manifest has other columns than the table")
    if {part.place: part.content for part in manifest.parts} != in_table:
        raise Damaged("the manifest counts other orders than the table")
    tell(Moment(entry.name, "verify", "table compared", 0, entry.orders))
    verify_files(folder, manifest, tell)


def manifest_of(folder: Path, entry: Entry) -> Manifest:
    """The manifest of what was sealed; Damaged where there is none."""
    try:
        manifest = read_manifest(folder, entry.name)
    except ValueError as error:
        raise Damaged(str(error)) from None
    if manifest is None:
        raise Damaged(f"there is no manifest of it in {folder}")
    if manifest.content[:2] != (entry.orders, entry.checksum):
        raise Damaged(f"the manifest in {folder} is not of what was sealed")
    return manifest


def verify_files(folder: Path, manifest: Manifest, tell: Tell) -> None:
    """Compare the files with their manifest alone. Damaged, with the file and what is wrong with it."""
    for part in manifest.parts:
        _verify_bytes(folder / part.path, part)
        try:
            content = _read_back(folder / part.path, part, manifest, tell)
        except (OSError, pa.ArrowException) as error:
            raise Damaged(f"{part.path} cannot be read: {error}") from error
        if content != part.content:
            raise Damaged(f"{part.path} holds {content.orders:,} orders that are not the {part.content.orders:,} of it")
    tell(Moment(manifest.partition, "verify", "files compared", manifest.content.orders, manifest.content.orders))


def _table_as_sealed(connection: Connection, entry: Entry) -> Mapping[Place, Sum]:
    in_table = sums.in_database(connection, entry.name, columns(connection, entry.name))
    if sums.total(in_table.values())[:2] != (entry.orders, entry.checksum):
        raise Stays(f"{entry.name} does not hold any more what it held when it was sealed")
    return in_table


def _verify_bytes(path: Path, part: Part) -> None:
    try:
        with path.open("rb") as stream:
            size, digest = path.stat().st_size, file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise Damaged(f"{part.path} cannot be read: {error.strerror}") from error
    if size != part.size:
        raise Damaged(f"{part.path} has {size:,} bytes instead of {part.size:,}")
    if digest != part.sha256:
        raise Damaged(f"{part.path} has other bytes than were written")


def _read_back(path: Path, part: Part, manifest: Manifest, tell: Tell) -> Sum:
    number, content = list(manifest.columns).index("number"), Sum()
    for rows in read_rows(path, part.place, manifest.columns, BATCH):
        content += of_rows(rows, [row[number] for row in rows])
        tell(Moment(manifest.partition, "verify", "batch", content.orders, manifest.content.orders))
    return content
