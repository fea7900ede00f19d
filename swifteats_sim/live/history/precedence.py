"""Is there one order of all deeds that agrees with every record and with time?

Each record may be sound by itself, and two transactions still cross: one is first in this record, the other in that. So
the deeds are laid out with an arrow from each to what must come after it: from a version's write to its sights, from
both to the next version's write, and from what had ended to what began then. Time is a line of its own with a place for
each beginning, so that the arrows are as many as the touches. What has no circle can be put in order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.trails import Look, Trail, Violation, ending
from swifteats_sim.live.history.versions import by_version


class _Arrows:
    """Who comes before whom. Writes of a deed are one place; each sight is its own."""

    def __init__(self) -> None:
        self.deeds: list[Deed | None] = []
        self.after: list[list[int]] = []
        self._writing: dict[tuple[int, int], int] = {}

    def place(self, deed: Deed | None) -> int:
        """A new place. None : one of time's."""
        self.deeds.append(deed)
        self.after.append([])
        return len(self.deeds) - 1

    def writing(self, deed: Deed) -> int:
        """The place of a deed's writes."""
        name = deed.client, deed.number
        if name not in self._writing:
            self._writing[name] = self.place(deed)
        return self._writing[name]

    def lay(self, trail: Trail) -> None:
        """The arrows of one record."""
        made: int | None = None
        seen = list[int]()
        for touch in by_version(trail):
            if isinstance(touch, Look):
                seen.append(self.place(touch.deed))
                if made is not None:
                    self.after[made].append(seen[-1])
                continue
            place = self.writing(touch.deed)
            for earlier in (*seen, *([] if made is None else [made])):
                self.after[earlier].append(place)
            made, seen = place, []

    def lay_time(self) -> None:
        """From each place to the beginnings after its end."""
        known = [(deed.began, place) for place, deed in enumerate(self.deeds) if deed is not None]
        known.sort()
        begins = [began for began, _ in known]
        line = [self.place(None) for _ in known]
        for index, (_, place) in enumerate(known):
            self.after[line[index]].append(place)
            self.after[line[index]] += line[index + 1 : index + 2]
            deed = self.deeds[place]
            assert deed is not None
            later = bisect_right(begins, ending(deed))
            self.after[place] += line[later : later + 1]


def crossed(trails: Iterable[Trail]) -> list[Violation]:
    """A circle, if there is one. trails : sound ones, of records that were never deleted."""
    arrows = _Arrows()
    for trail in trails:
        arrows.lay(trail)
    arrows.lay_time()
    circle = [deed for place in _circle(arrows.after) if (deed := arrows.deeds[place]) is not None]
    if not circle:
        return []
    text = ", before ".join(deed.told for deed in [*circle, circle[0]])
    return [Violation("order", None, f"transactions cross: {text}")]


def _circle(after: Sequence[Sequence[int]]) -> list[int]:
    """Places that lead round to each other; none where all can be put in order."""
    before = [0] * len(after)
    for places in after:
        for place in places:
            before[place] += 1
    free = [place for place, count in enumerate(before) if not count]
    for done in free:
        for place in after[done]:
            before[place] -= 1
            if not before[place]:
                free.append(place)
    if len(free) == len(after):
        return []
    cause = {place: origin for origin, places in enumerate(after) if before[origin] for place in places}
    place, path = next(place for place, count in enumerate(before) if count), dict[int, None]()
    while place not in path:
        path[place] = None
        place = cause[place]
    round_trip = list(path)
    return round_trip[round_trip.index(place) :][::-1]
