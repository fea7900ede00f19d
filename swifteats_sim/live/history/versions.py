"""Does each record's history hang together: every version made once, replaced once, and seen while it stood?

The links of a record that was never deleted are in the order of their versions, and so is all that was seen. After
that sort one pass decides, and decides exactly: nothing may have ended before what comes before it had begun. A record
that was deleted and inserted again has several lives with the same versions; see `lives`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from swifteats_sim.domain.effects import Fields
from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.trails import Link, Look, Trail, Violation, ending

Touch = Link | Look


def unbalanced(trail: Trail) -> Iterator[Violation]:
    """Forks: a version with two successors. Gaps: one that nobody made. Lost: one replaced, yet there at the end.

    Where some links are in doubt, numbers prove nothing: then the walk through the record's lives decides.
    """
    if trail.doubtful:
        return
    makers, heirs = defaultdict[int, list[Deed]](list), defaultdict[int, list[Deed]](list)
    for link in trail.links:
        if link.before == link.after or (link.after and link.after != link.before + 1):
            yield _misnumbered(trail, link)
        else:
            makers[link.after].append(link.deed)
            heirs[link.before].append(link.deed)
    for version in {trail.last: None, **heirs}:
        made = len(makers[version]) + (version == trail.first)
        if len(heirs[version]) + (version == trail.last) > made:
            yield _overdrawn(trail, version, made, heirs[version])
    known = {trail.first: None, **makers}
    for look in trail.looks:
        if look.version not in known:
            text = f"{look.deed.told} saw version {look.version} of {trail.told}, which nobody wrote"
            yield Violation("gap", trail.name, text)


def _misnumbered(trail: Trail, link: Link) -> Violation:
    if link.before == link.after:
        text = f"{link.deed.told} wrote {trail.told} and left it at version {link.after}: one version, two contents"
        return Violation("fork", trail.name, text)
    text = f"{link.deed.told} wrote version {link.after} of {trail.told} on version {link.before}: some are skipped"
    return Violation("gap", trail.name, text)


def _overdrawn(trail: Trail, version: int, made: int, heirs: list[Deed]) -> Violation:
    """More have gone on from a version than it was made, counting the end."""
    who = ", ".join(deed.told for deed in heirs) or "the database at the end"
    if not made:
        text = f"version {version} of {trail.told} was taken up by {who}, but nobody wrote it"
        return Violation("gap", trail.name, text)
    if version == trail.last and not trail.is_mortal and len(heirs) == made:
        text = f"{trail.told} ends with version {version}, though {who} had replaced it"
        return Violation("lost", trail.name, text)
    text = f"version {version} of {trail.told} was made {made} times and replaced {len(heirs)} times, by {who}"
    text += ", and there at the end" * (version == trail.last)
    return Violation("fork", trail.name, text)


def inverted(trail: Trail) -> Iterator[Violation]:
    """What ended before something had begun that must have come before it. For a balanced record of one life."""
    latest: Touch | None = None
    for _, touches in groupby(by_version(trail), key=version_seen):
        looks = list[Look]()
        for touch in touches:
            if latest is not None and ending(touch.deed) < latest.deed.began:
                yield _inversion(trail, touch, latest)
            if isinstance(touch, Look):  # looks at one version may come in any order
                looks.append(touch)
            else:
                latest = _later(latest, touch)
        for look in looks:
            latest = _later(latest, look)


def _later(latest: Touch | None, touch: Touch) -> Touch:
    return touch if latest is None or touch.deed.began > latest.deed.began else latest


def _inversion(trail: Trail, early: Touch, late: Touch) -> Violation:
    text = (
        f"{early.deed.told} {_did(early)} of {trail.told} and was done at {early.deed.ended} ns, but {late.deed.told}"
    )
    text = f"{text}, who {_did(late)}, only began at {late.deed.began} ns: time runs backwards"
    return Violation("inversion", trail.name, text)


def _did(touch: Touch) -> str:
    return f"{'saw' if isinstance(touch, Look) else 'wrote'} version {version_seen(touch)}"


def blindly(trail: Trail) -> Iterator[Violation]:
    """Writes that looked at no version, of clients who had seen an older one than they wrote over."""
    seen = dict[int, int]()
    for touch in sorted(by_version(trail), key=lambda touch: (touch.deed.began, isinstance(touch, Link))):
        version, client = version_seen(touch), touch.deed.client
        known = seen.get(client)
        if isinstance(touch, Link) and touch.blind and known is not None and known < touch.before:
            text = f"{touch.deed.told} wrote version {version} of {trail.told} over version {touch.before}"
            yield Violation("fork", trail.name, f"{text}, going by version {known}: what came between is undone")
        seen[client] = max(version, known or 0)


def invented(trail: Trail, links: list[Link]) -> Iterator[Violation]:
    """Sights of fields that no write had left there, and an end that is not the last write. links : in order."""
    stood = defaultdict[int, dict[tuple[tuple[str, object], ...], None]](dict)
    last = trail.content(trail.start)
    stood[trail.first][_items(last)] = None
    for link, _, last in trail.contents(links):
        stood[link.after][_items(last)] = None
    for look in trail.looks:
        if look.fields and _items(look.fields) not in stood[look.version]:
            text = f"{look.deed.told} saw {dict(look.fields)} in version {look.version} of {trail.told}"
            yield Violation("phantom", trail.name, f"{text}, which nobody wrote")
    end = trail.content(trail.end)
    if _items(end) != _items(last):
        yield Violation("phantom", trail.name, f"{trail.told} ends as {end}; the last that was written is {last}")


def version_seen(touch: Touch) -> int:
    """The version that a look saw or a link made."""
    return touch.version if isinstance(touch, Look) else touch.after


def by_version(trail: Trail) -> list[Touch]:
    """The link that made a version, then all looks at it."""
    touches: list[Touch] = [*trail.links, *trail.looks]
    return sorted(touches, key=lambda touch: (version_seen(touch), isinstance(touch, Look)))


def _items(fields: Fields) -> tuple[tuple[str, object], ...]:
    """Fields in order of their names; one that is empty is as good as none."""
    return tuple(sorted((name, value) for name, value in fields.items() if value is not None))
