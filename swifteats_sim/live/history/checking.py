"""Accepts or rejects what real clients did: each record's history, transactions across records, stock and drivers.

Time grows with the number of touches: they are grouped by record and sorted by version or by time, and each check is
one pass over them. Only records that were deleted, changed and inserted again may ask for more (`lives`).

What is decided: whether one order of all deeds on records that were never deleted agrees with every version that was
written and seen, with the fields, with the start and the end, and with time; whether each deleted record has such an
order by itself; and whether what the deeds mean adds up. A read of several records is taken as a look at each of them:
the rules do not rely on more. What is accepted may still be wrong in one way: when a record was deleted is not compared
with when others were written, but by the times of its own touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from swifteats_sim.domain.effects import Key
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.live.history.conservation import Paths, unconserved
from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.lives import walk
from swifteats_sim.live.history.possession import repeated, shared, unmatched
from swifteats_sim.live.history.precedence import crossed
from swifteats_sim.live.history.settling import settle
from swifteats_sim.live.history.trails import Link, State, Trail, Violation
from swifteats_sim.live.history.versions import blindly, by_version, invented, inverted, unbalanced


class Rejected(AssertionError):
    """The history cannot have happened, if the rules and the database keep their promises."""


def check(
    deeds: Sequence[Deed], start: State, end: State, terms: InventoryTerms, cooked: Mapping[Key, int] | None = None
) -> tuple[Violation, ...]:
    """What is wrong; nothing where the history is accepted.

    start, end : all records before the first deed began, and when no client is at work any more. cooked : portions of
    each item that were cooked by writes that look at no version, which nothing else tells.
    """
    trails, found = settle(deeds, start, end)
    paths, sound = Paths(), list[Trail]()
    for trail in trails.values():
        faults, links = _path(trail)
        found += faults
        paths.append((trail, links))
        if not faults:
            sound.append(trail)
    if len(sound) == len(trails):
        found += crossed(trail for trail in trails.values() if not trail.is_mortal)
    found += _meaning(paths, end, terms, cooked or {})
    return tuple(found)


def reject(violations: Sequence[Violation], most: int = 20) -> None:
    """Raise Rejected with the first of them, if there are any."""
    if violations:
        more = f"\n... and {len(violations) - most} more" if len(violations) > most else ""
        told = "\n".join(f"{violation.kind}: {violation.text}" for violation in violations[:most])
        raise Rejected(f"the history is rejected:\n{told}{more}")


def _path(trail: Trail) -> tuple[list[Violation], list[Link]]:
    """What is wrong with one record, and its links in an order that they may have had."""
    in_order = [touch for touch in by_version(trail) if isinstance(touch, Link)]
    faults = list(unbalanced(trail))
    if not trail.is_mortal:
        faults += blindly(trail)
        faults += () if faults else inverted(trail)
    elif not faults:
        walked = walk(trail)
        if isinstance(walked, Violation):
            faults.append(walked)
        else:
            in_order = walked
    faults += () if faults else invented(trail, in_order)
    return faults, in_order


def _meaning(paths: Paths, end: State, terms: InventoryTerms, cooked: Mapping[Key, int]) -> Iterator[Violation]:
    yield from unconserved(paths, terms.most, cooked)
    yield from shared(paths)
    yield from repeated(paths)
    yield from unmatched(end)
