"""Stock by version, under locks, or blindly: what each rule yields, effect by effect."""

from __future__ import annotations

from typing import Any

import pytest
from domain_play import play

from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Insert,
    Put,
    Read,
    Record,
    Rule,
    Sleep,
    Transaction,
    Update,
    Write,
)
from swifteats_sim.domain.inventory import (
    finish_reservation,
    give_back_capacity,
    release_inventory,
    replenish,
    reserve_inventory,
)
from swifteats_sim.domain.messages import CONTENDED, SOLD_OUT, Cart, Line
from swifteats_sim.domain.stock import GIVING, RESERVING, InventoryTerms

SOUP, STEAK = Line(10, 2), Line(30, 1)
"""Soup is cooked ahead, a steak is made to order."""
CART = Cart(order=7, geo=0, restaurant=3, lines=(SOUP, STEAK))
TERMS = InventoryTerms(stock=5, capacity=2, prepared=25, batch=10, attempts=3, backoff=100)
LOCKED, BLIND = TERMS._replace(inventory="for_update"), TERMS._replace(inventory="none")
NAMES = (("reservations", 7), ("items", (3, 10)), ("items", (3, 30)))
READ, NEWEST = Read(NAMES), Read(NAMES, newest=True)
HELD = Insert("reservations", 7, {"restaurant": 3, "lines": (SOUP, STEAK)})


def stocks(soup: int, steak: int, version: int = 1, held: Record | None = None) -> tuple[Record | None, Record, Record]:
    return held, Record(version, {"stock": soup}), Record(version, {"stock": steak})


def holding(*lines: Line, version: int = 1) -> Record:
    return Record(version, {"restaurant": 3, "lines": lines})


def left(item: int, version: int, stock: int) -> CompareAndSet:
    return CompareAndSet("items", (3, item), version, {"stock": stock})


def taken(version: int, soup: int, steak: int) -> Transaction:
    return Transaction((HELD, left(10, version, soup), left(30, version, steak)), RESERVING)


def given(*writes: Write) -> Transaction:
    return Transaction(writes, GIVING)


def test_all_lines_and_the_reservation_are_one_transaction() -> None:
    assert play(reserve_inventory(CART, TERMS), stocks(4, 1), COMMITTED) == ([READ, taken(1, 2, 0)], None)


def test_the_first_sale_of_an_item_creates_its_record_from_what_its_kind_has() -> None:
    played = play(reserve_inventory(CART, TERMS), (None, None, None), COMMITTED)
    sale = HELD, Insert("items", (3, 10), {"stock": 3}), Insert("items", (3, 30), {"stock": 1})
    assert played == ([READ, Transaction(sale, RESERVING)], None)


def test_one_line_too_many_refuses_the_whole_cart_without_a_write() -> None:
    for short in (stocks(1, 9), stocks(9, 0)):
        assert play(reserve_inventory(CART, TERMS), short, short) == ([READ, NEWEST], SOLD_OUT)


def test_what_an_old_sight_shows_as_sold_out_is_sold_where_the_primary_has_it_again() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(1, 9), stocks(4, 1, version=2), COMMITTED)
    assert played == ([READ, NEWEST, taken(2, 2, 0)], None)


@pytest.mark.parametrize("line", [Line(10, 6), Line(30, 3)], ids=["cooked ahead", "made to order"])
def test_more_than_there_is_of_its_kind_is_sold_out_before_the_first_sale(line: Line) -> None:
    assert play(reserve_inventory(CART._replace(lines=(line,)), TERMS), (None, None), (None, None)).result == SOLD_OUT


def test_a_conflict_backs_off_reads_anew_and_takes_from_what_is_there_then() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(4, 4), 1, None, stocks(3, 2, version=2), COMMITTED)
    assert played == ([READ, taken(1, 2, 3), Sleep(100), NEWEST, taken(2, 1, 1)], None)


def test_each_pause_is_twice_the_last_and_the_last_conflict_gives_up() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(4, 4), 1, None, stocks(4, 4, 2), 1, None, stocks(4, 4, 3), 1)
    assert played.effects == [
        READ, taken(1, 2, 3), Sleep(100), NEWEST, taken(2, 2, 3), Sleep(200), NEWEST, taken(3, 2, 3),
    ]  # fmt: skip
    assert played.result == CONTENDED


def test_stock_sold_to_others_during_the_pause_is_sold_out() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(2, 1), 1, None, stocks(0, 1, 2))
    assert played == ([READ, taken(1, 0, 0), Sleep(100), NEWEST], SOLD_OUT)


def test_an_order_that_has_reserved_takes_nothing_again_even_if_all_is_sold_out() -> None:
    for has in (stocks(4, 4, held=holding(SOUP, STEAK)), stocks(0, 0, held=holding(SOUP, STEAK))):
        assert play(reserve_inventory(CART, TERMS), has, has) == ([READ, NEWEST], None)


def test_of_two_tries_at_once_the_later_finds_the_reservation_of_the_other() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(4, 1), 0, None, stocks(2, 0, 2, holding(SOUP, STEAK)))
    assert played == ([READ, taken(1, 2, 0), Sleep(100), NEWEST], None)


