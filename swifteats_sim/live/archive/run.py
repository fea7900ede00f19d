"""One run of the archiver: each partition past the hot window is sealed, exported, verified, detached and dropped.

Each step is recorded when it is whole and may be begun again, so a run that was killed anywhere is taken up by the
next. At every instant an order is in `orders` or in the archive, which is complete before `orders` lets go; an order
that is in both is sealed, and counts as one of `orders`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.errors import LockNotAvailable

from swifteats_sim.live.archive import ledger
from swifteats_sim.live.archive.detach import detach, drop
from swifteats_sim.live.archive.export import Export
from swifteats_sim.live.archive.ledger import OUT, Entry, Step
from swifteats_sim.live.archive.manifest import read_manifest
from swifteats_sim.live.archive.partitions import Standing, columns, standing
from swifteats_sim.live.archive.problems import Damaged, InUse, NoOrders, NotItsArchive, Stays, Unwritable
from swifteats_sim.live.archive.seal import seal
from swifteats_sim.live.archive.telling import Tell, nobody
from swifteats_sim.live.archive.verify import verify
from swifteats_sim.live.database import Connection

HOT_DAYS = 90
"""Days that orders stay in the database (F7, E19)."""
BATCH = 20_000
"""Rows that are in memory at once."""
PATIENCE = 3_000
"""ms to wait for locks. Long enough for the server to notice that an archiver before us was killed."""
_ALONE = "select pg_advisory_lock(hashtext('swifteats archive of orders'))"


@dataclass(frozen=True)
class Outcome:
    """What came of a partition. step : the last that is done, None where it is not sealed.

    orders, size : of its table when it was sealed, 0 where it is not; stored : bytes of its files;
    problem : why it is not in the archive, None where it is.
    """

    partition: Standing
    step: Step | None = None
    orders: int = 0
    size: int = 0
    stored: int = 0
    problem: str | None = None


def archive(
    dsn: str,
    folder: Path,
    today: int,
    hot_days: int = HOT_DAYS,
    tell: Tell = nobody,
    batch: int = BATCH,
    patience: int = PATIENCE,
) -> tuple[Outcome, ...]:
    """Archive the partitions that ended `hot_days` before `today` (a day since 1970), and end what was begun.

    What came of each partition that is due, oldest first. Raises InUse where another archiver is at work, NotItsArchive
    where the folder misses what this database has archived before, NoOrders and NotByDays where orders do not stand as
    the platform has them, and psycopg's errors, such as that the server is not there.
    """
    with _alone(dsn, patience) as connection:
        if not columns(connection, "orders"):
            raise NoOrders("the database has no table of orders")
        ledger.prepare(connection)
        run = _Run(connection, folder, tell, batch)
        run.look_at_folder()
        return tuple(run.outcomes(today, hot_days))


@contextmanager
def _alone(dsn: str, patience: int) -> Iterator[Connection]:
    """A connection that holds the archive's lock. All is done over it: who loses it has lost the lock."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for setting in (f"lock_timeout = {patience}", "client_connection_check_interval = 200", "datestyle = iso"):
            connection.execute(f"set {setting}".encode())
        try:
            connection.execute(_ALONE)
        except LockNotAvailable:
            raise InUse("another archiver is at work on this database") from None
        yield connection


class _Run:
    def __init__(self, connection: Connection, folder: Path, tell: Tell, batch: int) -> None:
        self._connection, self._folder, self._tell, self._batch = connection, folder, tell, batch

    def look_at_folder(self) -> None:
        """What was archived before is here."""
        for entry in ledger.entries(self._connection).values():
            if entry.step is Step.DROPPED:
                try:
                    manifest = read_manifest(self._folder, entry.name)
                except ValueError as error:
                    raise NotItsArchive(f"{self._folder}: {error}") from None
                if manifest is None or manifest.content[:2] != (entry.orders, entry.checksum):
                    raise NotItsArchive(f"{self._folder} does not hold {entry.name}, which this database has archived")

    def outcomes(self, today: int, hot_days: int) -> Iterator[Outcome]:
        """One partition after the other; none after one for which the folder had no room."""
        for partition in self._due(today, hot_days):
            try:
                self._advance(partition)
                yield self._outcome(partition)
            except Unwritable as problem:
                yield self._outcome(partition, problem)
                return
            except Stays as problem:
                yield self._outcome(partition, problem)

    def _due(self, today: int, hot_days: int) -> list[Standing]:
        """What was begun, first of all a detachment that nobody ended, which bars others; then what is due."""
        attached, known = standing(self._connection), ledger.entries(self._connection)
        begun = [entry.partition for entry in known.values() if entry.step is not Step.DROPPED]
        begun.sort(key=lambda partition: not (partition.name in attached and attached[partition.name].leaving))
        resumed = {partition.name for partition in begun}
        rest = (partition for partition in attached.values() if partition.name not in resumed)
        return begun + [partition for partition in rest if partition.ended(today, hot_days)]

    def _advance(self, partition: Standing) -> None:
        entry = self._taken_up(partition)
        if entry is None or entry.step is Step.DROPPED:
            self._refuse_archived_days(partition)
            seal(self._connection, partition, self._tell)
        while (entry := self._entry(partition)) is not None and entry.step is not Step.DROPPED:
            try:
                self._take_step(entry)
            except Damaged as problem:
                ledger.record(self._connection, entry.name, Step.SEALED)
                raise Damaged(f"{problem}; it stays in the database, and the next run writes it anew") from problem

    def _taken_up(self, partition: Standing) -> Entry | None:
        """Where a run before us was. Files that it verified are verified again: they may have been changed since."""
        entry = self._entry(partition)
        if entry is None:
            return None
        attached_again = entry.step is Step.DETACHED and entry.name in standing(self._connection)
        if entry.step is Step.VERIFIED or attached_again:
            ledger.record(self._connection, partition.name, Step.EXPORTED)
        return entry

    def _take_step(self, entry: Entry) -> None:
        """The step after the one that is recorded, and its record."""
        if entry.step is not Step.DETACHED and not columns(self._connection, entry.name):
            raise Stays("its table is gone, and the archive did not drop it")
        match entry.step:
            case Step.SEALED:
                Export(self._connection, entry, self._folder, self._batch, self._tell).write()
                done = Step.EXPORTED
            case Step.EXPORTED:
                verify(self._connection, entry, self._folder, self._tell)
                done = Step.VERIFIED
            case Step.VERIFIED:
                detach(self._connection, entry, self._tell)
                done = Step.DETACHED
            case _:
                drop(self._connection, entry, self._folder, self._tell)
                return
        ledger.record(self._connection, entry.name, done)

    def _refuse_archived_days(self, partition: Standing) -> None:
        """A partition that was made anew for days that are in the archive already."""
        for entry in ledger.entries(self._connection).values():
            if entry.step in OUT and entry.partition.shares_days_with(partition):
                raise Stays(f"its days were archived before, as {entry.name}: look at what it holds, and drop it")

    def _entry(self, partition: Standing) -> Entry | None:
        return ledger.entries(self._connection).get(partition.name)

    def _outcome(self, partition: Standing, problem: Stays | None = None) -> Outcome:
        entry = self._entry(partition)
        said = None if problem is None else str(problem)
        if entry is None:
            return Outcome(partition, problem=said)
        manifest = read_manifest(self._folder, entry.name) if problem is None else None
        stored = 0 if manifest is None else manifest.size
        return Outcome(partition, entry.step, entry.orders, entry.size, stored, said)
