"""A race for the last portions: versions and locks never oversell, and who writes blindly does."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from stack_bench import MS, Bench, desk

from swifteats_sim.domain.effects import CompareAndSet, Insert, Read, Rule
from swifteats_sim.domain.inventory import release_inventory, reserve_inventory
from swifteats_sim.domain.messages import CONTENDED, SOLD_OUT, Cart, Line, Refusal
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.engine.laws import Law
from swifteats_sim.stack.service import Caller

CUSTOMERS, STOCK = 20, 5
ITEM = ("items", (3, 10))
SERVICE = Law([("uniform", (0.005, 0.015), ())], 0.010)
TERMS = InventoryTerms(stock=STOCK, capacity=STOCK, prepared=50, batch=10, attempts=12, backoff=1 * MS)


def read_then_compare_and_set() -> Rule[Refusal | None]:
    """Takes one portion by version, with no transaction and no pause."""
    while True:
        (record,) = yield Read((ITEM,))
        if record.fields["stock"] < 1:
            return SOLD_OUT
        if (yield CompareAndSet(*ITEM, record.version, {"stock": record.fields["stock"] - 1})):
            return None


def cart(customer: int) -> Cart:
    return Cart(customer, 0, 3, (Line(10, 1),))


class Race:
    """Customers who all come within 2 ms. told : by what they heard; left : in stock, by the record."""

    def __init__(self, arm: str, servers: int, terms: InventoryTerms = TERMS) -> None:
        laws = dict.fromkeys(("read", "compare_and_set", "transaction", "insert"), SERVICE)
        self.bench = Bench(desk(servers), laws=laws)
        self.bench.store.apply([Insert(*ITEM, {"stock": STOCK})])
        for customer in range(CUSTOMERS):
            self.bench.at(customer * MS // 10, str(customer), self.rule(arm, customer, terms), Caller(customer))
        self.bench.run()
        self.told = Counter(outcome for _, _, outcome in self.bench.done)
        self.counts = self.bench.runner.counts

    def rule(self, arm: str, customer: int, terms: InventoryTerms) -> Rule[Refusal | None]:
        if arm == "compare and set":
            return read_then_compare_and_set()
        return reserve_inventory(cart(customer), terms._replace(inventory=arm))  # type: ignore[arg-type]

    @property
    def left(self) -> int:
        record = self.bench.store.read(ITEM)
        assert record is not None
        left: int = record.fields["stock"]
        return left

    @property
    def holders(self) -> list[int]:
        return [number for number in range(CUSTOMERS) if self.bench.store.read(("reservations", number))]


@pytest.mark.parametrize("servers", [1, 4, 100])
@pytest.mark.parametrize("arm", ["versioned", "for_update", "compare and set"])
def test_versions_and_locks_sell_exactly_what_there_is(arm: str, servers: int) -> None:
    race = Race(arm, servers)
    assert (race.told, race.left) == ({None: STOCK, SOLD_OUT: CUSTOMERS - STOCK}, 0)
    assert len(race.holders) == (STOCK if arm != "compare and set" else 0)


def test_who_writes_blindly_oversells() -> None:
    race = Race("none", 100)
    # Everyone reads before anyone writes, so everyone is served, and the stock pretends to be near full.
    assert race.told == {None: CUSTOMERS}
    assert (race.left, len(race.holders)) == (STOCK - 1, CUSTOMERS)


def test_with_few_attempts_some_customers_are_turned_away_but_nothing_is_sold_twice() -> None:
    race = Race("versioned", 100, TERMS._replace(attempts=2))
    assert sum(race.told[answer] for answer in (CONTENDED, SOLD_OUT, None)) == CUSTOMERS
    assert race.told[CONTENDED] >= 1
    assert race.told[None] + race.left == STOCK


def test_locks_make_a_hot_item_s_customers_stand_in_line_and_nobody_is_turned_away() -> None:
    """With locks there is no conflict to retry, so no version is ever wrong (C37); the price is the line."""
    locked, versioned = Race("for_update", 100, TERMS._replace(attempts=1)), Race("versioned", 100)
    assert (locked.told[CONTENDED], locked.counts["items_conflicts"]) == (0, 0)
    assert locked.counts["items_waits"] == CUSTOMERS - 1
    assert versioned.counts["items_conflicts"] >= 1
    ends = [instant for instant, _, _ in locked.bench.done]
    # One after the other: a read of 5 ms at least for each, and a write for those who get something.
    assert min(later - earlier for earlier, later in pairwise(ends)) >= 5 * MS


@pytest.mark.parametrize("arm", ["versioned", "for_update"])
def test_who_gives_back_twice_gives_back_once(arm: str) -> None:
    race = Race(arm, 100)
    terms = TERMS._replace(inventory=arm)  # type: ignore[arg-type]
    for _ in range(2):
        for number in race.holders:
            race.bench.clock.process(
                race.bench.runner.insist(release_inventory(cart(number), terms), Caller(number, 1))
            )
    race.bench.clock.run(until=race.bench.clock.instant + 60_000 * MS)
    assert (race.left, race.holders) == (STOCK, [])
