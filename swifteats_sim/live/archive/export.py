"""Exporting: a sealed partition into files, a batch of rows at a time, so that memory does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import file_digest
from itertools import groupby, islice
from pathlib import Path

from psycopg import sql

from swifteats_sim.live.archive.durable import written_whole
from swifteats_sim.live.archive.files import IN_PATH, PartWriter, Row, part_path
from swifteats_sim.live.archive.ledger import Entry
from swifteats_sim.live.archive.manifest import Manifest, Part, read_manifest, write_manifest
from swifteats_sim.live.archive.partitions import columns
from swifteats_sim.live.archive.problems import Stays, Unwritable
from swifteats_sim.live.archive.sums import Place, Sum, of_rows
from swifteats_sim.live.archive.telling import Moment, Tell
from swifteats_sim.live.database import Connection

_IN_ORDER = "select {columns} from {table} order by placed_on, geo_key, number"


class Export:
    """One partition's way into files. batch : rows that are in memory at once, and in a row group."""

    def __init__(self, connection: Connection, entry: Entry, folder: Path, batch: int, tell: Tell) -> None:
        self._connection, self._entry, self._folder = connection, entry, folder
        self._columns, self._batch, self._tell = columns(connection, entry.name), batch, tell
        self._rows = 0

    def write(self) -> None:
        """All its files, and the manifest last. What an export that was killed has left is written over.

        Raises Unwritable where the disk refuses, and Stays where the folder has this partition of another database.
        """
        try:
            self._refuse_another()
            self._say("begins")
            parts = tuple(self._parts())
            self._say("files in place")
            write_manifest(Manifest(self._entry.name, self._columns, parts), self._folder)
            self._say("manifest in place")
        except OSError as error:
            raise Unwritable(f"{self._folder} cannot be written to: {error.strerror or error}") from error

    def _refuse_another(self) -> None:
        """Never write over the orders of somebody else."""
        try:
            there = read_manifest(self._folder, self._entry.name)
        except ValueError:
            return  # damaged: to be written anew
        if there is not None and there.content[:2] != (self._entry.orders, self._entry.checksum):
            raise Stays(f"{self._folder} holds other orders as {self._entry.name}: it is another archive's")

    def _parts(self) -> Iterator[Part]:
        day, geo = (list(self._columns).index(name) for name in IN_PATH)
        names = sql.SQL(", ").join(map(sql.Identifier, self._columns))
        query = sql.SQL(_IN_ORDER).format(columns=names, table=sql.Identifier(self._entry.name))
        with self._connection.transaction(), self._connection.cursor("archived") as rows:
            rows.itersize = self._batch
            for place, group in groupby(rows.execute(query), lambda row: (str(row[day]), int(row[geo]))):
                yield self._part(place, group)

    def _part(self, place: Place, rows: Iterable[Row]) -> Part:
        path = self._folder / part_path(place)
        with written_whole(path, self._folder) as stream:
            with PartWriter(stream, self._columns) as writer:
                content = self._fill(writer, iter(rows))
            self._say("file written aside")
        self._say("file in place")
        with path.open("rb") as stream:
            return Part(place, path.stat().st_size, file_digest(stream, "sha256").hexdigest(), content)

    def _fill(self, writer: PartWriter, rows: Iterator[Row]) -> Sum:
        number, content = list(self._columns).index("number"), Sum()
        while some := list(islice(rows, self._batch)):
            writer.write(some)
            content += of_rows(some, [row[number] for row in some])
            self._rows += len(some)
            self._say("batch")
        return content

    def _say(self, what: str) -> None:
        self._tell(Moment(self._entry.name, "export", what, self._rows, self._entry.orders))
