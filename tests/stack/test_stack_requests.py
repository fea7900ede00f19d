"""The path of POST /orders on exact timelines: steps in order, holds with a limit to patience, refusals that end it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from stack_bench import MS, SECOND, Bench, desk

from swifteats_sim.domain.effects import Insert, Rule, Sleep
from swifteats_sim.domain.messages import SOLD_OUT, UNAVAILABLE, Cart, Refusal
from swifteats_sim.scenario.stack import Delay, Hold, RuleStep, Step, Visit
from swifteats_sim.stack.effects import Cost
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.requests import OrderPath

RESERVE, CREATE, PAY = (
    RuleStep.model_validate({"rule": name}) for name in ("reserve_inventory", "create_order", "pay_order")
)
VISIT = Visit.model_validate({"at": "desk", "service": "7 ms"})


def wait(duration: str) -> Delay:
    return Delay.model_validate({"delay": duration})


def hold(*steps: Step, timeout: str = "2 s") -> Hold:
    return Hold.model_validate({"hold": {"pool": "db", "timeout": timeout}, "steps": list(steps)})


def cart(order: int) -> Cart:
    return Cart(order, 0, 0, ())


class Till:
    """A bench with an order path over one pool; rules are given by name."""

    def __init__(self, *steps: Step, size: int = 1, limit: int | None = None, **rules: Callable[[Cart], Rule[Any]]):
        self.bench = Bench(desk(servers=1 if limit is not None else 1000, limit=limit))
        self.pool = simpy.Resource(self.bench.clock, size)
        self.log: list[tuple[float, str, int]] = []

        def noted(name: str, rule: Callable[[Cart], Rule[Any]]) -> Callable[[Cart], Rule[Any]]:
            def started(cart: Cart) -> Rule[Any]:
                self.log.append((self.bench.clock.instant / MS, name, cart.order))
                return rule(cart)

            return started

        def cost_of(visit: Visit, flow: str) -> Cost:
            return Cost(self.bench.station, law_of(visit.service), self.bench.streams(flow), shared=False)

        every: Mapping[str, Callable[[Cart], Rule[Any]]] = {"create_order": insert, "pay_order": insert} | rules
        named = {name: noted(name, rule) for name, rule in every.items()}
        self.path = OrderPath(steps, self.bench.runner, named, {"db": self.pool}, cost_of, self.bench.streams)

    def serve(self, *carts: tuple[int, int]) -> list[tuple[float, str, Any]]:
        """Carts as (order, ms of arrival); the timeline of their answers."""
        for order, at in carts:
            self.bench.follow(at * MS, str(order), partial(self.path.serve, cart(order)))
        self.bench.run()
        assert (self.pool.count, len(self.pool.queue)) == (0, 0), "a connection leaked"
        return self.bench.timeline()


def insert(cart: Cart) -> Rule[Refusal | None]:
    """Takes 10 ms of the database."""
    yield Insert("orders", cart.order, {})
    return None


def slow(cart: Cart) -> Rule[Refusal | None]:
    """Takes 1 s."""
    yield Sleep(1 * SECOND)
    return None


def refuse(cart: Cart) -> Rule[Refusal | None]:
    yield Sleep(5 * MS)
    return SOLD_OUT


def test_steps_follow_each_other_and_the_answer_comes_after_the_last() -> None:
    till = Till(VISIT, wait("3 ms"), hold(CREATE, wait("2 ms")), PAY, pay_order=slow)
    assert till.serve((1, 0)) == [(7 + 3 + 10 + 2 + 1000, "1", None)]
    assert till.log == [(10.0, "create_order", 1), (22.0, "pay_order", 1)]


def test_a_refusal_ends_the_path_and_gives_the_connection_back_at_once() -> None:
    till = Till(hold(RESERVE, wait("1 s")), PAY, reserve_inventory=refuse)
    assert till.serve((1, 0), (2, 1)) == [(5.0, "1", SOLD_OUT), (10.0, "2", SOLD_OUT)]
    assert till.log == [(0.0, "reserve_inventory", 1), (5.0, "reserve_inventory", 2)]


def test_a_connection_is_kept_across_the_steps_of_its_hold_and_no_longer() -> None:
    till = Till(hold(CREATE, wait("90 ms")), PAY, pay_order=slow)
    # The second cart waits for the connection, not for the first one's payment.
    assert till.serve((1, 0), (2, 40)) == [(1100.0, "1", None), (1200.0, "2", None)]
    assert till.log == [
        (0.0, "create_order", 1), (100.0, "pay_order", 1), (100.0, "create_order", 2), (200.0, "pay_order", 2),
    ]  # fmt: skip


def test_who_waits_too_long_for_a_connection_gives_up_at_exactly_the_timeout() -> None:
    till = Till(hold(wait("5 s"), timeout="2 s"))
    assert till.serve((1, 0), (2, 1000), (3, 4000)) == [
        (3000.0, "2", UNAVAILABLE), (5000.0, "1", None), (10000.0, "3", None),
    ]  # fmt: skip


def test_a_connection_that_comes_at_the_very_timeout_is_never_lost() -> None:
    till = Till(hold(wait("2 s"), timeout="2 s"))
    timeline = till.serve((1, 0), (2, 0), (3, 3999), (4, 10_000))
    assert (2000.0, "1", None) in timeline
    # Whatever the second one was told, the fourth finds the connection free.
    assert timeline[-1] == (12_000.0, "4", None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9))
def test_a_pool_is_never_overdrawn_and_never_leaks(arrivals: list[int], size: int, service: int, patience: int) -> None:
    till = Till(hold(RESERVE, timeout=f"{patience} ms"), size=size, reserve_inventory=lambda _: pause(service))
    timeline = till.serve(*enumerate(sorted(arrivals)))
    assert len(timeline) == len(arrivals)
    arrived = dict(enumerate(sorted(arrivals)))
    begun = {order: at for at, _, order in till.log}
    for at, who, outcome in timeline:
        order = int(who)
        if outcome is None:
            assert at == begun[order] + service
            assert begun[order] - arrived[order] <= patience
        else:
            assert (outcome, at) == (UNAVAILABLE, arrived[order] + patience)
            assert order not in begun
    for at in begun.values():
        assert sum(start <= at < start + service for start in begun.values()) <= size


def pause(ms: int) -> Rule[Refusal | None]:
    yield Sleep(ms * MS)
    return None


@pytest.mark.parametrize("inside", [True, False], ids=["in a hold", "outside"])
def test_a_full_queue_makes_the_order_unavailable(inside: bool) -> None:
    steps = (hold(CREATE, wait("1 s")),) if inside else (CREATE, wait("1 s"))
    till = Till(*steps, size=5, limit=0)
    assert till.serve((1, 0), (2, 5)) == [(5.0, "2", UNAVAILABLE), (1010.0, "1", None)]


def test_a_full_station_on_the_way_makes_the_order_unavailable() -> None:
    till = Till(VISIT, CREATE, limit=0)
    assert till.serve((1, 0), (2, 3))[0] == (3.0, "2", UNAVAILABLE)
    assert [order for _, _, order in till.log] == [1]
