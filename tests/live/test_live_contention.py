"""Many clients on few items and few drivers: nothing is sold or given twice, and who does it is caught."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from crowds import Wrong, careless, crowd
from real_lives import (
    HOT,
    MADE,
    NOTHING,
    RESTAURANT,
    STOCK,
    OneRestaurant,
    employ,
    sold_of,
    stock_all,
)

from swifteats_sim.domain.messages import ACTIVE, ITEMS, ORDERS, RESERVATIONS
from swifteats_sim.domain.states import OrderState
from swifteats_sim.live.client import Terms, connected
from swifteats_sim.live.clients import play_together
from swifteats_sim.live.drill.ends import attempts_of, cooked, left_behind, state_of, states_of
from swifteats_sim.live.drill.hand import histories
from swifteats_sim.live.history.checking import check, reject
from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.history.trails import State, Violation
from swifteats_sim.live.servers import Addresses

KAFKA = "127.0.0.1:9"
"""Nobody publishes here."""


class Platform:
    """Real servers with some drivers and a full kitchen; start, end : all records before and after the clients."""

    def __init__(self, postgres: str, redis: str, folder: Path, drivers: int) -> None:
        self.addresses, self.folder = Addresses(postgres, redis, KAFKA), folder
        self.drivers = tuple(range(1, drivers + 1))
        with connected(self.addresses, Terms(OneRestaurant())) as client:
            employ(client, *self.drivers)
            stock_all(client)
            self.start = state_of(client.database)

    def play(self, part: Any, processes: int, threads: int) -> list[Any]:
        told = play_together(self.addresses, part, processes, threads)
        with connected(self.addresses, Terms(OneRestaurant())) as client:
            self.end = state_of(client.database)
        return told

    @property
    def deeds(self) -> list[Deed]:
        return histories(self.folder)

    @property
    def violations(self) -> tuple[Violation, ...]:
        return check(self.deeds, self.start, self.end, STOCK)


@pytest.mark.parametrize(
    ("processes", "count", "attempts"),
    [pytest.param(2, 6, 2_000, id="some"), pytest.param(4, 150, 100_000, id="many", marks=pytest.mark.long)],
)
def test_a_crowd_on_hot_items_and_scarce_drivers_sells_and_gives_everything_once(
    postgres_dsn: str, redis_url: str, tmp_path: Path, processes: int, count: int, attempts: int
) -> None:
    platform, clients = Platform(postgres_dsn, redis_url, tmp_path, drivers=5), 24
    part = partial(crowd, folder=tmp_path, clients=clients, count=count, drivers=5)
    told = platform.play(part, processes, clients // processes)
    counts = sum((mine for mine, _, _ in told), Counter[str]())
    seconds = (max(ended for _, _, ended in told) - min(began for _, began, _ in told)) / 1e9
    deeds, end = platform.deeds, platform.end
    made, lost = attempts_of(deeds)
    print(f"\n{clients} clients, {seconds:.1f} s, {made / seconds:,.0f} attempts/s, {lost} lost: {dict(counts)}")

    assert made >= attempts
    assert lost > attempts // 100
    assert counts["driver_losses"] > 0
    reject(check(deeds, platform.start, end, STOCK))

    states = Counter(states_of(end).values())
    assert set(states) <= {OrderState.DELIVERED, OrderState.CANCELLED, OrderState.FAILED}
    assert states[OrderState.DELIVERED] == counts["delivered"] > 0
    assert left_behind(end) == {**NOTHING, "outbox": left_behind(end)["outbox"]}
    delivered = (order for order, state in states_of(end).items() if state == OrderState.DELIVERED)
    fresh, gone = cooked(deeds), sold_of(delivered)
    left = {item: end[ITEMS, (RESTAURANT, item)].fields["stock"] for item in (*HOT, MADE)}
    assert {item: left[item] + gone[item] for item in HOT} == {item: STOCK.stock + fresh[item] for item in HOT}
    assert left[MADE] == STOCK.capacity


def kinds(violations: tuple[Violation, ...]) -> Counter[str]:
    return Counter(violation.kind for violation in violations)


def wrong(platform: Platform, way: Wrong, count: int) -> State:
    platform.play(partial(careless, folder=platform.folder, clients=16, count=count, way=way), 2, 8)
    return platform.end


def test_who_writes_stock_without_versions_oversells_and_is_caught(
    postgres_dsn: str, redis_url: str, tmp_path: Path
) -> None:
    platform = Platform(postgres_dsn, redis_url, tmp_path, 1)
    end = wrong(platform, "none", 4)
    reserved = Counter[int]()
    for (table, _), record in end.items():
        if table == RESERVATIONS:
            reserved.update({line.item: line.quantity for line in record.fields["lines"]})
    left = {item: end[ITEMS, (RESTAURANT, item)].fields["stock"] for item in HOT}
    assert any(reserved[item] + left[item] > STOCK.stock for item in HOT)
    assert kinds(platform.violations)["stock"] >= 1


def test_who_looks_and_then_writes_gives_one_driver_to_two_orders_and_is_caught(
    postgres_dsn: str, redis_url: str, tmp_path: Path
) -> None:
    """C14."""
    platform = Platform(postgres_dsn, redis_url, tmp_path, 60)
    end = wrong(platform, "check_then_set", 3)
    has = Counter(
        record.fields["driver"] for (table, _), record in end.items()
        if table == ORDERS and record.fields["state"] == OrderState.ASSIGNED_DRIVER
    )  # fmt: skip
    assert max(has.values()) > 1
    assert kinds(platform.violations)["drivers"] >= 1


def test_who_leaves_the_version_gives_two_drivers_to_one_order_and_is_caught(
    postgres_dsn: str, redis_url: str, tmp_path: Path
) -> None:
    """C24."""
    platform = Platform(postgres_dsn, redis_url, tmp_path, 60)
    end = wrong(platform, "cas_unversioned", 12)
    drivers = Counter(record.fields["order"] for (table, _), record in end.items() if table == ACTIVE)
    assert max(drivers.values()) > 1
    assert kinds(platform.violations)["fork"] >= 1
