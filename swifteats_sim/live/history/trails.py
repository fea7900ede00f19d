"""The trail of one record: where it began and ended, what was written in between, and what was seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from swifteats_sim.domain.effects import Fields, Name, Record
from swifteats_sim.domain.messages import LOCKS
from swifteats_sim.live.history.deeds import ABSENT, Deed, kept

State = Mapping[Name, Record]
"""All records at one instant, when no client is at work."""
NEVER = 1 << 63
"""When a deed without an answer ended: ns after every other."""
VANISHING = frozenset({LOCKS})
"""Tables whose records vanish by themselves: their versions say nothing."""


class Violation(NamedTuple):
    """What cannot have happened, if the rules and the database keep their promises.

    kind : one word; record : whose, None of several; text : a sentence with the versions and clients.
    """

    kind: str
    record: Name | None
    text: str


class Link(NamedTuple):
    """An applied write: from one version of a record to the next. blind : it had not looked which one it replaced."""

    before: int
    after: int
    fields: Fields
    blind: bool
    deed: Deed


class Look(NamedTuple):
    """A version that was seen."""

    version: int
    fields: Fields
    deed: Deed


class Trail(NamedTuple):
    """One record's. start, end : the record before and after all deeds; links and looks in no particular order.

    doubtful : of a record that may have been deleted, writes by deeds that nobody knows of and that touch nothing else.
    """

    name: Name
    start: Record | None
    end: Record | None
    links: list[Link]
    looks: list[Look]
    doubtful: list[Link]

    @property
    def told(self) -> str:
        """The record in a sentence."""
        return told(self.name)

    @property
    def is_mortal(self) -> bool:
        """Whether it may have been deleted, so that its versions may come again."""
        return bool(self.doubtful) or any(link.after == ABSENT for link in self.links)

    @property
    def first(self) -> int:
        """Its version before all deeds."""
        return version_of(self.start)

    @property
    def last(self) -> int:
        """Its version after all deeds."""
        return version_of(self.end)

    def content(self, record: Record | None) -> dict[str, object]:
        """The noted fields of its start or end."""
        return {} if record is None else dict(kept(self.name[0], record.fields))

    def contents(self, links: Iterable[Link]) -> Iterable[tuple[Link, dict[str, object], dict[str, object]]]:
        """Each link with the fields before and after it. links : in their order."""
        before = self.content(self.start)
        for link in links:
            after = {} if link.after == ABSENT else {**before, **link.fields}
            yield link, before, after
            before = after


def told(name: Name) -> str:
    """A record in a sentence."""
    return f"{name[0]} {name[1]}"


def version_of(record: Record | None) -> int:
    """ABSENT where there is none."""
    return ABSENT if record is None else record.version


def ending(deed: Deed) -> int:
    """When it was over at the latest."""
    return NEVER if deed.ended is None or deed.applied is None else deed.ended
