"""The SQL of each effect, written once for each table and set of fields; values are always parameters."""

from __future__ import annotations

from functools import cache

from swifteats_sim.live.tables import TABLES, Table


@cache
def read(tables: tuple[str, ...]) -> str:
    """Records of these tables, in one statement and so as of one instant: a JSON object each, or null."""
    looks = (f"(select to_jsonb(t) from {TABLES[name].name} t where {_key(TABLES[name], 't.')})" for name in tables)
    return f"select {', '.join(looks)}"


@cache
def locked(table: str) -> str:
    """One record, which nobody else may write until this transaction ends."""
    return f"select to_jsonb(t) from {TABLES[table].name} t where {_key(TABLES[table], 't.')} for update"


@cache
def update(table: str, fields: tuple[str, ...], bump: bool) -> str:
    """Write these fields if the record has this version still; waits for who is writing it."""
    known = TABLES[table]
    return f"update {known.name} set {_settings(known, fields, bump)} where {_key(known)} and version = %s"


@cache
def update_at_once(table: str, fields: tuple[str, ...], bump: bool) -> str:
    """The same without waiting: a record that somebody is writing is not there."""
    known = TABLES[table]
    keys = ", ".join(known.keys)
    free = f"select {keys} from {known.name} where {_key(known)} and version = %s for update skip locked"
    return f"update {known.name} set {_settings(known, fields, bump)} where ({keys}) in ({free})"


@cache
def insert(table: str, fields: tuple[str, ...]) -> str:
    """A new record of version 1; nothing where the key exists. Parameters: key, geo, fields."""
    return f"{_inserting(table, fields)} on conflict do nothing"


@cache
def put(table: str, fields: tuple[str, ...]) -> str:
    """Write these fields whatever the version, or a new record. Parameters: key, geo, fields."""
    known = TABLES[table]
    columns = ", ".join(f"{column} = excluded.{column}" for column in _columns(known, fields))
    over = f"do update set {columns}, version = {known.name}.version + 1"
    return f"{_inserting(table, fields)} on conflict ({', '.join(known.keys)}) {over}"


@cache
def delete(table: str) -> str:
    """Remove the record if it has this version still."""
    known = TABLES[table]
    return f"delete from {known.name} where {_key(known)} and version = %s"


def _inserting(table: str, fields: tuple[str, ...]) -> str:
    known = TABLES[table]
    columns = (*known.keys, "geo_key", *_columns(known, fields))
    places = ", ".join(["%s"] * len(columns))
    return f"insert into {known.name} ({', '.join(columns)}, version) values ({places}, 1)"


def _settings(table: Table, fields: tuple[str, ...], bump: bool) -> str:
    raised = ("version = version + 1",) if bump else ()
    return ", ".join((*(f"{column} = %s" for column in _columns(table, fields)), *raised))


def _columns(table: Table, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(table.fields[field].name for field in fields)


def _key(table: Table, prefix: str = "") -> str:
    return " and ".join(f"{prefix}{column} = %s" for column in table.keys)
