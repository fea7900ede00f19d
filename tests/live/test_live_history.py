"""Tests of the notes: what a client's file says, also when its client was killed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from swifteats_sim.domain.effects import CompareAndSet, Delete, Insert, Put, Read, Record, Rule, Unavailable, Update
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS, OUTBOX, RESERVATIONS, AssignmentRequest, Line
from swifteats_sim.domain.states import OrderState
from swifteats_sim.live.history.deeds import (
    ABSENT,
    Deed,
    Scribe,
    Sight,
    Written,
    put,
    read_deeds,
    read_histories,
    sight,
)
from swifteats_sim.live.history.deeds import written as written_of
from swifteats_sim.live.history.noting import noted


def lines(file: io.StringIO) -> list[str]:
    return file.getvalue().splitlines(keepends=True)


def test_a_write_says_what_it_needs_and_what_it_makes() -> None:
    assert written_of(CompareAndSet(ITEMS, (1, 2), 7, {"stock": 3})) == Written(ITEMS, (1, 2), 7, 8, {"stock": 3})
    assert written_of(CompareAndSet(ORDERS, 1, 7, {}, bump=False)) == Written(ORDERS, 1, 7, 7, {})
    assert written_of(Insert(DRIVERS, 4, {"order": None})) == Written(DRIVERS, 4, ABSENT, 1, {"order": None})
    assert written_of(Delete(ORDERS, 1, 3)) == Written(ORDERS, 1, 3, ABSENT, {})
    assert put(Put(ITEMS, (1, 2), {"stock": 3})) == Written(ITEMS, (1, 2), None, None, {"stock": 3})


def test_only_what_a_check_needs_is_noted() -> None:
    assert sight((ITEMS, (1, 2)), None) == Sight(ITEMS, (1, 2), ABSENT, {})
    assert sight((ITEMS, (1, 2)), Record(3, {"stock": 4, "name": "soup"})).fields == {"stock": 4}
    assert written_of(Insert(OUTBOX, (1, 1), {"request": AssignmentRequest(1, 0, 1)})).fields == {}


def test_what_is_read_back_is_what_was_noted() -> None:
    file = io.StringIO()
    scribe = Scribe(3, file)
    order = Record(2, {"state": OrderState.FOOD_PREPARING, "driver": None, "request": 1, "kitchen": "x"})
    look = sight((ORDERS, 9), order)
    held = written_of(Insert(RESERVATIONS, 9, {"restaurant": 1, "lines": (Line(2, 1), Line(3, 4))}))
    scribe.saw(5, 7, [look])
    number = scribe.begin(8, [held])
    scribe.end(number, 11, applied=True)
    seen, wrote = read_deeds(lines(file))
    assert seen == Deed(3, 1, 5, 7, True, (look,), ())
    assert wrote == Deed(3, 2, 8, 11, True, (), (held,))
    assert wrote.writes[0].fields["lines"] == ((2, 1), (3, 4))


def test_of_a_killed_client_the_last_deed_is_unknown_and_a_torn_line_counts_as_never_written() -> None:
    file = io.StringIO()
    scribe = Scribe(1, file)
    scribe.end(scribe.begin(1, [written_of(Delete(ORDERS, 1, 3))]), 2, applied=False)
    scribe.begin(3, [written_of(Delete(ORDERS, 1, 4))])
    text = file.getvalue()
    assert [deed.applied for deed in read_deeds(lines(file))] == [False, None]
    for cut in range(len(text)):
        known = list(read_deeds(text[:cut].splitlines(keepends=True)))
        whole = text[:cut].count("\n")
        assert len(known) == (0, 1, 1, 2)[whole]
        assert [deed.applied for deed in known] == [[], [None], [False], [False, None]][whole]


def test_a_deed_is_on_its_way_to_the_disk_before_it_can_be_applied(tmp_path: Path) -> None:
    path = tmp_path / "client-1.jsonl"
    with path.open("w") as file:
        Scribe(1, file).begin(5, [written_of(Delete(ORDERS, 1, 3))])
        (deed,) = read_histories([path])
        assert deed == Deed(1, 1, 5, None, None, (), (Written(ORDERS, 1, 3, ABSENT, {}),))


@pytest.mark.parametrize(
    "text",
    [
        '{"client": 1, "deed": 1, "ended": 4, "applied": true}\n',
        '{"client": 1, "deed": 1, "began": 4}\n{"client": 1, "deed": 1, "began": 4}\n',
        "nonsense\n",
        "[1]\n",
    ],
)
def test_what_cannot_be_a_history_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"somewhere, line [12]: "):
        list(read_deeds(text.splitlines(keepends=True), "somewhere"))


def rule() -> Rule[str]:
    (record,) = yield Read(((DRIVERS, 4),))
    held = yield CompareAndSet(DRIVERS, 4, record.version, {"order": 8})
    yield Put(ITEMS, (0, 1), {"stock": 5})
    try:
        yield Insert(ORDERS, 3, {"state": "new_order"})
    except Unavailable:
        return f"held {held}"
    return "not reached"


def test_a_rule_that_is_noted_yields_and_returns_the_same() -> None:
    file, time = io.StringIO(), iter(range(100))
    noting = noted(rule(), Scribe(1, file), lambda: next(time))
    assert next(noting) == Read(((DRIVERS, 4),))
    assert noting.send((Record(6, {"order": None}),)) == CompareAndSet(DRIVERS, 4, 6, {"order": 8})
    assert noting.send(False) == Put(ITEMS, (0, 1), {"stock": 5})
    assert noting.send(None) == Insert(ORDERS, 3, {"state": "new_order"})
    with pytest.raises(StopIteration) as stop:
        noting.throw(Unavailable())
    assert stop.value.value == "held False"
    assert [(deed.began, deed.ended, deed.applied) for deed in read_deeds(lines(file))] == [
        (0, 1, True), (2, 3, False), (4, 5, True), (6, 7, None),
    ]  # fmt: skip


def test_an_update_is_noted_under_its_locks_and_again_where_it_is_tried_again() -> None:
    file, time = io.StringIO(), iter(range(100))
    write = CompareAndSet(DRIVERS, 4, 6, {"order": 8})

    def changing() -> Rule[None]:
        yield Update(((DRIVERS, 4),), lambda records: (write,) if records[0] else None)

    noting = noted(changing(), Scribe(1, file), lambda: next(time))
    update = next(noting)
    assert isinstance(update, Update)
    assert update.change((Record(6, {"order": None}),)) == (write,)
    (begun,) = read_deeds(lines(file))
    assert begun.applied is None
    assert begun.sights == (Sight(DRIVERS, 4, 6, {"order": None}),)
    assert update.change((None,)) is None
    with pytest.raises(StopIteration):
        noting.send(None)
    first, second = read_deeds(lines(file))
    assert first.applied is False
    assert second.sights == (Sight(DRIVERS, 4, ABSENT, {}),)
    assert second.writes == ()
