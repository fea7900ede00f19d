"""The files of the archive: each has the orders of one day and one geographic area.

Day and area stand in the path alone, as readers of partitioned Parquet expect; they are columns again when read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from swifteats_sim.live.archive.sums import Place

IN_PATH = ("placed_on", "geo_key")
_TYPES = {
    "bigint": pa.int64(), "integer": pa.int32(), "smallint": pa.int16(), "text": pa.string(), "date": pa.date32(),
}  # fmt: skip
"""Types whose values are written as the same text by PostgreSQL and by Python, so that sums can be compared."""

Row = Sequence[Any]


def arrow_type(kind: str) -> Any:
    """How a column of this type of PostgreSQL is held; None of a type that the archive does not know."""
    return _TYPES.get(kind)


def part_path(place: Place) -> str:
    """Where the orders of a place lie below the archive's folder."""
    day, geo = place
    return f"orders/placed_on={day}/geo_key={geo}/part-0.parquet"


class PartWriter:
    """Writes rows, given in the order of the table's columns, into a stream; a group of rows a call."""

    def __init__(self, stream: BinaryIO, columns: Mapping[str, str]) -> None:
        self._kept = [index for index, name in enumerate(columns) if name not in IN_PATH]
        fields = [(name, _TYPES[kind]) for name, kind in columns.items() if name not in IN_PATH]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(stream, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        """One more group."""
        values = list(zip(*rows, strict=True))
        arrays = [pa.array(values[index], field.type) for index, field in zip(self._kept, self._schema, strict=True)]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def __enter__(self) -> PartWriter:
        """To be closed whatever happens."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Write the end, without which nobody can read it."""
        try:
            self._writer.close()
        finally:
            self._writer.is_open = False  # or it tries again when it is collected, on a stream that is closed


def read_rows(path: Path, place: Place, columns: Mapping[str, str], batch: int) -> Iterator[list[Row]]:
    """The rows of a file as the table held them, days as text. OSError or pa.ArrowException where it cannot be read."""
    fixed = dict(zip(IN_PATH, place, strict=True))
    with pq.ParquetFile(path) as file:
        for some in file.iter_batches(batch):
            held = some.to_pydict()
            values = ([fixed[name]] * some.num_rows if name in fixed else held[name] for name in columns)
            yield list(zip(*values, strict=True))


def read_table(path: Path, place: Place, columns: Mapping[str, str]) -> pa.Table:
    """The file with day and area as columns again, in the order of the table's."""
    table = pq.ParquetFile(path).read()
    for name, value in zip(IN_PATH, place, strict=True):
        table = table.append_column(name, pa.repeat(pa.scalar(value).cast(_TYPES[columns[name]]), table.num_rows))
    return table.select(list(columns))


def schema(columns: Mapping[str, str]) -> pa.Schema:
    """Of a table with these columns."""
    return pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
