"""A drill on real servers, in small: promises that are kept, one that is broken, and a dispatcher that dies."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from redis import Redis

from swifteats_sim.domain.messages import DRIVERS, ITEMS
from swifteats_sim.live.drill.ends import attempts_of, cooked, doubled
from swifteats_sim.live.drill.plan import Plan
from swifteats_sim.live.drill.run import DATABASE, Moment, drill
from swifteats_sim.live.drill.services import Service
from swifteats_sim.live.history.deeds import Deed, Sight, Written
from swifteats_sim.live.servers import Addresses
from swifteats_sim.live.site import Unusable


@pytest.fixture
def addresses(postgres_server: str, redis_url: str, kafka: str) -> Addresses:
    return Addresses(postgres_server, redis_url, kafka)


def left_on(addresses: Addresses) -> tuple[list[str], int, list[str]]:
    """Databases of ours, keys, and topics."""
    with psycopg.connect(addresses.postgres) as connection:
        rows = connection.execute("select datname from pg_database where datname = %s", (DATABASE,)).fetchall()
    topics = AdminClient({"bootstrap.servers": addresses.kafka, "log_level": 0}).list_topics(timeout=5).topics
    return [name for (name,) in rows], int(Redis.from_url(addresses.redis).dbsize()), list(topics)


@dataclass
class Killer:
    """Kills a dispatcher when a third of the orders is at its end."""

    victim: int | None = None
    services: list[Service] = field(default_factory=list)

    def __call__(self, moment: Moment) -> None:
        self.services = list(moment.services)
        if self.victim is None and moment.of // 3 <= moment.closed < moment.of:
            victim = next(service for service in moment.services if service.kind == "dispatcher")
            self.victim = victim.process.pid
            os.kill(self.victim or 0, signal.SIGKILL)


def test_with_a_dispatcher_killed_halfway_all_promises_are_kept_and_nothing_stays(
    addresses: Addresses, tmp_path: Path
) -> None:
    killer, plan = Killer(), Plan(clients=8, orders=12, items=2, drivers=5, silence=2_000)
    verdict = drill(addresses, plan, tmp_path, killer)
    figures = verdict.figures
    assert killer.victim is not None
    assert verdict.broken == ()
    assert (figures.orders, figures.delivered + figures.cancelled + figures.failed) == (96, 96)
    assert figures.delivered > 70
    assert figures.cancelled <= 10  # every ninth asks for it
    assert figures.failed >= 2  # two are to be fetched where nobody is
    assert figures.dead_letters >= figures.failed
    assert figures.published_twice >= 12
    assert figures.seen_twice >= figures.published_twice
    assert figures.attempts > 96 * 15
    assert 0 < figures.lost < figures.attempts
    assert (figures.double_assignments, figures.oversold) == (0, 0)
    assert [service.kind for service in killer.services].count("dispatcher") == 2
    assert not any(service.process.is_alive() for service in killer.services)
    assert left_on(addresses) == ([], 0, [])


def test_a_control_is_caught_and_nothing_stays(addresses: Addresses, tmp_path: Path) -> None:
    """C24."""
    verdict = drill(addresses, Plan(clients=6, orders=3, control="cas_unversioned"), tmp_path)
    assert not verdict.kept
    assert any(broken.startswith("fork: ") and "left it at version" in broken for broken in verdict.broken)
    assert verdict.figures.delivered + verdict.figures.cancelled == verdict.figures.orders == 18
    assert left_on(addresses) == ([], 0, [])


@pytest.mark.slow
def test_who_looks_and_then_writes_gives_drivers_away_twice_and_is_caught(addresses: Addresses, tmp_path: Path) -> None:
    """C14."""
    verdict = drill(addresses, Plan(clients=16, orders=12, control="check_then_set"), tmp_path)
    assert verdict.figures.double_assignments > 0
    assert any(broken.startswith("drivers: ") and "while it had order" in broken for broken in verdict.broken)


def test_without_any_dispatcher_it_ends_and_nothing_stays(addresses: Addresses, tmp_path: Path) -> None:
    services = list[Service]()

    def kill_all(moment: Moment) -> None:
        if not services:
            services.extend(moment.services)
            for service in services:
                if service.kind == "dispatcher":
                    service.process.kill()

    with pytest.raises(Unusable, match="every dispatcher has ended"):
        drill(addresses, Plan(clients=2, orders=2), tmp_path, kill_all)
    assert not any(service.process.is_alive() for service in services)
    assert left_on(addresses) == ([], 0, [])


def test_what_is_somebody_elses_is_left_alone(addresses: Addresses, tmp_path: Path) -> None:
    Redis.from_url(addresses.redis).set("theirs", 1)
    with pytest.raises(Unusable, match="holds 1 keys: name an empty database"):
        drill(addresses, Plan(), tmp_path)
    Redis.from_url(addresses.redis).flushall()
    with pytest.raises(Unusable, match="takes 200 connections at most, and 400 clients need 412"):
        drill(addresses, Plan(clients=400), tmp_path)
    assert left_on(addresses) == ([], 0, [])


def given(number: int, driver: int, order: int | None, began: int, ended: int) -> Deed:
    return Deed(1, number, began, ended, True, (), (Written(DRIVERS, driver, number, number + 1, {"order": order}),))


def test_two_orders_of_a_driver_are_told_by_clocks_alone() -> None:
    one_after_the_other = [given(1, 7, 100, 0, 10), given(2, 7, None, 20, 40), given(3, 7, 101, 25, 30)]
    assert doubled(one_after_the_other) == 0  # whoever freed him heard of it late
    assert doubled([*one_after_the_other, given(4, 7, 102, 45, 50), given(5, 7, 103, 51, 53)]) == 1
    assert doubled([given(1, 7, 100, 0, 10), given(2, 8, 100, 5, 12)]) == 1  # two drivers of one order
    assert doubled([given(1, 7, 100, 0, 10), given(2, 7, None, 11, 12), given(3, 8, 100, 15, 20)]) == 0


def test_attempts_and_portions_are_counted_from_the_history() -> None:
    sight = Sight(ITEMS, (1, 0), 4, {"stock": 10})
    more, lost = Written(ITEMS, (1, 0), 4, 5, {"stock": 30}), Written(ITEMS, (1, 0), 4, 5, {"stock": 9})
    deeds = [
        Deed(1, 1, 0, 1, True, (sight,), ()),
        Deed(1, 2, 1, 2, True, (), (more,)),
        Deed(2, 1, 1, 2, False, (), (lost, Written(DRIVERS, 7, 1, 2, {}))),
        Deed(2, 2, 3, 4, False, (), (Written(DRIVERS, 8, 0, 1, {}),)),  # an insert looks at no version
    ]
    assert attempts_of(deeds) == (3, 1)
    assert cooked(deeds) == {0: 20}


def test_a_plan_can_be_sent_and_its_orders_are_all_different() -> None:
    plan = Plan(clients=5, orders=7)
    numbers = {plan.number(customer, place) for customer in range(5) for place in range(7)}
    assert len(numbers) == plan.total == 35
    assert (plan.processes, Plan(clients=6).processes) == (1, 2)
    assert json.dumps([plan.control, plan.stock.stock]) == '["none", 40]'