def test_what_is_released_comes_back_whole_however_often_it_takes() -> None:
    seen = stocks(1, 1, held=holding(SOUP, STEAK)), 1, None, stocks(0, 1, 2, holding(SOUP, STEAK)), COMMITTED
    gone = Delete("reservations", 7, 1)
    assert play(release_inventory(CART, TERMS), *seen) == ([
        NEWEST, given(gone, left(10, 1, 3), left(30, 1, 2)), Sleep(100),
        NEWEST, given(gone, left(10, 2, 2), left(30, 2, 2)),
    ], None)  # fmt: skip


def test_what_was_released_before_is_not_given_back_twice() -> None:
    assert play(release_inventory(CART, TERMS), stocks(4, 2)) == ([NEWEST], None)


def test_cooked_food_gives_its_capacity_back_and_stays_reserved_otherwise() -> None:
    read = Read((NAMES[0], NAMES[2]), newest=True)
    held = holding(SOUP, STEAK)
    back = given(CompareAndSet("reservations", 7, 1, {"lines": (SOUP,)}), left(30, 4, 2))
    played = play(give_back_capacity(CART, TERMS), (held, Record(4, {"stock": 1})), COMMITTED)
    assert played == ([read, back], None)
    again = play(give_back_capacity(CART, TERMS), (holding(SOUP, version=2), Record(5, {"stock": 2})))
    assert again == ([read], None)


def test_a_cancellation_after_the_cooking_gives_back_only_what_is_left_of_the_reservation() -> None:
    played = play(release_inventory(CART, TERMS), stocks(1, 2, 5, holding(SOUP, version=2)), COMMITTED)
    assert played.effects[1] == given(Delete("reservations", 7, 2), left(10, 5, 3))


def test_food_that_is_all_cooked_ahead_has_no_capacity_to_give_back() -> None:
    assert play(give_back_capacity(CART._replace(lines=(SOUP,)), TERMS)) == ([], None)


def test_a_delivered_order_has_sold_what_it_held_but_for_capacity_that_is_late() -> None:
    read = Read((NAMES[0], NAMES[2]), newest=True)
    steak = Record(4, {"stock": 1})
    sold = play(finish_reservation(CART, TERMS), (holding(SOUP, version=2), steak), COMMITTED)
    assert sold == ([read, given(Delete("reservations", 7, 2))], None)
    late = play(finish_reservation(CART, TERMS), (holding(SOUP, STEAK), steak), COMMITTED)
    assert late.effects[1] == given(Delete("reservations", 7, 1), left(30, 4, 2))


def test_who_never_gives_back_lets_all_but_sold_portions_drain_away() -> None:
    never = TERMS._replace(gives_back=False)
    assert play(release_inventory(CART, never)) == ([], None)
    assert play(give_back_capacity(CART, never)) == ([], None)
    sold = play(finish_reservation(CART, never), (holding(SOUP, STEAK),), COMMITTED)
    assert sold.effects == [Read(NAMES[:1], newest=True), given(Delete("reservations", 7, 1))]


@pytest.mark.parametrize(("stock", "batch", "added"), [(0, 10, 5), (0, 2, 2), (4, 10, 1), (5, 10, 0), (7, 10, 0)])
def test_portions_are_cooked_ahead_up_to_the_full_stock_a_batch_at_most(stock: int, batch: int, added: int) -> None:
    rule, read = replenish(3, 10, TERMS._replace(batch=batch)), Read((NAMES[1],), newest=True)
    outcomes = [(Record(4, {"stock": stock}),), *([COMMITTED] if added else [])]
    cooked = [given(left(10, 4, stock + added))] if added else []
    assert play(rule, *outcomes) == ([read, *cooked], added)


def test_a_cook_who_was_overtaken_looks_again_how_much_there_is() -> None:
    outcomes = (Record(4, {"stock": 0}),), 0, None, (Record(5, {"stock": 4}),), COMMITTED
    assert play(replenish(3, 10, TERMS), *outcomes).result == 1


RULES: dict[str, Any] = {
    "reserve": lambda terms: reserve_inventory(CART, terms),
    "release": lambda terms: release_inventory(CART, terms),
    "cooked": lambda terms: give_back_capacity(CART, terms),
    "delivered": lambda terms: finish_reservation(CART, terms),
}


@pytest.mark.parametrize("name", RULES)
def test_under_locks_one_update_does_what_a_read_and_a_transaction_do(name: str) -> None:
    versioned: Rule[Any] = RULES[name](TERMS)
    read = next(versioned)
    assert isinstance(read, Read)
    held = None if name == "reserve" else holding(SOUP, STEAK)
    seen = tuple(held if table == "reservations" else Record(3, {"stock": 2}) for table, _ in read.records)
    written = versioned.send(seen)
    assert isinstance(written, Transaction)
    (update,) = play(RULES[name](LOCKED), COMMITTED).effects
    assert isinstance(update, Update)
    assert (update.records, update.change(seen), update.purpose) == (read.records, *written)


def test_under_locks_too_sold_out_is_sold_out() -> None:
    rule = reserve_inventory(CART, LOCKED)
    update = next(rule)
    assert isinstance(update, Update)
    assert update.change(stocks(1, 9)) is None
    with pytest.raises(StopIteration) as end:
        rule.send(None)
    assert end.value.value == SOLD_OUT


def test_blindly_every_item_is_written_over_and_the_reservation_is_made() -> None:
    played = play(reserve_inventory(CART, BLIND), stocks(4, 1), None, None, COMMITTED)
    puts = [Put("items", (3, 10), {"stock": 2}), Put("items", (3, 30), {"stock": 0})]
    assert played == ([READ, *puts, Transaction((HELD,))], None)
