"""Clients that are killed anywhere in an order's life: whoever takes the order up brings it to its end, once."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from killed_client import live_and_die
from real_lives import (
    HOT,
    MADE,
    NOTHING,
    RESTAURANT,
    STOCK,
    Hand,
    OneRestaurant,
    employ,
    life,
    sold_of,
    stand,
    stock_all,
)

from swifteats_sim.domain.effects import Effect
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS
from swifteats_sim.domain.states import OrderState
from swifteats_sim.live.client import Client, Terms, connected
from swifteats_sim.live.clients import play
from swifteats_sim.live.drill.ends import left_behind, state_of, states_of
from swifteats_sim.live.drill.hand import histories
from swifteats_sim.live.history.checking import check, reject
from swifteats_sim.live.history.deeds import Deed
from swifteats_sim.live.servers import Addresses

DRIVERS_ON_SHIFT = (1, 2, 3, 4)
PLENTY = 1_000
"""Portions of each item: nobody cooks, so that what was sold is what is missing."""
LANES = 3
"""Clients who live and die at a time; they want the same items and drivers."""
EFFECTS = 54
"""Of a life that nobody disturbs and that begins with a declined offer."""
TERMS = Terms(OneRestaurant(), partitions=1)
WITHIN = 1_200_000
"""ns: an effect of this machine takes about so long, so that a kill falls before, into or right after its commit."""


@pytest.fixture(scope="module")
def warm() -> ForkServerContext:
    """Processes that begin with all modules read. The one that they are forked from has no connection and no thread."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["swifteats_sim.live.clients", "swifteats_sim.live.history.noting"])
    return context


@pytest.fixture
def addresses(postgres_dsn: str, redis_url: str, kafka: str) -> Iterator[Addresses]:
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    for made in admin.create_topics([NewTopic("assignment.1", 1, 1)]).values():
        made.result()
    yield Addresses(postgres_dsn, redis_url, kafka)
    del admin


class Point(NamedTuple):
    """A client is killed at effect `at` of this order's life; after : ns after it has begun, None right before."""

    number: int
    order: int
    at: int
    after: int | None


def spread(points: int) -> list[Point]:
    """Over all effects of a life, half of them within one; first drivers decline all of these orders."""
    chance = random.Random(points)
    return [
        Point(n, 2 * n + 1, n * EFFECTS // points, chance.randrange(WITHIN) if n % 2 else None) for n in range(points)
    ]


class Lane:
    """Lets one client after the other die, and takes each order up as soon as its client is gone."""

    def __init__(self, addresses: Addresses, warm: ForkServerContext, folder: Path) -> None:
        self._addresses, self._warm, self._folder = addresses, warm, folder
        self._asking = Lock()  # who begins a process also asks how all others have ended

    def play(self, lane: int, points: list[Point]) -> list[Point]:
        """Those who were killed before they were done."""
        with connected(self._addresses, TERMS) as client:
            hand = Hand(lane, self._folder)
            killed = [point for point in points if self._killed(point, client, hand)]
            hand.close()
        return killed

    def _killed(self, point: Point, client: Client, hand: Hand) -> bool:
        stand(client.positions, *DRIVERS_ON_SHIFT)
        given = (self._addresses, point.order, 1_000 + point.number, self._folder, point.at, point.after)
        victim = self._warm.Process(target=live_and_die, args=given)
        with self._asking:
            victim.start()
        assert wait([victim.sentinel], 60)
        with self._asking:
            ended = victim.exitcode
        assert ended in (-signal.SIGKILL, 0)
        play(client, life(point.order, hand, publish=True))
        return ended != 0


@pytest.mark.parametrize(("points", "unheard"), [(12, 0), pytest.param(220, 10, marks=pytest.mark.long)])
def test_whoever_is_killed_anywhere_loses_and_doubles_nothing(
    addresses: Addresses, warm: ForkServerContext, tmp_path: Path, points: int, unheard: int
) -> None:
    with connected(addresses, TERMS) as client:
        employ(client, *DRIVERS_ON_SHIFT)
        stock_all(client, PLENTY)
        start = state_of(client.database)
    lane, every = Lane(addresses, warm, tmp_path), spread(points)
    with ThreadPoolExecutor(LANES) as pool:
        running = [pool.submit(lane.play, number, every[number::LANES]) for number in range(LANES)]
        killed = [point for lives in running for point in lives.result()]
    with connected(addresses, TERMS) as client:
        end = state_of(client.database)
    deeds = histories(tmp_path)
    cut_off = [deed for deed in deeds if deed.applied is None]
    done = landed(cut_off, deeds)
    print(f"\n{points} lives, {len(killed)} killed: {len(cut_off)} writes unanswered, {done} of them done all the same")

    assert len(killed) >= points * 9 // 10
    assert unheard <= done < len(cut_off)
    reject(check(deeds, start, end, STOCK))
    assert states_of(end) == {point.order: OrderState.DELIVERED for point in every}
    assert left_behind(end) == NOTHING
    sold = sold_of(point.order for point in every)
    left = {item: end[ITEMS, (RESTAURANT, item)].fields["stock"] for item in (*HOT, MADE)}
    assert left == {MADE: PLENTY, **{item: PLENTY - sold[item] for item in HOT}}


def landed(cut_off: list[Deed], deeds: list[Deed]) -> int:
    """How many deeds of killed clients were done: nobody else has gone on from the version that they wrote over."""
    heirs = {(*write[:2], write.before) for deed in deeds if deed.applied for write in deed.writes}
    lasting = ([write for write in deed.writes if write.table in (ORDERS, DRIVERS, ITEMS)] for deed in cut_off)
    return sum(bool(writes) and (*writes[0][:2], writes[0].before) not in heirs for writes in lasting)


class Severed:
    """A witness by whom the client's connection to the database is broken right before effect `at`."""

    def __init__(self, at: int, dsn: str) -> None:
        self._left, self._dsn = at, dsn
        self.client: Client | None = None

    def begins(self, effect: Effect) -> None:
        if self._left == 0 and self.client is not None:
            pid = self.client.database.connection.info.backend_pid
            with psycopg.connect(self._dsn) as other:
                assert other.execute("select pg_terminate_backend(%s)", (pid,)).fetchone() == (True,)
        self._left -= 1

    def ended(self, effect: Effect, outcome: Any) -> None:
        """Nothing."""


def test_a_connection_that_breaks_anywhere_loses_and_doubles_nothing(addresses: Addresses, tmp_path: Path) -> None:
    """The client is told so, connects again and goes on: what was under way was done or not."""
    with connected(addresses, TERMS) as client:
        employ(client, *DRIVERS_ON_SHIFT)
        stock_all(client, PLENTY)
        start = state_of(client.database)
    hand = Hand(0, tmp_path)
    for at in range(EFFECTS):
        severed = Severed(at, addresses.postgres)
        with connected(addresses, TERMS, severed) as client:
            stand(client.positions, *DRIVERS_ON_SHIFT)
            severed.client = client
            play(client, life(2 * at + 1, hand))
    hand.close()
    with connected(addresses, TERMS) as client:
        end = state_of(client.database)
    assert hand.counts["again"] >= EFFECTS * 3 // 4  # all but those that need no database
    reject(check(histories(tmp_path), start, end, STOCK))
    assert states_of(end) == {2 * at + 1: OrderState.DELIVERED for at in range(EFFECTS)}
    assert left_behind(end) == NOTHING
