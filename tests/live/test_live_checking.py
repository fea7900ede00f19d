"""Tests of the check on histories that the real rules make: sound ones are accepted, the notes' variants are not."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_world import TERMS, Played, World, free_drivers, life, take

from swifteats_sim.domain.effects import CompareAndSet, Name, Record, Rule, Write
from swifteats_sim.domain.inventory import release_inventory, replenish, reserve_inventory
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ITEMS, ORDERS, RESERVATIONS, Cart, Line
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.domain.stock import Inventory
from swifteats_sim.live.history.checking import Rejected, check, reject
from swifteats_sim.live.history.deeds import ABSENT, Deed
from swifteats_sim.live.history.trails import Violation

RESTAURANT = 5
ENDS = "delivered", "declined", "cancelled"


def played_lives(
    seed: int, clients: int = 6, orders: int = 3, kills: bool = False, mode: Inventory = "versioned"
) -> Played:
    """Clients that each bring some orders to their end, with few items and fewer drivers than orders."""
    chance = random.Random(seed)
    terms, world = TERMS._replace(inventory=mode), World(free_drivers(1, 2, 3))
    rules = list[list[Rule[Any]]]()
    for client in range(clients):
        rules.append(
            [life(cart(100 * client + n, chance), (1, 2, 3), terms, chance.choice(ENDS)) for n in range(orders)]
        )
    rules.append([replenish(RESTAURANT, item, terms) for item in (0, 1, 0, 1)])
    return world.play(rules, chance.randrange, chance.randrange if kills else lambda _: 1)


def cart(order: int, chance: random.Random) -> Cart:
    items = chance.sample((0, 1, 6), chance.choice((1, 2)))
    return Cart(order, 0, RESTAURANT, tuple(Line(item, 1) for item in items))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from(["versioned", "for_update"]))
def test_what_clients_do_at_once_by_the_rules_is_accepted(seed: int, mode: Inventory) -> None:
    assert played_lives(seed, mode=mode).violations == ()


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32))
def test_so_it_is_when_clients_are_killed_anywhere(seed: int) -> None:
    assert played_lives(seed, kills=True).violations == ()


def test_those_clients_get_far_and_fight_for_items_and_drivers() -> None:
    deeds = [deed for seed in range(10) for deed in played_lives(seed).deeds]
    states = [write.fields.get("state") for deed in deeds if deed.applied for write in deed.writes]
    assert states.count(OrderState.DELIVERED) > 50
    assert states.count(OrderState.CANCELLED) > 10
    assert sum(deed.applied is False for deed in deeds) > 100
    assert sum(write.after == ABSENT for deed in deeds for write in deed.writes) > 200


def test_some_of_those_deeds_were_cut_off_and_count_all_the_same() -> None:
    unknown = [
        (played, deed) for seed in range(20) for played in [played_lives(seed, kills=True)]
        for deed in played.deeds if deed.applied is None and deed.writes
    ]  # fmt: skip
    applied = [deed for played, deed in unknown if check(but_for(deed, played), *ends_of(played), TERMS)]
    assert 0 < len(applied) < len(unknown)


def but_for(deed: Deed, played: Played) -> list[Deed]:
    return [other for other in played.deeds if other != deed]


def ends_of(played: Played) -> tuple[dict[Name, Record], dict[Name, Record]]:
    return played.start, played.end


# What the notes wrote down


def reserving(order: int, mode: Inventory) -> Rule[object]:
    return reserve_inventory(Cart(order, 0, RESTAURANT, (Line(0, 2),)), TERMS._replace(inventory=mode))


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32))
def test_read_change_write_is_rejected_exactly_where_a_sale_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    played = World().play([[reserving(1, "none")], [reserving(2, "none")]], chance.randrange)
    is_lost = played.end[ITEMS, (RESTAURANT, 0)].fields["stock"] != 10 - 2 - 2
    assert bool(played.violations) == is_lost
    assert not is_lost or {"fork", "stock"} <= played.kinds


def test_read_change_write_does_lose_sales() -> None:
    lost = [seed for seed in range(30) if (chance := random.Random(seed)) and World().play(
        [[reserving(1, "none")], [reserving(2, "none")]], chance.randrange).violations]  # fmt: skip
    assert 0 < len(lost) < 30


def test_what_is_cooked_by_writes_that_look_at_no_version_must_be_told() -> None:
    blind = TERMS._replace(inventory="none")
    played = World().play([[reserving(1, "none"), replenish(RESTAURANT, 0, blind)]], lambda _: 0)
    (violation,) = played.violations
    text = "2 of items (5, 0) were reserved, 0 let go and 0 cooked, but its stock was changed by +0"
    assert violation == Violation("stock", (ITEMS, (RESTAURANT, 0)), text)
    assert not check(played.deeds, *ends_of(played), TERMS, cooked={(RESTAURANT, 0): 2})


def waiting_orders(*numbers: int) -> dict[Name, Record]:
    fields = {"state": OrderState.ORDER_RECEIVED, "kitchen": OrderState.ORDER_RECEIVED, "driver": None, "request": 1}
    return {(ORDERS, number): Record(4, fields) for number in numbers}


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32))
def test_check_then_set_is_rejected_exactly_where_two_orders_get_one_driver(seed: int) -> None:
    """C14."""
    chance, world = random.Random(seed), World(waiting_orders(1, 2) | free_drivers(7))
    played = world.play([[take(1, [7], 1, "check_then_set")], [take(2, [7], 1, "check_then_set")]], chance.randrange)
    is_shared = all(played.end[ORDERS, order].fields["driver"] == 7 for order in (1, 2))
    # it leaves no guard in either case, which the end alone would show
    found = [violation for violation in played.violations if "active_assignments" not in violation.text]
    assert bool(found) == is_shared
    assert not is_shared or {"drivers", "fork"} <= played.kinds


def test_check_then_set_does_share_drivers_and_the_text_says_who() -> None:
    found = list[str]()
    for seed in range(30):
        chance, world = random.Random(seed), World(waiting_orders(1, 2) | free_drivers(7))
        rules = [[take(1, [7], 1, "check_then_set")], [take(2, [7], 1, "check_then_set")]]
        found += [violation.text for violation in world.play(rules, chance.randrange).violations]
    assert any("gave drivers 7 order 2, while it had order 1" in text for text in found)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_an_unversioned_commit_is_rejected_also_where_no_rival_came(seed: int) -> None:
    """C24: one version then has two contents, and whoever has seen it writes."""
    chance, world = random.Random(seed), World(waiting_orders(1) | free_drivers(7, 8))
    rules = [[take(1, [7], 1, "cas_unversioned")], [take(1, [8], 1, "cas_unversioned")]]
    played = world.play(rules, chance.randrange)
    assert "fork" in played.kinds
    both = all(played.end[DRIVERS, driver].fields["order"] == 1 for driver in (7, 8))
    assert not both or "drivers" in played.kinds


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_the_transaction_gives_the_same_driver_to_one_of_them(seed: int) -> None:
    chance, world = random.Random(seed), World(waiting_orders(1, 2) | free_drivers(7))
    assert not world.play([[take(1, [7], 1)], [take(2, [7], 1)]], chance.randrange).violations


# One thing changed in a sound history


def changed_somewhere(played: Played, chance: random.Random, change: str) -> list[Deed] | None:
    """The deeds with one of them changed in a way that cannot have been; None where this history has none to change."""
    deeds = list(played.deeds)
    lasting = ORDERS, DRIVERS, ITEMS
    able = [deed for deed in deeds if deed.applied and any(write.table in lasting for write in deed.writes)]
    later = [deed for deed in able if any(write.before for write in deed.writes if write.table in lasting)]
    reads = [deed for deed in deeds if any(sight.version > 1 and sight.table != RESERVATIONS for sight in deed.sights)]
    match change:
        case "dropped":
            deeds.remove(chance.choice(able))
        case "done twice":
            deed = chance.choice(able)
            deeds.append(deed._replace(client=99))
        case "refused" if refused := [deed for deed in deeds if deed.applied is False]:
            deed = chance.choice(refused)
            deeds[deeds.index(deed)] = deed._replace(applied=True)
        case "over before it began":
            deed = chance.choice(later)
            deeds[deeds.index(deed)] = deed._replace(began=-2, ended=-1)
        case "seen before all":
            deed = chance.choice(reads)
            deeds[deeds.index(deed)] = deed._replace(began=-2, ended=-1)
        case "seen too new":
            deed = chance.choice(reads)
            sights = tuple(sight._replace(version=sight.version + 1000) for sight in deed.sights)
            deeds[deeds.index(deed)] = deed._replace(sights=sights)
        case "half":
            wide = [deed for deed in able if len(deed.writes) > 1]
            deed = chance.choice(wide)
            deeds[deeds.index(deed)] = deed._replace(writes=deed.writes[1:])
        case _:
            return None
    return deeds


CHANGES = "dropped", "done twice", "refused", "over before it began", "seen before all", "seen too new", "half"


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
@pytest.mark.parametrize("change", CHANGES)
def test_one_thing_that_cannot_have_been_is_found(change: str, seed: int) -> None:
    played, chance = played_lives(seed, clients=4, orders=2), random.Random(seed)
    deeds = changed_somewhere(played, chance, change)
    if deeds is not None:
        assert check(deeds, *ends_of(played), TERMS)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
def test_a_database_that_forgets_or_makes_up_a_write_is_found(seed: int) -> None:
    played, chance = played_lives(seed, clients=4, orders=2), random.Random(seed)
    name = chance.choice(list(played.end))
    without = {other: record for other, record in played.end.items() if other != name}
    record = played.end[name]
    assert check(played.deeds, played.start, without, TERMS)
    assert check(played.deeds, played.start, {**without, name: record._replace(version=record.version - 1)}, TERMS)
    assert check(
        played.deeds,
        played.start,
        {**played.end, (ORDERS, 9999): Record(1, {"state": "new_order", "driver": None})},
        TERMS,
    )
    if name[0] == ITEMS:
        fields = {"stock": record.fields["stock"] + 1}
        assert check(played.deeds, played.start, {**without, name: record._replace(fields=fields)}, TERMS)


# What deeds mean


def one_after_the_other(*rules: Rule[object]) -> Played:
    return World(free_drivers(7)).play([rules], lambda _: 0)


def test_an_order_that_takes_again_what_it_has_sold_takes_twice() -> None:
    basket = Cart(1, 0, RESTAURANT, (Line(0, 1),))

    def sold() -> Rule[None]:
        yield from life(basket, [7], TERMS, "delivered")
        yield from reserve_inventory(basket, TERMS)

    (violation,) = one_after_the_other(sold()).violations
    assert violation.kind == "twice"
    assert violation.text.startswith("order 1 took items (5, 0) a second time")


def test_an_order_may_take_again_what_it_has_given_back() -> None:
    basket = Cart(1, 0, RESTAURANT, (Line(0, 1),))
    rules = reserve_inventory(basket, TERMS), release_inventory(basket, TERMS), reserve_inventory(basket, TERMS)
    assert not one_after_the_other(*rules).violations


@pytest.mark.parametrize(
    ("stock", "text"),
    [(8, "took 2 of items (5, 0) for no reservation"), (-1, "left -1 of items (5, 0): oversold")],
)
def test_stock_that_goes_without_a_reservation_is_named(stock: int, text: str) -> None:
    def steal() -> Rule[None]:
        yield CompareAndSet(ITEMS, (RESTAURANT, 0), 1, {"stock": stock})

    world = World({(ITEMS, (RESTAURANT, 0)): Record(1, {"stock": 10})})
    played = world.play([[steal()]], lambda _: 0)
    assert played.kinds == {"stock"}
    assert any(text in violation.text for violation in played.violations)


def test_an_order_is_delivered_once() -> None:
    def writes(*writes: Write) -> Rule[None]:
        for write in writes:
            assert (yield write)

    delivered = {"state": OrderState.DELIVERED}
    world = World(waiting_orders(1))
    rule = writes(CompareAndSet(ORDERS, 1, 4, delivered), CompareAndSet(ORDERS, 1, 5, delivered))
    (violation,) = world.play([[rule]], lambda _: 0).violations
    assert violation.kind == "twice"
    assert violation.text == "orders 1 was delivered by client 0 (deed 1) and again by client 0 (deed 2)"


def test_a_request_gets_one_driver() -> None:
    def commit_and_again() -> Rule[None]:
        for version, driver in (4, 7), (6, 8):
            yield CompareAndSet(ORDERS, 1, version, {"state": OrderState.ASSIGNED_DRIVER, "driver": driver})
            yield CompareAndSet(ORDERS, 1, version + 1, {"state": OrderState.FOOD_PREPARING, "driver": None})

    (violation,) = World(waiting_orders(1)).play([[commit_and_again()]], lambda _: 0).violations
    assert violation.kind == "twice"
    assert violation.text.startswith(
        "orders 1 got a driver for version 1 of its request by client 0 (deed 1) and again"
    )


def test_at_the_end_drivers_orders_and_guards_name_each_other() -> None:
    rival = Record(1, {"order": 2})
    ends = waiting_orders(1) | free_drivers(7)
    held = ends[DRIVERS, 7]._replace(fields={"state": DriverState.ORDER_ASSIGNED, "order": 1})
    taken = ends[ORDERS, 1]._replace(fields={**ends[ORDERS, 1].fields, "driver": 7})
    guard = Record(1, {"order": 1})
    right: dict[Name, Record] = {(DRIVERS, 7): held, (ORDERS, 1): taken, (ACTIVE, 7): guard}
    assert not check([], right, right, TERMS)
    for wrong in ({(ACTIVE, 7): rival}, {(DRIVERS, 7): ends[DRIVERS, 7]}, {(ORDERS, 1): ends[ORDERS, 1]}):
        found = check([], right | wrong, right | wrong, TERMS)
        assert {violation.kind for violation in found} == {"drivers"}
    left_over: dict[Name, Record] = {(ACTIVE, 7): rival, **free_drivers(7)}
    (violation,) = check([], left_over, left_over, TERMS)
    assert violation.text == "at the end active_assignments 7 needs order 2 in drivers 7, where it is None"


def test_a_rejected_history_is_an_error_that_says_why() -> None:
    reject(())
    played = one_after_the_other(life(Cart(1, 0, RESTAURANT, (Line(0, 1),)), [7], TERMS, "delivered"))
    reject(played.violations)
    found = check(played.deeds[1:], *ends_of(played), TERMS)
    with pytest.raises(Rejected, match="gap: version 1 of orders 1 was taken up by client 0"):
        reject(found)
