"""Tests of the check against time and versions alone: by hand, by an oracle that tries every order, and by counting."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_world import TERMS

from swifteats_sim.domain.effects import Name, Record
from swifteats_sim.live.history.checking import check
from swifteats_sim.live.history.deeds import ABSENT, Deed, Sight, Written
from swifteats_sim.live.history.trails import Violation

A, B = ("outbox", 1), ("outbox", 2)
"""Records without fields."""


def wrote(name: Name, before: int | None, after: int | None) -> Written:
    return Written(*name, before, after, {})


def saw(name: Name, version: int) -> Sight:
    return Sight(*name, version, {})


def deed(number: int, began: int, ended: int | None, *touches: Sight | Written, applied: bool | None = True) -> Deed:
    """Of a client of its own."""
    sights = tuple(touch for touch in touches if isinstance(touch, Sight))
    writes = tuple(touch for touch in touches if isinstance(touch, Written))
    return Deed(number, 1, began, ended, applied, sights, writes)


def found(start: dict[Name, int], end: dict[Name, int], *deeds: Deed) -> tuple[Violation, ...]:
    return check(deeds, records(start), records(end), TERMS)


def records(versions: dict[Name, int]) -> dict[Name, Record]:
    return {name: Record(version, {}) for name, version in versions.items() if version}


# By hand


def test_a_version_with_two_successors_is_a_fork() -> None:
    deeds = deed(1, 0, 5, wrote(A, 4, 5)), deed(2, 1, 6, wrote(A, 4, 5))
    (fork,) = found({A: 4}, {A: 5}, *deeds)
    text = "version 4 of outbox 1 was made 1 times and replaced 2 times, by client 1 (deed 1), client 2 (deed 1)"
    assert fork == Violation("fork", A, text)


def test_a_version_that_nobody_wrote_is_a_gap_whoever_met_it() -> None:
    (built_on,) = found({A: 4}, {A: 4}, deed(1, 0, 1, saw(A, 6)))
    assert built_on == Violation("gap", A, "client 1 (deed 1) saw version 6 of outbox 1, which nobody wrote")
    (at_the_end,) = found({A: 4}, {A: 5})
    assert at_the_end.text == "version 5 of outbox 1 was taken up by the database at the end, but nobody wrote it"
    skipped = found({A: 4}, {A: 6}, deed(1, 0, 1, wrote(A, 4, 6)))
    assert skipped[0].text == "client 1 (deed 1) wrote version 6 of outbox 1 on version 4: some are skipped"


def test_a_write_that_the_end_does_not_show_is_lost() -> None:
    (lost,) = found({A: 4}, {A: 4}, deed(1, 0, 1, wrote(A, 4, 5)))
    assert lost == Violation("lost", A, "outbox 1 ends with version 4, though client 1 (deed 1) had replaced it")


def test_who_begins_after_a_write_has_ended_must_see_it() -> None:
    deeds = deed(1, 0, 5, wrote(A, 4, 5)), deed(2, 6, 7, saw(A, 4))
    (old,) = found({A: 4}, {A: 5}, *deeds)
    assert old.kind == "inversion"
    assert old.text == (
        "client 1 (deed 1) wrote version 5 of outbox 1 and was done at 5 ns, but client 2 (deed 1), who saw version 4, "
        "only began at 6 ns: time runs backwards"
    )
    assert not found({A: 4}, {A: 5}, deeds[0], deed(2, 5, 7, saw(A, 4)))


def test_what_one_has_seen_the_next_may_not_miss_though_the_write_still_runs() -> None:
    write = deed(1, 0, 100, wrote(A, 4, 5))
    assert found({A: 4}, {A: 5}, write, deed(2, 10, 20, saw(A, 5)), deed(3, 30, 40, saw(A, 4)))
    assert not found({A: 4}, {A: 5}, write, deed(2, 10, 20, saw(A, 4)), deed(3, 30, 40, saw(A, 5)))


def test_a_write_that_ended_before_the_one_below_it_began_is_an_inversion() -> None:
    deeds = deed(1, 10, 20, wrote(A, 4, 5)), deed(2, 0, 5, wrote(A, 5, 6))
    assert [violation.kind for violation in found({A: 4}, {A: 6}, *deeds)] == ["inversion"]


def test_transactions_that_cross_are_found_though_each_record_is_sound() -> None:
    one, two = deed(1, 0, 10, wrote(A, 1, 2), wrote(B, 2, 3)), deed(2, 0, 10, wrote(A, 2, 3), wrote(B, 1, 2))
    (crossing,) = found({A: 1, B: 1}, {A: 3, B: 3}, one, two)
    assert crossing.kind == "order"
    assert "client 1 (deed 1), before client 2 (deed 1)" in crossing.text


def test_a_deed_that_nobody_knows_of_counts_where_it_is_missed_and_once() -> None:
    cut_off = deed(1, 0, None, wrote(A, 4, 5), applied=None), deed(2, 0, None, wrote(A, 4, 5), applied=None)
    assert not found({A: 4}, {A: 4}, *cut_off)
    assert not found({A: 4}, {A: 5}, *cut_off)
    assert not found({A: 4}, {A: 6}, *cut_off, deed(3, 0, 1, wrote(A, 5, 6)))
    assert found({A: 4}, {A: 6}, *cut_off)
    assert found({A: 4}, {A: 5}, deed(1, 2, None, wrote(A, 4, 5), applied=None), deed(2, 0, 1, saw(A, 5)))
    assert not found({A: 4}, {A: 6}, *cut_off, deed(3, 0, None, wrote(A, 5, 6), applied=None))


def test_a_guard_that_came_and_went_by_deeds_that_nobody_knows_of_goes_by_the_record_beside_it() -> None:
    came = deed(1, 0, None, wrote(A, 4, 5), wrote(B, 0, 1), applied=None)
    went = deed(2, 5, None, wrote(A, 5, 6), wrote(B, 1, ABSENT), applied=None)
    assert not found({A: 4}, {A: 6}, came, went)
    assert not found({A: 4}, {A: 5, B: 1}, came, went)
    assert found({A: 4}, {A: 6, B: 1}, came, went)
    assert found({A: 4}, {A: 5}, came, went)


def test_a_transaction_that_nobody_knows_of_counts_as_a_whole_or_is_torn() -> None:
    cut_off = deed(1, 0, None, wrote(A, 4, 5), wrote(B, 1, 2), applied=None)
    assert not found({A: 4, B: 1}, {A: 5, B: 2}, cut_off)
    assert not found({A: 4, B: 1}, {A: 4, B: 1}, cut_off)
    kinds = [violation.kind for violation in found({A: 4, B: 1}, {A: 5, B: 1}, cut_off)]
    assert kinds == ["torn", "gap"]


def test_of_two_that_nobody_knows_of_the_one_counts_whose_other_record_moved() -> None:
    one = deed(1, 0, None, wrote(A, 4, 5), wrote(B, 1, 2), applied=None)
    two = deed(2, 5, None, wrote(A, 4, 5), applied=None)
    assert not found({A: 4, B: 1}, {A: 5, B: 1}, one, two)
    assert not found({A: 4, B: 1}, {A: 5, B: 2}, one, two)


def test_a_write_that_looked_at_nothing_must_not_undo_what_its_client_had_not_seen() -> None:
    before = Deed(1, 1, 0, 1, True, (saw(A, 4),))
    rival = deed(2, 2, 3, wrote(A, 4, 5))
    blind = Deed(1, 2, 4, 5, True, (), (wrote(A, None, 6),))
    (fork,) = found({A: 4}, {A: 6}, before, rival, blind)
    assert fork.text.startswith("client 1 (deed 2) wrote version 6 of outbox 1 over version 5, going by version 4")
    assert not found({A: 4}, {A: 6}, rival, before._replace(began=3, ended=4, sights=(saw(A, 5),)), blind)


# Lives


def test_a_record_lives_again() -> None:
    first = deed(1, 0, 1, wrote(A, 0, 1)), deed(2, 2, 3, wrote(A, 1, ABSENT))
    second = deed(3, 4, 5, wrote(A, 0, 1)), deed(4, 6, 7, wrote(A, 1, ABSENT))
    assert not found({}, {}, *first, *second)
    assert not found({}, {A: 1}, *first, second[0])
    for time, version, is_right in (3, 0, True), (4, 0, True), (5, 1, True), (2, 0, True), (2, 1, True):
        look = deed(5, time, time, saw(A, version))
        assert is_right == (not found({}, {}, *first, *second, look))
    alive_while_gone = Deed(5, 1, 3, 4, True, (saw(A, 1),))._replace(began=4, ended=3)
    assert found({}, {}, *first, second[0]._replace(began=5), second[1], alive_while_gone._replace(ended=4))


def test_two_inserts_without_a_deletion_between_them_are_a_fork() -> None:
    deeds = deed(1, 0, 1, wrote(A, 0, 1)), deed(2, 4, 5, wrote(A, 0, 1)), deed(3, 6, 7, wrote(A, 1, ABSENT))
    assert {violation.kind for violation in found({}, {}, *deeds)} == {"fork"}
    late = deed(4, 8, 9, wrote(A, 1, ABSENT))
    (stuck,) = found({}, {}, *deeds, late)
    assert stuck.kind == "inversion"
    assert stuck.text == (
        "outbox 1 stood at version 1, and none of these fits it: client 2 (deed 1) made version 1 of 0 from 4 to 5 ns"
    )


def test_a_change_of_the_next_life_may_end_before_the_deletion_of_this_one() -> None:
    """The walk has to go back: it takes the change for one of this life first."""
    deeds = (
        deed(1, 0, 1, wrote(A, 0, 1)), deed(2, 2, 50, wrote(A, 1, ABSENT)), deed(3, 3, 40, wrote(A, 0, 1)),
        deed(4, 4, 30, wrote(A, 1, 2)), deed(5, 5, 20, saw(A, 2)),
    )  # fmt: skip
    assert not found({}, {A: 2}, *deeds)
    assert found({}, {A: 2}, *deeds, deed(6, 31, 35, saw(A, ABSENT)))


def test_a_walk_that_has_too_many_ways_to_go_is_given_up_undecided() -> None:
    """24 lives at once, half of them longer, and a look that no order allows."""
    deeds = list[Deed]()
    for life in range(24):
        steps = ((0, 1), (1, ABSENT)) if life % 2 else ((0, 1), (1, 2), (2, ABSENT))
        deeds += [deed(100 * life + before, 0, 9, wrote(A, before, after)) for before, after in steps]
    assert not found({}, {}, *deeds)
    (given_up,) = found({}, {}, *deeds, deed(1, 10, 11, saw(A, 1)))
    assert given_up.kind == "undecided"


# An oracle that tries every order


def an_order_exists(start: dict[Name, int], end: dict[Name, int], deeds: Sequence[Deed]) -> bool:
    """Writes of a deed at once, each sight by itself, in any order that time allows; what nobody knows of or not."""
    units: list[tuple[int, float, Any, bool]] = []
    for one in deeds:
        over = float("inf") if one.applied is None or one.ended is None else one.ended
        units += [(one.began, over, (look,), True) for look in one.sights]
        if one.writes and one.applied is not False:
            units.append((one.began, over, one.writes, one.applied is not None))
    return _tries(dict(start), {name: version for name, version in end.items() if version}, units)


def _tries(now: dict[Name, int], end: dict[Name, int], left: list[tuple[int, float, Any, bool]]) -> bool:
    if not any(must for *_, must in left) and {name: version for name, version in now.items() if version} == end:
        return True
    over = min((until for _, until, _, must in left if must), default=float("inf"))
    for unit in left:
        began, _, touches, _ = unit
        rest = [other for other in left if other is not unit]
        if began <= over and all(now.get(touch[:2], 0) == touch[2] for touch in touches):
            after = {touch[:2]: touch.after or ABSENT for touch in touches if isinstance(touch, Written)}
            if _tries({**now, **after}, end, rest):
                return True
    return False


def random_history(chance: random.Random, names: Sequence[Name], mortal: bool) -> tuple[Any, Any, list[Deed]]:
    """A sound one: deeds take place one after the other, and each began before and ended after it did."""
    start = {name: chance.choice((0, 1, 3)) for name in names}
    now, deeds = dict(start), list[Deed]()
    for number in range(chance.randint(1, 7)):
        instant, wide = 10 * number, 10 * chance.choice((0, 1, 2, 3))
        chosen = chance.sample(names, chance.randint(1, len(names)))
        if chance.random() < 0.4:
            touches: list[Sight | Written] = [saw(name, now[name]) for name in chosen]
        else:
            gone = {name: mortal and now[name] > 0 and chance.random() < 0.5 for name in chosen}
            touches = [wrote(name, now[name], ABSENT if gone[name] else now[name] + 1) for name in chosen]
            now |= {touch[:2]: touch.after or ABSENT for touch in touches if isinstance(touch, Written)}
        deeds.append(deed(number, instant - chance.randint(0, wide), instant + chance.randint(0, wide), *touches))
    return start, now, deeds


def changed(chance: random.Random, end: dict[Name, int], deeds: list[Deed]) -> None:
    """One thing, which may or may not leave it sound."""
    place = chance.randrange(len(deeds))
    one = deeds[place]
    shift = chance.choice((-25, -15, 15, 25))
    match chance.randrange(5):
        case 0:
            deeds[place] = one._replace(began=one.began + shift, ended=(one.ended or 0) + shift)
        case 1:
            deeds[place] = one._replace(applied=False)
        case 2:
            other = chance.randrange(len(deeds))
            deeds[place] = one._replace(sights=deeds[other].sights, writes=deeds[other].writes)
        case 3:
            by = chance.choice((-1, 1))
            deeds[place] = one._replace(sights=tuple(s._replace(version=max(0, s.version + by)) for s in one.sights))
        case 4:
            name = chance.choice(list(end))
            end[name] = max(0, end[name] + chance.choice((-1, 1)))


@settings(deadline=None, max_examples=500)
@given(st.integers(0, 2**64), st.booleans())
def test_transactions_are_accepted_exactly_where_an_order_of_them_exists(seed: int, is_changed: bool) -> None:
    chance = random.Random(seed)
    start, end, deeds = random_history(chance, (A, B), mortal=False)
    if is_changed:
        changed(chance, end, deeds)
    assert (not found(start, end, *deeds)) == an_order_exists(start, end, deeds)


@settings(deadline=None, max_examples=500)
@given(st.integers(0, 2**64), st.booleans())
def test_lives_of_a_record_are_accepted_exactly_where_an_order_of_them_exists(seed: int, is_changed: bool) -> None:
    chance = random.Random(seed)
    start, end, deeds = random_history(chance, (A,), mortal=True)
    if is_changed:
        changed(chance, end, deeds)
    assert (not found(start, end, *deeds)) == an_order_exists(start, end, deeds)


@settings(deadline=None, max_examples=500)
@given(st.integers(0, 2**64), st.booleans(), st.booleans())
def test_where_clients_were_cut_off_too(seed: int, is_changed: bool, mortal: bool) -> None:
    chance = random.Random(seed)
    start, end, deeds = random_history(chance, (A,) if mortal else (A, B), mortal)
    for place in chance.sample(range(len(deeds)), min(2, len(deeds))):
        deeds[place] = deeds[place]._replace(applied=None, ended=None)
    if is_changed:
        changed(chance, end, deeds)
    assert (not found(start, end, *deeds)) == an_order_exists(start, end, deeds)


# How long it takes


def lines_run(deeds: list[Deed], end: dict[Name, int]) -> int:
    """How many lines of the check are executed, whatever the machine."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if "/live/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        assert not found({}, end, *deeds)
    finally:
        sys.settrace(before)
    return count


def crowded(rounds: int) -> tuple[list[Deed], dict[Name, int]]:
    """16 clients that write one record, delete and insert another, look at both, and are cut off now and then."""
    deeds = list[Deed]()
    for number in range(rounds):
        began, odd = 10 * number, number % 2
        touches = wrote(A, number, number + 1), wrote(B, odd, 1 - odd), saw(A, number)
        one = deed(number % 16, began - 70, began + 70, *touches)._replace(number=number)
        deeds.append(one if number % 50 else one._replace(applied=None, ended=None))
    return deeds, {A: rounds, B: rounds % 2}


def test_twice_as_many_deeds_take_twice_as_many_steps() -> None:
    steps = [lines_run(*crowded(rounds)) for rounds in (200, 400, 800)]
    assert steps[1] / steps[0] == pytest.approx(2, rel=0.05)
    assert steps[2] / steps[1] == pytest.approx(2, rel=0.05)
