"""Records that are deleted and inserted again: their versions start at 1 in each life.

A version alone does not say which life a touch belongs to; time does. The record is walked through from its start:
next comes a touch that fits the version that stands, and before which nothing that is left had ended. Whatever can be
seen of the version that stands is seen at once, which never does harm. Of writes that do the same to the version the
one that ended first goes first: in every order that holds, the two could change places. So where a record is only
inserted and deleted (a guard, a row of the outbox) the walk never has a choice and decides exactly, in one pass. Where
it is changed in between (a reservation), the deletion of one life may overlap with a change of the next: then both are
tried, and the walk is stopped, undecided, after so many steps for each touch as no history of real clients needs.
"""

from __future__ import annotations

from typing import NamedTuple

from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.trails import Link, Look, Trail, Violation, ending
from swifteats_sim.live.history.versions import Touch, version_seen

STEPS = 100
"""Tried for each touch, before a walk is given up."""


class _Choice(NamedTuple):
    """Where the walk stood, and which touches it may still try there. taken : the one that it has tried last."""

    version: int
    open: list[int]
    taken: list[int]


def walk(trail: Trail) -> list[Link] | Violation:
    """The links of a balanced record in an order that agrees with all looks and times, or that there is none."""
    left = _Left(trail)
    path, version, best = list[_Choice](), trail.first, -1
    stuck = ""
    for _ in range(STEPS * (len(left.touches) + 1)):
        if left.is_done and version == trail.last:
            links = (left.touches[choice.taken[0]] for choice in path)
            return [touch for touch in links if isinstance(touch, Link)]
        choice = _Choice(version, left.fitting(version), [])
        if not choice.open and len(path) > best:
            best, stuck = len(path), left.told(trail, version)
        path.append(choice)
        while not path[-1].open:
            path.pop()
            if not path:
                return Violation("inversion", trail.name, stuck)
            left.put_back(path[-1].taken.pop())
        taken = path[-1].open.pop(0)
        path[-1].taken.append(taken)
        left.take(taken)
        version = version_seen(left.touches[taken])
    text = f"no order of all that was done to {trail.told} was found in time; {stuck}"
    return Violation("undecided", trail.name, text)


class _Left:
    """Touches that are still to be walked, linked in the order in which they began; the list closes into a ring."""

    def __init__(self, trail: Trail) -> None:
        touches: list[Touch] = [*trail.links, *trail.looks]
        must = {id(touch) for touch in touches}
        touches = sorted([*touches, *trail.doubtful], key=lambda touch: touch.deed.began)
        self.touches = touches
        self._must = [id(touch) in must for touch in touches]
        self._left = len(must)
        places = len(touches) + 1
        self._next = [(place + 1) % places for place in range(places)]
        self._previous = [(place - 1) % places for place in range(places)]

    @property
    def is_done(self) -> bool:
        """Whether all is walked that must be: not what is in doubt."""
        return not self._left

    def take(self, touch: int) -> None:
        """It is walked."""
        self._left -= self._must[touch]
        before, after = self._previous[touch], self._next[touch]
        self._next[before], self._previous[after] = after, before

    def put_back(self, touch: int) -> None:
        """The last that was taken is not."""
        self._left += self._must[touch]
        self._next[self._previous[touch]] = self._previous[self._next[touch]] = touch

    def first(self) -> list[int]:
        """Those before which nothing else had ended: no more than there are clients."""
        found, over, place = list[int](), None, self._next[-1]
        while place < len(self.touches):
            deed = self.touches[place].deed
            if over is not None and deed.began > over:
                break
            over = ending(deed) if over is None else min(over, ending(deed))
            found.append(place)
            place = self._next[place]
        return found

    def fitting(self, version: int) -> list[int]:
        """Which of them may come next: one look, or else of the writes that do alike the one that ended first.

        Those in doubt come last.
        """
        alike = dict[tuple[bool, int], int]()
        for place in self.first():
            touch = self.touches[place]
            if isinstance(touch, Look):
                if touch.version == version:
                    return [place]
            elif touch.before == version:
                kind = not self._must[place], touch.after
                rival = alike.get(kind)
                if rival is None or ending(touch.deed) < ending(self.touches[rival].deed):
                    alike[kind] = place
        return sorted(alike.values(), key=lambda place: (not self._must[place], ending(self.touches[place].deed)))

    def told(self, trail: Trail, version: int) -> str:
        """Where the walk ended, in a sentence."""
        who = ", ".join(_told(self.touches[place]) for place in self.first())
        return f"{trail.told} stood at version {version}, and none of these fits it: {who}"


def _told(touch: Touch) -> str:
    deed: Deed = touch.deed
    when = f"from {deed.began} to {deed.ended} ns"
    if isinstance(touch, Look):
        return f"{deed.told} saw version {touch.version} {when}"
    return f"{deed.told} made version {touch.after} of {touch.before} {when}"
