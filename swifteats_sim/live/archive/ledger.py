"""The archive's ledger, in the database: how far each partition is. Only who holds the archive's lock writes to it."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from swifteats_sim.live.archive.partitions import Standing
from swifteats_sim.live.archive.sums import Sum
from swifteats_sim.live.database import Connection

_ENTRIES = "select partition, first_day, end_day, step, orders, checksum, bytes from archived_partitions order by 2, 1"
_SEAL = "insert into archived_partitions values (%s, %s, %s, 'sealed', %s, %s, %s)"
_STEP = "update archived_partitions set step = %s, changed = now() where partition = %s"


class Step(StrEnum):
    """What was done last; each is recorded when it is whole."""

    SEALED = "sealed"
    EXPORTED = "exported"
    VERIFIED = "verified"
    DETACHED = "detached"
    DROPPED = "dropped"


OUT = frozenset({Step.DETACHED, Step.DROPPED})
"""Steps after which `orders` does not hold the partition any more."""


class Entry(NamedTuple):
    """A partition that is sealed. orders, checksum : of all its rows; bytes : its size in the database then."""

    partition: Standing
    step: Step
    orders: int
    checksum: int
    size: int

    @property
    def name(self) -> str:
        """The partition's."""
        return self.partition.name


def prepare(connection: Connection) -> None:
    """Make what the archive keeps in the database, where it is not there."""
    connection.execute((files("swifteats_sim.live.archive") / "ledger.sql").read_text(encoding="utf-8"))


def entries(connection: Connection) -> dict[str, Entry]:
    """The ledger by partition, oldest first; empty where nothing was ever archived."""
    if connection.execute("select to_regclass('archived_partitions')").fetchone() == (None,):
        return {}
    return {
        name: Entry(Standing(name, first, end), Step(step), orders, int(checksum), size)
        for name, first, end, step, orders, checksum, size in connection.execute(_ENTRIES)
    }


def seal_in(connection: Connection, partition: Standing, total: Sum, size: int) -> None:
    """Enter a partition: it is sealed."""
    name, first, end, _ = partition
    connection.execute(_SEAL, (name, first, end, total.orders, total.checksum, size))


def record(connection: Connection, name: str, step: Step) -> None:
    """A step is done."""
    connection.execute(_STEP, (str(step), name))
