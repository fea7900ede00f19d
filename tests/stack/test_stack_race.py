"""A race for the last portions: versions never oversell, and the control arm without them does."""

from __future__ import annotations

from collections import Counter

import pytest
from stack_bench import MS, Bench, desk

from swifteats_sim.domain.effects import CompareAndSet, Insert, Read, Rule
from swifteats_sim.domain.inventory import InventoryTerms, reserve_inventory
from swifteats_sim.domain.messages import CONTENDED, SOLD_OUT, Cart, Line, Refusal
from swifteats_sim.engine.laws import Law
from swifteats_sim.stack.effects import Caller

CUSTOMERS, STOCK = 20, 5
ITEM = ("items", (3, 10))
SERVICE = Law([("uniform", (0.005, 0.015), ())], 0.010)
TERMS = InventoryTerms(stock=STOCK, attempts=12, backoff=1 * MS)


def read_then_compare_and_set() -> Rule[Refusal | None]:
    """Takes one portion by version, with no transaction and no pause."""
    while True:
        (record,) = yield Read((ITEM,))
        if record.fields["stock"] < 1:
            return SOLD_OUT
        if (yield CompareAndSet(*ITEM, record.version, {"stock": record.fields["stock"] - 1})):
            return None


def read_then_blind_write() -> Rule[Refusal | None]:
    """The control arm: takes one portion and writes over whatever others have written meanwhile."""
    (seen,) = yield Read((ITEM,))
    if seen.fields["stock"] < 1:
        return SOLD_OUT
    while True:
        (now,) = yield Read((ITEM,))
        if (yield CompareAndSet(*ITEM, now.version, {"stock": seen.fields["stock"] - 1})):
            return None


def race(arm: str, servers: int, terms: InventoryTerms = TERMS) -> tuple[Counter[Refusal | None], int]:
    """What the customers were told, and the stock that is left. All come within 2 ms."""
    laws = dict.fromkeys(("read", "compare_and_set", "transaction", "insert"), SERVICE)
    bench = Bench(desk(servers), laws=laws)
    bench.store.apply([Insert(*ITEM, {"stock": STOCK})])
    rules = {
        "transaction": lambda: reserve_inventory(Cart(0, 0, 3, (Line(10, 1),)), terms),
        "compare and set": read_then_compare_and_set,
        "blind": read_then_blind_write,
    }
    for customer in range(CUSTOMERS):
        bench.at(customer * MS // 10, str(customer), rules[arm](), Caller(customer))
    bench.run()
    record = bench.store.read(ITEM)
    assert record is not None
    return Counter(outcome for _, _, outcome in bench.done), record.fields["stock"]


@pytest.mark.parametrize("servers", [1, 4, 100])
@pytest.mark.parametrize("arm", ["transaction", "compare and set"])
def test_versions_sell_exactly_what_there_is(arm: str, servers: int) -> None:
    assert race(arm, servers) == ({None: STOCK, SOLD_OUT: CUSTOMERS - STOCK}, 0)


def test_the_control_arm_without_versions_oversells() -> None:
    told, left = race("blind", 100)
    # Everyone reads before anyone writes, so everyone is served, and the stock pretends to be near full.
    assert told == {None: CUSTOMERS}
    assert left == STOCK - 1


def test_with_few_attempts_some_customers_are_turned_away_but_nothing_is_sold_twice() -> None:
    told, left = race("transaction", 100, TERMS._replace(attempts=2))
    assert told[CONTENDED] + told[SOLD_OUT] + told[None] == CUSTOMERS
    assert told[CONTENDED] >= 1
    assert told[None] + left == STOCK
