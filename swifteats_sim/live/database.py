"""The database: performs the effects that touch records on PostgreSQL, each as the rules mean it.

A read is one statement and so sees one instant. A compare-and-set outside a transaction waits for nobody. A transaction
takes its locks in one total order and holds for all of its writes or for none. What a client that is killed has begun
and not committed, PostgreSQL undoes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import Params
from psycopg.errors import OperationalError

from swifteats_sim.domain import effects as e
from swifteats_sim.live import statements as sql
from swifteats_sim.live.tables import TABLES, key_values

Connection = psycopg.Connection[tuple[Any, ...]]
Prepared = tuple[str, Params]
"""A statement and its parameters."""


class Database:
    """One client's connection. Every effect is performed for a geographic area, whose key new records bear."""

    def __init__(self, dsn: str) -> None:
        """Not connected yet."""
        self._dsn = dsn
        self._connection: Connection | None = None

    def read(self, effect: e.Read) -> tuple[e.Record | None, ...]:
        """The records as they stand at one instant."""
        tables = tuple(table for table, _ in effect.records)
        keys = [value for _, key in effect.records for value in key_values(key)]
        return _records(tables, self.execute(sql.read(tables), keys).fetchone() or ())

    def compare_and_set(self, effect: e.CompareAndSet) -> bool:
        """Whether it held. A record that is being written by somebody else does not."""
        fields = tuple(effect.changes)
        values = _values(effect.table, effect.changes)
        where = (*key_values(effect.key), effect.version)
        return self.execute(sql.update_at_once(effect.table, fields, effect.bump), (*values, *where)).rowcount == 1

    def insert(self, effect: e.Insert, geo: int) -> bool:
        """Whether there was none. Who comes second waits until the first has committed."""
        return self.execute(*_prepared(effect, geo)).rowcount == 1

    def put(self, effect: e.Put, geo: int) -> None:
        """Over whatever is there."""
        values = (*key_values(effect.key), geo, *_values(effect.table, effect.changes))
        self.execute(sql.put(effect.table, tuple(effect.changes)), values)

    def transaction(self, effect: e.Transaction, geo: int) -> int:
        """COMMITTED, or the index of the first write that did not hold."""
        if len(effect.writes) == 1:
            return e.COMMITTED if self.execute(*_prepared(effect.writes[0], geo)).rowcount == 1 else 0
        if len(e.names_of(effect.writes)) < len(effect.writes):
            raise ValueError(f"two writes of one record: {effect.writes}")
        with self._transaction() as connection:
            lost = _written(connection, effect.writes, geo, begins=True)
            connection.execute("commit" if lost == e.COMMITTED else "rollback")
        return lost

    def update(self, effect: e.Update, geo: int) -> int | None:
        """COMMITTED, or None where nothing is to be changed. Tried again where somebody made a record meanwhile."""
        while True:
            outcome = self._try_to_update(effect, geo)
            if outcome is None or outcome == e.COMMITTED:
                return outcome

    def _try_to_update(self, effect: e.Update, geo: int) -> int | None:
        with self._transaction() as connection:
            connection.execute("begin")
            seen = {name: _locked(connection, name) for name in sorted(effect.records)}
            writes = effect.change(tuple(seen[name] for name in effect.records))
            if writes is None:
                connection.execute("rollback")
                return None
            if not set(e.names_of(writes)) <= set(effect.records):
                raise ValueError(f"an update writes what it has not locked: {writes}")
            lost = _written(connection, writes, geo)
            connection.execute("commit" if lost == e.COMMITTED else "rollback")
        return lost

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """The connection, which is outside a transaction again whatever happens in one."""
        connection = self.connection
        try:
            yield connection
        except OperationalError as error:
            raise self._gone() from error
        except BaseException:
            connection.rollback()
            raise

    @property
    def connection(self) -> Connection:
        """A connection that commits each statement by itself; a new one where the last has broken."""
        if self._connection is None or self._connection.closed:
            try:
                self._connection = psycopg.connect(self._dsn, autocommit=True)
            except OperationalError as error:
                raise self._gone() from error
        return self._connection

    def execute(self, statement: str, values: Params = ()) -> psycopg.Cursor[tuple[Any, ...]]:
        """One statement, committed at once; Unavailable where the server is not there."""
        try:
            return self.connection.execute(statement, values)
        except OperationalError as error:
            raise self._gone() from error

    def close(self) -> None:
        """Leave the server."""
        if self._connection is not None:
            self._connection.close()

    def _gone(self) -> e.Unavailable:
        """What was under way may have been done or not; the rule may be run again."""
        self.close()
        return e.Unavailable("database")


def _locked(connection: Connection, name: e.Name) -> e.Record | None:
    table, key = name
    return _records((table,), connection.execute(sql.locked(table), key_values(key)).fetchone() or (None,))[0]


def _written(connection: Connection, writes: Sequence[e.Write], geo: int, begins: bool = False) -> int:
    """Write all in one total order, within a transaction: COMMITTED if all held, or the first index that did not.

    One round trip for all, with the transaction's beginning where it `begins` here.
    """
    order = sorted(range(len(writes)), key=lambda index: writes[index][:2])
    with connection.pipeline():
        if begins:
            connection.execute("begin")
        results = {index: connection.execute(*_prepared(writes[index], geo)) for index in order}
    return next((index for index in range(len(writes)) if results[index].rowcount != 1), e.COMMITTED)


def _prepared(write: e.Write, geo: int) -> Prepared:
    """The statement of a write in a transaction, which waits for whoever is writing the record."""
    keys = key_values(write.key)
    match write:
        case e.CompareAndSet(table, _, version, changes, bump):
            return sql.update(table, tuple(changes), bump), (*_values(table, changes), *keys, version)
        case e.Insert(table, _, fields, _):
            return sql.insert(table, tuple(fields)), (*keys, geo, *_values(table, fields))
        case e.Delete(table, _, version):
            return sql.delete(table), (*keys, version)


def _values(table: str, fields: e.Fields) -> tuple[Any, ...]:
    columns = TABLES[table].fields
    return tuple(None if value is None else columns[field].write(value) for field, value in fields.items())


def _records(tables: Sequence[str], rows: Sequence[Any]) -> tuple[e.Record | None, ...]:
    return tuple(TABLES[table].record(row) for table, row in zip(tables, rows, strict=True))
