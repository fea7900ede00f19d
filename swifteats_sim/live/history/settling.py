"""Which deeds count as applied: all that were answered so, and of those nobody knows, the ones that left a trace.

Every version that was made must be replaced by another one, but for the last. Where one that was made stands without a
successor and is not what the database ends with, somebody must have gone on from it: a deed that was cut off, if one
would have, and whose other writes are missed as well. It counts once, and from then on as any other.

A record that is deleted and inserted again comes to the same versions again, which prove little. So a transaction goes
by its other records, if it has any; a single write is left to the walk through the record's lives; and a transaction of
nothing else (rows of the outbox, deleted together) goes by what is missed all the same, as each of them lives once.

An unanswered deed is looked at again when one of its records moves on to where it would begin: time grows with the
number of writes. Of several that could be the one that is missed, those count first that agree with what was seen, then
those that more records speak for, then who began first. Where the versions of writes are not known that look at none
(a database can tell them), they are taken in the order in which they began.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from swifteats_sim.domain.effects import Fields, Name
from swifteats_sim.live.history.deeds import ABSENT, Deed, Written
from swifteats_sim.live.history.trails import VANISHING, Link, Look, State, Trail, Violation, told, version_of

Steps = tuple[tuple[int, int], ...]
"""For each write of a deed, the version before and after."""


def settle(deeds: Sequence[Deed], start: State, end: State) -> tuple[dict[Name, Trail], list[Violation]]:
    """The trails of all records, and of which transactions only a part is there."""
    mortal = {w[:2] for deed in deeds for w in deed.writes if w.after == ABSENT and deed.applied is not False}
    settling = _Settling(start, end, mortal)
    open_deeds = list[Deed]()
    for deed in sorted(deeds, key=lambda deed: deed.began):
        settling.look(deed)
        writes = _lasting(deed)
        if deed.applied and all(write.after is not None for write in writes):
            settling.apply(deed, _steps(writes))
        elif deed.applied is None and len(writes) == 1 and writes[0].after is not None and writes[0][:2] in mortal:
            settling.doubt(deed, writes[0])
        elif deed.applied is not False and writes:
            open_deeds.append(deed)
    return settling.trails, settling.torn(settling.resolve(open_deeds))


class _Settling:
    """The trails so far.

    spare : by record and version, how often it was made less how often it was replaced; missing : the versions of a
    record of which a successor is missed; mortal : records that may have been deleted.
    """

    def __init__(self, start: State, end: State, mortal: set[Name]) -> None:
        self.trails: dict[Name, Trail] = {}
        self._spare: dict[Name, Counter[int]] = {}
        self._missing: dict[Name, set[int]] = {}
        self._shown: dict[tuple[Name, int], Fields] = {}
        self._start, self._end, self._mortal = start, end, mortal
        for name in (*start, *end):
            self._trail(name)

    def _trail(self, name: Name) -> Trail:
        trail = self.trails.get(name)
        if trail is None and name[0] not in VANISHING:
            trail = self.trails[name] = Trail(name, self._start.get(name), self._end.get(name), [], [], [])
            self._spare[name], self._missing[name] = Counter(), set()
            self._count(name, version_of(trail.start), 1)
            self._count(name, version_of(trail.end), -1)
            self._shown[name, version_of(trail.end)] = trail.content(trail.end)
        return trail or Trail(name, None, None, [], [], [])

    def look(self, deed: Deed) -> None:
        """What it saw."""
        for table, key, version, fields in deed.sights:
            self._trail((table, key)).looks.append(Look(version, fields, deed))
            self._shown[(table, key), version] = fields
        for write in _lasting(deed):
            self._trail(write[:2])

    def apply(self, deed: Deed, steps: Steps) -> None:
        """It counts, by these steps."""
        for write, (before, after) in zip(_lasting(deed), steps, strict=True):
            name = write[:2]
            self._trail(name).links.append(Link(before, after, write.fields, write.before is None, deed))
            self._count(name, before, -1)
            self._count(name, after, 1)

    def doubt(self, deed: Deed, write: Written) -> None:
        """It may count, as the lives of its record will show (`lives.walk`): their versions come again."""
        ((before, after),) = _steps((write,))
        self._trail(write[:2]).doubtful.append(Link(before, after, write.fields, write.before is None, deed))

    def _count(self, name: Name, version: int, by: int) -> None:
        self._spare[name][version] += by
        if self._spare[name][version] > 0:
            self._missing[name].add(version)
        else:
            self._missing[name].discard(version)

    def resolve(self, deeds: list[Deed]) -> list[Deed]:
        """Apply whichever left a trace; the others."""
        queue = sorted(deeds, key=self._rank)
        waiting = defaultdict[tuple[Name, int | None], list[Deed]](list)
        applied = set[tuple[int, int]]()
        while queue:
            later = list[Deed]()
            for deed in queue:
                if deed[:2] in applied:
                    continue
                steps = self._missed(deed)
                if steps is None:
                    for write in self._telling(deed):
                        waiting[write[:2], _before(write)].append(deed)
                    continue
                self.apply(deed, steps)
                applied.add(deed[:2])
                for write, (_, after) in zip(_lasting(deed), steps, strict=True):
                    later += waiting.pop((write[:2], after), []) + waiting.pop((write[:2], None), [])
            queue = later
        return [deed for deed in deeds if deed[:2] not in applied]

    def _rank(self, deed: Deed) -> tuple[object, ...]:
        """Who comes first: what is known to be applied, what agrees with what was seen, what more records speak for."""
        return not deed.applied, self._contradictions(deed), -len(_lasting(deed)), deed.began

    def _missed(self, deed: Deed) -> Steps | None:
        """The steps of a deed, if each of its records that tell misses one from where it would have gone on."""
        telling = self._telling(deed)
        steps = tuple(self._step(write) if write in telling else _steps((write,))[0] for write in _lasting(deed))
        whole = tuple(step for step in steps if step is not None)
        return whole if len(whole) == len(steps) else None

    def _telling(self, deed: Deed) -> tuple[Written, ...]:
        """Its writes to records that were never deleted, whose versions come once; all where it has none."""
        writes = _lasting(deed)
        return tuple(write for write in writes if write[:2] not in self._mortal or write.after is None) or writes

    def _step(self, write: Written) -> tuple[int, int] | None:
        missing = self._missing[write[:2]]
        before = _before(write)
        if before is None:
            before = min(missing, default=None)
        if before is None or before not in missing:
            return None
        return before, before + 1 if write.after is None else write.after

    def _contradictions(self, deed: Deed) -> int:
        """How many of its writes say otherwise than the versions that they would have made."""
        count = 0
        for write in _lasting(deed):
            shown = self._shown.get((write[:2], write.after), {}) if write.after is not None else {}
            count += any(name in shown and shown[name] != value for name, value in write.fields.items())
        return count

    def torn(self, deeds: Iterable[Deed]) -> list[Violation]:
        """Of those that did not count, the ones that left a trace in some of their records alone; and lost answers."""
        found = list[Violation]()
        for deed in deeds:
            there = [told(write[:2]) for write in self._telling(deed) if self._step(write) is not None]
            missing = [told(write[:2]) for write in self._telling(deed) if self._step(write) is None]
            if there and missing:
                text = f"a transaction of {deed.told}, cut off, is missed in {', '.join(there)}"
                found.append(Violation("torn", None, f"{text}, but not in {', '.join(missing)}"))
            elif deed.applied:
                text = f"{deed.told} wrote {', '.join(missing + there)}, of which the database shows nothing"
                found.append(Violation("lost", None, text))
        return found


def _lasting(deed: Deed) -> tuple[Written, ...]:
    return tuple(write for write in deed.writes if write.table not in VANISHING)


def _steps(writes: Iterable[Written]) -> Steps:
    return tuple((_before(write) or ABSENT, write.after or ABSENT) for write in writes)


def _before(write: Written) -> int | None:
    """What it replaced: whoever looks at no version raises the one that stands there."""
    return write.after - 1 if write.before is None and write.after is not None else write.before
