"""What real clients did to stored records, and the file that each of them notes it in.

A client is one line of work: a thread or process with one connection, which does one deed after the other. Its file has
a line of JSON before a deed can be applied and one after it was answered. So of a client that was killed, the last deed
is either whole, or begun and without an answer: nobody knows then whether it was applied.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from swifteats_sim.domain.effects import CompareAndSet, Delete, Fields, Insert, Key, Name, Put, Record, Write
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ITEMS, ORDERS, RESERVATIONS

ABSENT = 0
"""The version of a record that is not there: before it is inserted, and when it is deleted."""

KEPT: dict[str, tuple[str, ...]] = {
    ITEMS: ("stock",),
    ORDERS: ("state", "driver", "request"),
    DRIVERS: ("state", "order"),
    ACTIVE: ("order",),
    RESERVATIONS: ("restaurant", "lines"),
}
"""By table, the fields that a check needs. Of other tables only the versions are noted."""


class Sight(NamedTuple):
    """A record as a read showed it. version : ABSENT where there was none."""

    table: str
    key: Key
    version: int
    fields: Fields


class Written(NamedTuple):
    """A record as a write changed it.

    before : the version that the write required, None of one that looks at none; after : the version it made, ABSENT of
    a deletion, None where only an answer that never came would have told.
    """

    table: str
    key: Key
    before: int | None
    after: int | None
    fields: Fields


class Deed(NamedTuple):
    """One effect of one client: all it saw, and what it wrote, together or not at all.

    number : counts the client's deeds; began, ended : ns of a clock that all clients share, ended None where no answer
    came; applied : whether its writes were, None where nobody knows. A refused deed may have seen something all the
    same.
    """

    client: int
    number: int
    began: int
    ended: int | None
    applied: bool | None
    sights: tuple[Sight, ...] = ()
    writes: tuple[Written, ...] = ()

    @property
    def told(self) -> str:
        """Its name in a sentence."""
        return f"client {self.client} (deed {self.number})"


def sight(name: Name, record: Record | None) -> Sight:
    """What a read received of the record of this name."""
    return Sight(*name, ABSENT, {}) if record is None else Sight(*name, record.version, kept(name[0], record.fields))


def written(write: Write) -> Written:
    """What a write does if it is applied."""
    match write:
        case CompareAndSet(table, key, version, changes, bump):
            return Written(table, key, version, version + bump, kept(table, changes))
        case Insert(table, key, fields):
            return Written(table, key, ABSENT, ABSENT + 1, kept(table, fields))
        case Delete(table, key, version):
            return Written(table, key, version, ABSENT, {})


def put(write: Put, after: int | None = None) -> Written:
    """What a write does that looks at no version. after : the version it made, once the database has said so."""
    return Written(write.table, write.key, None, after, kept(write.table, write.changes))


def kept(table: str, fields: Fields) -> Fields:
    """The fields that are noted, of plain values: numbers, text, tuples."""
    return {name: plain(fields[name]) for name in KEPT.get(table, ()) if name in fields}


def plain(value: Any) -> Any:
    """A value as the file gives it back."""
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return str(value) if isinstance(value, str) else value


class Scribe:
    """Notes the deeds of one client in its own file, in which nobody else writes."""

    def __init__(self, client: int, file: TextIO) -> None:
        """client : of a number that no other file has, also not that of a client killed before."""
        self._client, self._file, self._deeds = client, file, 0

    def saw(self, began: int, ended: int, sights: Iterable[Sight]) -> None:
        """A deed that only read: whole, in one line."""
        self._note(self._number(), began=began, ended=ended, applied=True, sights=tuple(sights))

    def begin(self, began: int, writes: Iterable[Written], sights: Iterable[Sight] = ()) -> int:
        """A deed that may be applied from now on; returns its number. Call it before the commit is sent.

        It is with the system when this returns: a client that is killed later does not take it along.
        """
        number = self._number()
        self._note(number, began=began, sights=tuple(sights), writes=tuple(writes))
        self._file.flush()
        return number

    def end(
        self,
        number: int,
        ended: int,
        applied: bool | None,
        writes: Iterable[Written] = (),
        sights: Iterable[Sight] = (),
    ) -> None:
        """Its answer. writes : in place of those that it began with, where only the answer told their versions."""
        told: dict[str, object] = {"writes": tuple(writes), "sights": tuple(sights)}
        self._note(number, ended=ended, applied=applied, **{name: value for name, value in told.items() if value})

    def _number(self) -> int:
        self._deeds += 1
        return self._deeds

    def _note(self, number: int, **told: object) -> None:
        self._file.write(json.dumps({"client": self._client, "deed": number, **told}) + "\n")


def read_histories(files: Iterable[Path]) -> list[Deed]:
    """The deeds of all clients, file by file. ValueError names the file and line that cannot be one."""
    deeds = list[Deed]()
    for path in files:
        with path.open(encoding="utf-8", newline="\n") as lines:
            deeds += read_deeds(lines, str(path))
    return deeds


def read_deeds(lines: Iterable[str], where: str = "history") -> Iterator[Deed]:
    """The deeds of one file, in the order in which they began. A last line that was cut off counts as never written."""
    deeds = dict[tuple[int, int], Deed]()
    for number, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            break
        try:
            told = json.loads(line)
            name = told["client"], told["deed"]
            if ("began" in told) == (name in deeds):
                raise ValueError("a deed begins once, and before it ends")
            deeds[name] = _told(deeds.get(name), told)
        except (ValueError, KeyError, TypeError) as fault:
            raise ValueError(f"{where}, line {number}: {fault}") from fault
    yield from deeds.values()


def _told(deed: Deed | None, told: dict[str, Any]) -> Deed:
    """The deed with what a line adds to it."""
    deed = Deed(told["client"], told["deed"], told["began"], None, None) if deed is None else deed
    return deed._replace(
        ended=told.get("ended"),
        applied=told.get("applied"),
        sights=tuple(Sight(*_values(row)) for row in told["sights"]) if "sights" in told else deed.sights,
        writes=tuple(Written(*_values(row)) for row in told["writes"]) if "writes" in told else deed.writes,
    )


def _values(row: list[Any]) -> Iterator[Any]:
    """Key and versions as they are, fields of plain values."""
    for value in row:
        yield {name: plain(field) for name, field in value.items()} if isinstance(value, dict) else plain(value)
