"""Stock: all lines or none, taken once, given back once, never oversold, in both worlds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from worlds import KITCHEN, RESTAURANT, SHELF, STOCK, World, cart, meanwhile

from swifteats_sim.domain.effects import Name, Record
from swifteats_sim.domain.inventory import (
    finish_reservation,
    give_back_capacity,
    release_inventory,
    replenish,
    reserve_inventory,
)
from swifteats_sim.domain.messages import CONTENDED, ITEMS, RESERVATIONS, SOLD_OUT, Line
from swifteats_sim.domain.stock import Inventory, InventoryTerms

ON_SHELF: Name = (ITEMS, (RESTAURANT, SHELF))
MADE: Name = (ITEMS, (RESTAURANT, KITCHEN))
SAFE = pytest.mark.parametrize("inventory", ["versioned", "for_update"])


def terms(inventory: Inventory, **changes: Any) -> InventoryTerms:
    return STOCK._replace(inventory=inventory, **changes)


def left(world: World) -> tuple[int | None, ...]:
    return tuple(record and record.fields["stock"] for record in world.records(ON_SHELF, MADE))


def held(world: World, order: int) -> Any:
    (record,) = world.records((RESERVATIONS, order))
    return record and record.fields["lines"]


@SAFE
def test_an_order_takes_its_lines_and_the_first_sale_makes_the_record(world: World, inventory: Inventory) -> None:
    assert world.perform(reserve_inventory(cart(1), terms(inventory))) is None
    assert world.records(ON_SHELF, MADE, (RESERVATIONS, 1)) == (
        Record(1, {"stock": 19}),
        Record(1, {"stock": 3}),
        Record(1, {"restaurant": RESTAURANT, "lines": (Line(SHELF, 1), Line(KITCHEN, 2))}),
    )
    assert world.perform(reserve_inventory(cart(2), terms(inventory))) is None
    assert world.records(ON_SHELF, MADE) == (Record(2, {"stock": 18}), Record(2, {"stock": 1}))


@SAFE
def test_all_lines_or_none(world: World, inventory: Inventory) -> None:
    world.perform(reserve_inventory(cart(1, kitchen=4), terms(inventory)))
    assert world.perform(reserve_inventory(cart(2), terms(inventory))) == SOLD_OUT
    assert (left(world), held(world, 2)) == ((19, 1), None)


@SAFE
def test_who_reserves_twice_reserves_once(world: World, inventory: Inventory) -> None:
    for _ in range(2):
        assert world.perform(reserve_inventory(cart(1), terms(inventory))) is None
    assert left(world) == (19, 3)
    for order in range(2, 8):
        one = cart(order, kitchen=0)
        assert world.together(*(reserve_inventory(one, terms(inventory, attempts=50)) for _ in range(3))) == [None] * 3
    assert left(world) == (13, 3)


@SAFE
def test_many_who_want_the_last_portions_get_exactly_those(world: World, inventory: Inventory) -> None:
    ways = terms(inventory, attempts=100)
    told = Counter(world.together(*(reserve_inventory(cart(order, 1, 1), ways) for order in range(1, 13))))
    assert told == {None: 5, SOLD_OUT: 7}
    assert left(world) == (15, 0)
    assert sum(held(world, order) is not None for order in range(1, 13)) == 5


def test_with_few_attempts_some_are_turned_away_and_nothing_is_sold_twice(world: World) -> None:
    told = Counter(
        world.together(*(reserve_inventory(cart(n, 1, 0), terms("versioned", attempts=1)) for n in range(12)))
    )
    assert told[None] >= 1
    assert told[None] + told[CONTENDED] == 12
    assert left(world) == (20 - told[None], 5)


@pytest.mark.parametrize("at", range(2))
def test_who_is_overtaken_between_reading_and_writing_reads_again(world: World, at: int) -> None:
    rivals = meanwhile(reserve_inventory(cart(1), terms("versioned")), at, reserve_inventory(cart(2), STOCK))
    assert world.perform(rivals) is None
    assert left(world) == (18, 1)
    assert world.records(ON_SHELF) == (Record(2, {"stock": 18}),)


def test_who_is_overtaken_at_the_last_attempt_is_contended(world: World) -> None:
    once = terms("versioned", attempts=1)
    assert world.perform(meanwhile(reserve_inventory(cart(1), once), 1, reserve_inventory(cart(2), STOCK))) == CONTENDED
    assert (left(world), held(world, 1)) == ((19, 3), None)


@SAFE
def test_what_is_given_back_twice_is_given_back_once(world: World, inventory: Inventory) -> None:
    for order in (1, 2):
        world.perform(reserve_inventory(cart(order), terms(inventory)))
    for _ in range(2):
        assert world.perform(release_inventory(cart(1), terms(inventory))) is None
    assert (left(world), held(world, 1)) == ((19, 3), None)
    world.together(*(release_inventory(cart(2), terms(inventory)) for _ in range(4)))
    assert (left(world), held(world, 2)) == ((20, 5), None)


@SAFE
def test_cooked_food_gives_its_capacity_back_and_what_is_delivered_is_sold(world: World, inventory: Inventory) -> None:
    ways = terms(inventory)
    world.perform(reserve_inventory(cart(1), ways))
    for _ in range(2):
        world.perform(give_back_capacity(cart(1), ways))
    assert (left(world), held(world, 1)) == ((19, 5), (Line(SHELF, 1),))
    for _ in range(2):
        world.perform(finish_reservation(cart(1), ways))
    world.perform(release_inventory(cart(1), ways))
    assert (left(world), held(world, 1)) == ((19, 5), None)


@SAFE
def test_capacity_comes_back_once_whatever_comes_at_once(world: World, inventory: Inventory) -> None:
    ways = terms(inventory)
    for order in range(1, 9):
        world.perform(reserve_inventory(cart(order), ways))
        world.together(
            give_back_capacity(cart(order), ways), finish_reservation(cart(order), ways),
            release_inventory(cart(order), ways), give_back_capacity(cart(order), ways),
        )  # fmt: skip
        shelf, made = left(world)
        assert (made, held(world, order)) == (5, None)
        assert shelf is not None
        assert 20 - order <= shelf <= 20


@SAFE
def test_portions_are_cooked_up_to_the_full_stock(world: World, inventory: Inventory) -> None:
    ways = terms(inventory)
    assert world.perform(replenish(RESTAURANT, SHELF, ways)) == 0
    world.perform(reserve_inventory(cart(1, shelf=8), ways))
    assert [world.perform(replenish(RESTAURANT, SHELF, ways)) for _ in range(3)] == [5, 3, 0]
    assert left(world) == (20, 3)


@SAFE
def test_cooking_and_selling_at_once_conserve_the_stock(world: World, inventory: Inventory) -> None:
    ways = terms(inventory, attempts=100)
    world.perform(reserve_inventory(cart(1, shelf=20, kitchen=0), ways))
    cooked_and_sold = world.together(
        *(replenish(RESTAURANT, SHELF, ways) for _ in range(3)),
        *(reserve_inventory(cart(order, shelf=2, kitchen=0), ways) for order in range(2, 8)),
    )
    cooked, told = sum(cooked_and_sold[:3]), Counter(cooked_and_sold[3:])
    assert told[None] + told[SOLD_OUT] == 6
    assert left(world) == (cooked - 2 * told[None], 5)


def test_who_writes_without_versions_sells_what_is_not_there(world: World) -> None:
    """The control: between his reading and his writing somebody else sells, and is written over."""
    world.perform(reserve_inventory(cart(1, kitchen=0), STOCK))
    blind = terms("none")
    for number, at in ((10, 1), (20, 1), (30, 1)):
        blindly = reserve_inventory(cart(number, 1, 0), blind)
        assert world.perform(meanwhile(blindly, at, reserve_inventory(cart(number + 1, 1, 0), blind))) is None
    # Seven portions were sold and reserved, four are missing.
    assert left(world) == (16, 5)
    assert all(held(world, order) for order in (1, 10, 11, 20, 21, 30, 31))
