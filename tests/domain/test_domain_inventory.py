"""Reservation of a cart's items by version, effect by effect."""

from __future__ import annotations

from domain_play import play

from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Insert, Read, Record, Sleep, Transaction
from swifteats_sim.domain.inventory import InventoryTerms, release_inventory, reserve_inventory
from swifteats_sim.domain.messages import CONTENDED, SOLD_OUT, Cart, Line

CART = Cart(order=7, geo=0, restaurant=3, lines=(Line(10, 2), Line(11, 1)))
TERMS = InventoryTerms(stock=5, attempts=3, backoff=100)
READ = Read((("items", (3, 10)), ("items", (3, 11))))


def stocks(first: int, second: int, version: int = 1) -> tuple[Record, Record]:
    return Record(version, {"stock": first}), Record(version, {"stock": second})


def taken(version: int, first: int, second: int) -> Transaction:
    return Transaction(
        (
            CompareAndSet("items", (3, 10), version, {"stock": first}),
            CompareAndSet("items", (3, 11), version, {"stock": second}),
        )
    )


def test_all_lines_are_taken_in_one_transaction() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(4, 1), COMMITTED)
    assert played == ([READ, taken(1, 2, 0)], None)


def test_the_first_sale_of_an_item_creates_its_record() -> None:
    played = play(reserve_inventory(CART, TERMS), (None, Record(6, {"stock": 4})), COMMITTED)
    sale = Insert("items", (3, 10), {"stock": 3}), CompareAndSet("items", (3, 11), 6, {"stock": 3})
    assert played == ([READ, Transaction(sale)], None)


def test_one_line_too_many_refuses_the_whole_cart_without_a_write() -> None:
    assert play(reserve_inventory(CART, TERMS), stocks(1, 9)) == ([READ], SOLD_OUT)
    assert play(reserve_inventory(CART, TERMS), stocks(9, 0)) == ([READ], SOLD_OUT)


def test_more_than_a_full_stock_is_sold_out_before_the_first_sale() -> None:
    greedy = CART._replace(lines=(Line(10, 6), Line(11, 1)))
    assert play(reserve_inventory(greedy, TERMS), (None, None)) == ([READ], SOLD_OUT)


def test_a_conflict_backs_off_reads_anew_and_takes_from_what_is_there_then() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(4, 4), 1, None, stocks(3, 2, version=2), COMMITTED)
    assert played == ([READ, taken(1, 2, 3), Sleep(100), READ, taken(2, 1, 1)], None)


def test_each_pause_is_twice_the_last_and_the_last_conflict_gives_up() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(4, 4), 0, None, stocks(4, 4, 2), 0, None, stocks(4, 4, 3), 0)
    assert played.effects == [
        READ, taken(1, 2, 3), Sleep(100), READ, taken(2, 2, 3), Sleep(200), READ, taken(3, 2, 3),
    ]  # fmt: skip
    assert played.result == CONTENDED


def test_stock_sold_to_others_during_the_pause_is_sold_out() -> None:
    played = play(reserve_inventory(CART, TERMS), stocks(2, 1), 0, None, stocks(0, 1, 2))
    assert played == ([READ, taken(1, 0, 0), Sleep(100), READ], SOLD_OUT)


def test_released_stock_comes_back_whole_however_often_it_takes() -> None:
    played = play(release_inventory(CART, TERMS), stocks(1, 1), 0, None, stocks(0, 1, 2), COMMITTED)
    assert played == ([READ, taken(1, 3, 2), Sleep(100), READ, taken(2, 2, 2)], None)


def test_releasing_undoes_reserving() -> None:
    reserved = play(reserve_inventory(CART, TERMS), stocks(4, 3), COMMITTED).effects[-1]
    assert isinstance(reserved, Transaction)
    after = tuple(Record(2, write.changes) for write in reserved.writes if isinstance(write, CompareAndSet))
    released = play(release_inventory(CART, TERMS), after, COMMITTED).effects[-1]
    assert released == taken(2, 4, 3)
