"""The path of POST /orders on exact timelines: steps, ways and attempts in order, waits that end, refusals."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stack_bench import LONG, MS, SECOND, Bench, desk, fixed

from swifteats_sim.domain.effects import Insert, Rule, Sleep
from swifteats_sim.domain.messages import SOLD_OUT, UNAVAILABLE, Cart, Refusal
from swifteats_sim.engine.buckets import Buckets
from swifteats_sim.engine.entrance import Errand
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.holding import Acquire, GaveUp, Release
from swifteats_sim.engine.limiting import Addresses, Limit
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.resource import Ceiling, Holding, Resource
from swifteats_sim.engine.sources import Periodic
from swifteats_sim.engine.steps import Delay as Lapse
from swifteats_sim.engine.steps import End
from swifteats_sim.engine.streams import Stream
from swifteats_sim.scenario.steps import Branch, Delay, Hold, LimitBy, Parallel, Retry, RuleStep, Step, Visit
from swifteats_sim.stack.costs import Cost, cost
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.pool import Pool
from swifteats_sim.stack.requests import OrderPath
from swifteats_sim.stack.retries import Client, Tries, same_order

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
    """A bench with an order path over one pool; rules are given by name.

    patience : of visits, ms; again : the cart of a client's next try; dropped : (ms, order, answer) of the tries of
    whole orders that nobody hears, where their carts are others.
    """

    def __init__(
        self,
        *steps: Step,
        size: int = 1,
        limit: int | None = None,
        ceiling: Ceiling | None = None,
        limits: Mapping[str, Limit] | None = None,
        loop: Loop | None = None,
        patience: float | None = None,
        servers: int | None = None,
        again: Callable[[Cart, int], Cart] = lambda cart, tries: cart,
        **rules: Callable[[Cart], Rule[Any]],
    ) -> None:
        self.bench = Bench(desk(servers or (1 if limit is not None else 1000), limit), loop)
        self.pool = Pool(self.bench.clock, self.bench.loop, "db", size, Holding(0, LONG), ceiling)
        self.stream = self.bench.streams("flow.order")
        self.log: list[tuple[float, str, int]] = []

        def noted(name: str, rule: Callable[[Cart], Rule[Any]]) -> Callable[[Cart], Rule[Any]]:
            def started(cart: Cart) -> Rule[Any]:
                self.log.append((self.bench.clock.instant / MS, name, cart.order))
                return rule(cart)

            return started

        def cost_of(visit: Visit) -> Cost:
            waits = None if patience is None else (fixed(patience), self.stream)
            errand = Errand(self.bench.station, law_of(visit.service), self.stream, shared=False, patience=waits)
            return cost(self.bench.loop, errand)

        every: Mapping[str, Callable[[Cart], Rule[Any]]] = {"create_order": insert, "pay_order": insert} | rules
        named = {name: noted(name, rule) for name, rule in every.items()}
        pools, gates = {"db": self.pool}, {name: self.bench.loop.gate(each) for name, each in (limits or {}).items()}
        self.dropped: list[tuple[float, int, Refusal | None]] = []
        client = Client(Tries(again, lambda cart: None, self._drop, self._drop), same_order())
        self.path = OrderPath(steps, self.bench.runner, named, pools, gates, cost_of, self.stream, client)

    def _drop(self, cart: Cart, answer: Refusal | None) -> None:
        self.dropped.append((self.bench.clock.instant / MS, cart.order, answer))

    def serve(self, *carts: tuple[int, int]) -> list[tuple[float, str, Any]]:
        """Carts as (order, ms of arrival); the timeline of their answers."""
        for order, at in carts:
            self.bench.follow(at * MS, str(order), partial(self.path.serve, cart(order)))
        self.bench.run()
        assert (self.pool.resource.used, self.pool.resource.waiting_since()) == (0, []), "a connection leaked"
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


def test_an_order_that_waits_too_long_at_a_station_is_unavailable_when_its_patience_is_over() -> None:
    till = Till(VISIT, servers=1, patience=4)
    assert till.serve((1, 0), (2, 1), (3, 5)) == [(5.0, "2", UNAVAILABLE), (7.0, "1", None), (14.0, "3", None)]


def test_without_a_wait_a_busy_pool_refuses_at_once() -> None:
    till = Till(hold(wait("10 ms"), timeout="0 s"))
    assert till.serve((1, 0), (2, 4), (3, 11)) == [(4.0, "2", UNAVAILABLE), (10.0, "1", None), (21.0, "3", None)]


def test_a_pool_counts_who_held_who_waited_and_who_went_without() -> None:
    till = Till(hold(wait("10 ms"), timeout="15 ms"))
    assert till.serve((1, 0), (2, 2), (3, 4), (4, 40)) == [
        (10.0, "1", None), (19.0, "3", UNAVAILABLE), (20.0, "2", None), (50.0, "4", None),
    ]  # fmt: skip
    used = till.pool.resource.holding
    assert (used.takes, used.refused, used.most) == (3, 1, 1)
    assert (used.held / MS, used.wait / MS, used.queued / MS, used.max_wait / MS) == (30, 8, 8 + 15, 15)


def test_pools_of_one_database_hold_no_more_than_it_accepts_and_its_first_in_line_is_next() -> None:
    ceiling = Ceiling(2)
    till = Till(hold(wait("10 ms")), size=2, ceiling=ceiling)
    bench, other = till.bench, Pool(till.bench.clock, till.bench.loop, "other", 5, Holding(0, LONG), ceiling)

    def hold_other(ms: int) -> Any:
        assert (yield from other.take(LONG))
        yield bench.clock.sleep(ms * MS)
        other.give_back()

    bench.follow(0, "a", lambda: hold_other(30))
    bench.follow(2 * MS, "b", lambda: hold_other(10))
    # Both pools have idle places, but the database is full from 0 to 40 at least.
    assert till.serve((1, 0), (2, 1)) == [
        (10.0, "1", None), (20.0, "2", None), (30.0, "a", None), (30.0, "b", None),
    ]  # fmt: skip
    others, mine = other.resource, till.pool.resource
    assert (others.used, others.holding.most, mine.holding.most) == (0, 2, 1)


def test_who_waits_for_a_flow_costs_nothing_while_the_flow_is_busy() -> None:
    ceiling = Ceiling(1)
    flows = Resource("menus", 1, Holding(0, LONG), ceiling)
    holds = Flow(
        "menu",
        (Acquire(flows, None), GaveUp(flows), Lapse(fixed(900), Stream(1, 0, "a")), Release(flows), End()),
        (0, LONG),
    )
    busy = Flow("busy", (Lapse(fixed(1), Stream(1, 0, "b")), End()), (0, LONG))
    loop = Loop((holds, busy), {0: Periodic(LONG, array("q", [0])), 1: Periodic(MS, array("q", [0]))})
    loop.switch_on(0, 0, 0)
    loop.switch_on(1, 0, 0)
    till = Till(hold(wait("15 ms"), timeout="2 s"), ceiling=ceiling, loop=loop)
    # The connection is given back at 900 ms, and taken right after that instant, among 1,800 events of the other flow.
    ((done, name, refusal),) = till.serve((1, 5))
    assert (round(done, 3), name, refusal) == (915.0, "1", None)
    assert till.bench.clock.events() < 30


def test_an_order_s_pool_shares_the_database_with_that_of_a_flow() -> None:
    ceiling = Ceiling(1)
    flows = Resource("menus", 1, Holding(0, LONG), ceiling)
    steps = Acquire(flows, None), GaveUp(flows), Lapse(fixed(10), Stream(1, 0, "menu")), Release(flows), End()
    flow = Flow("menu", steps, (0, LONG), sampled=1)
    loop = Loop((flow,), {0: Periodic(20 * MS, array("q", [0]))})
    loop.switch_on(0, 0, 0)
    till = Till(hold(wait("15 ms"), timeout="0 s"), ceiling=ceiling, loop=loop)
    assert till.serve((1, 5), (2, 12)) == [(5.0, "1", UNAVAILABLE), (27.0, "2", None)]
    loop.advance(60 * MS)
    # The flow's second job, of 20, waits for the order's connection till 27.
    assert [(born / MS, done / MS) for _, born, done in flow.sample] == [(0.0, 10.0), (20.0, 37.0), (40.0, 50.0)]


def limited(name: str) -> LimitBy:
    return LimitBy.model_validate({"limit": name})


def test_an_order_without_a_token_is_refused_and_clients_behind_one_address_share_theirs() -> None:
    limits = {
        "client": Limit(Buckets(rate=1.0, burst=1), None),
        "address": Limit(Buckets(rate=1.0, burst=2), Addresses(1, Stream(1, 0, "limit"))),
    }
    till = Till(limited("client"), limited("address"), wait("1 ms"), limits=limits)
    # The third comes too early for the address, which has two tokens; the fourth after one has come back.
    assert till.serve((1, 0), (2, 1), (3, 3), (4, 1003)) == [
        (1.0, "1", None), (2.0, "2", None), (3.0, "3", UNAVAILABLE), (1004.0, "4", None),
    ]  # fmt: skip


def test_a_limit_knows_each_order_as_a_client_of_its_own() -> None:
    till = Till(limited("client"), limits={"client": Limit(Buckets(rate=1.0, burst=1), None)})
    assert [outcome for _, _, outcome in till.serve((1, 0), (2, 1), (1, 2))] == [None, None, UNAVAILABLE]


def branch(*ways: tuple[str, list[Step]]) -> Branch:
    return Branch.model_validate({"branch": [{"share": share, "steps": steps} for share, steps in ways]})


def test_a_branch_sends_each_order_one_way_by_a_draw_with_an_address() -> None:
    till = Till(branch(("25 %", [wait("1 ms")]), ("50 %", []), ("25 %", [VISIT, wait("2 ms")])))
    timeline = till.serve(*((order, 1000 * order) for order in range(400)))
    took = [round(at - 1000 * int(who)) for at, who, _ in timeline]
    drawn = [till.stream.uniform(order, 0, 0, 1) for order in range(400)]
    assert took == [1 if u < 0.25 else 0 if u < 0.75 else 9 for u in drawn]
    assert {took.count(ms) > 70 for ms in (0, 1, 9)} == {True}


def parallel(*sequences: list[Step]) -> Parallel:
    return Parallel.model_validate({"parallel": sequences})


def test_an_order_goes_on_when_all_parallel_sequences_are_done() -> None:
    till = Till(parallel([wait("3 ms"), VISIT], [wait("25 ms")], [CREATE]), PAY)
    assert till.serve((1, 0)) == [(35.0, "1", None)]
    assert till.log == [(0.0, "create_order", 1), (25.0, "pay_order", 1)]


def test_the_first_refusal_in_order_of_the_sequences_counts_once_all_are_done() -> None:
    till = Till(parallel([wait("30 ms")], [VISIT, RESERVE], [limited("none")]), PAY, reserve_inventory=refuse,
                limits={"none": Limit(Buckets(rate=1e-3, burst=1), None)})  # fmt: skip
    assert till.serve((1, 0), (1, 100)) == [(30.0, "1", SOLD_OUT), (130.0, "1", SOLD_OUT)]
    assert [name for _, name, _ in till.log] == ["reserve_inventory", "reserve_inventory"]


def test_parallel_sequences_hold_connections_of_their_own() -> None:
    till = Till(parallel([hold(wait("10 ms"))], [hold(wait("10 ms"))]))
    assert till.serve((1, 0)) == [(20.0, "1", None)]


def retry(*steps: Step, **terms: Any) -> Retry:
    return Retry.model_validate({"retry": terms, "steps": list(steps)})


def test_what_is_unavailable_is_tried_again_after_pauses_that_grow() -> None:
    till = Till(retry(hold(wait("1 s"), timeout="0 s"), attempts=4, backoff="10 ms", factor=3), PAY)
    # The second asks at 5, 15, 45 and 135 ms, and in vain each time; the third at 980, 990, 1020.
    assert till.serve((1, 0), (2, 5), (3, 980)) == [
        (135.0, "2", UNAVAILABLE), (1010.0, "1", None), (2030.0, "3", None),
    ]  # fmt: skip


def test_a_rule_s_refusal_is_an_answer_and_not_tried_again() -> None:
    till = Till(retry(RESERVE, attempts=5), reserve_inventory=refuse)
    assert till.serve((1, 0)) == [(5.0, "1", SOLD_OUT)]


def test_backoffs_are_drawn_by_order_and_attempt() -> None:
    till = Till(retry(hold(wait("1 ms"), timeout="0 s"), attempts=3, backoff="100 ms", jitter="50 %"))
    assert till.pool.resource.is_free()
    list(till.pool.take(0))
    till.bench.do(LONG // 2, till.pool.give_back)
    timeline = till.serve((1, 0), (2, 0))
    first, second = (
        [round(100 * MS * 2 ** (tries - 1) * (1 - 0.5 * till.stream.uniform(order, 0, tries, 1))) for tries in (1, 2)]
        for order in (1, 2)
    )
    assert sorted(timeline) == sorted([(sum(first) / MS, "1", UNAVAILABLE), (sum(second) / MS, "2", UNAVAILABLE)])
    assert first != second


def test_a_client_that_times_out_tries_again_while_its_first_attempt_runs_on() -> None:
    till = Till(retry(hold(CREATE), timeout="8 ms", attempts=3, backoff="4 ms"), size=2)
    # Each attempt takes 10 ms, too long for the client, and holds its connection to the end.
    assert till.serve((1, 0)) == [(8 + 4 + 8 + 8 + 8, "1", UNAVAILABLE)]
    assert till.log == [(at, "create_order", 1) for at in (0.0, 12.0, 28.0)]
    assert till.pool.resource.holding.held == 30 * MS


@pytest.mark.parametrize(("timeout", "answer"), [("10 ms", UNAVAILABLE), ("11 ms", None)])
def test_an_answer_at_the_very_instant_of_the_timeout_is_too_late(timeout: str, answer: Refusal | None) -> None:
    till = Till(retry(CREATE, timeout=timeout, attempts=1))
    assert till.serve((1, 0)) == [(10.0, "1", answer)]


def of_its_own(cart: Cart, tries: int) -> Cart:
    """A client's second try names another order (C33)."""
    return cart._replace(order=cart.order + 100 * (tries - 1))


def test_each_try_may_be_an_order_of_its_own_and_the_one_that_is_answered_goes_on() -> None:
    def slow_at_first(cart: Cart) -> Rule[None]:
        yield Sleep((10 if cart.order == 1 else 2) * MS)

    till = Till(
        retry(CREATE, timeout="8 ms", attempts=3, backoff="4 ms"), PAY, again=of_its_own, create_order=slow_at_first
    )
    assert till.serve((1, 0)) == [(24.0, "1", None)]
    assert till.log == [(0.0, "create_order", 1), (12.0, "create_order", 101), (14.0, "pay_order", 101)]
    assert till.dropped == [(10.0, 1, None)]


def test_a_try_that_is_refused_and_tried_again_is_dropped_at_once() -> None:
    till = Till(retry(hold(CREATE, timeout="0 s"), attempts=2, backoff="5 ms"), PAY, again=of_its_own)
    list(till.pool.take(0))
    till.bench.do(3 * MS, till.pool.give_back)
    assert till.serve((1, 0)) == [(25.0, "1", None)]
    assert till.dropped == [(0.0, 1, UNAVAILABLE)]
    assert [order for _, _, order in till.log] == [101, 101]


def test_trying_a_part_of_an_order_s_way_again_makes_no_other_order() -> None:
    till = Till(CREATE, retry(PAY, timeout="8 ms", attempts=2, backoff="4 ms"), again=of_its_own)
    assert till.serve((1, 0)) == [(10 + 8 + 4 + 8, "1", UNAVAILABLE)]
    assert ([order for _, _, order in till.log], till.dropped) == ([1, 1, 1], [])


def test_a_budget_allows_so_many_retries_and_no_more() -> None:
    till = Till(retry(hold(wait("1 ms"), timeout="0 s"), attempts=9, backoff="1 ms", factor=1, budget="50 %"))
    list(till.pool.take(0))
    till.bench.do(LONG // 2, till.pool.give_back)
    # Each order earns half a retry: the second and the fourth spend one.
    assert till.serve(*((order, 100 * order) for order in range(4))) == [
        (0.0, "0", UNAVAILABLE), (101.0, "1", UNAVAILABLE), (200.0, "2", UNAVAILABLE), (301.0, "3", UNAVAILABLE),
    ]  # fmt: skip


DRAWN = "exponential(10 ms)"


def instants(*steps: Step) -> dict[str, float]:
    """When each rule of one order begins, less the one before: so long did what stands between them take."""
    till = Till(*steps, size=5, create_order=nothing, pay_order=nothing)
    till.serve((7, 0))
    return {name: at for at, name, _ in till.log} | {"end": till.bench.timeline()[-1][0]}


def nothing(cart: Cart) -> Rule[Refusal | None]:
    yield Sleep(0)
    return None


def test_a_step_more_in_one_hold_moves_no_draw_of_another() -> None:
    def path(*more: Step) -> tuple[Step, ...]:
        return hold(wait(DRAWN), *more), CREATE, parallel([hold(wait(DRAWN))], [wait("1 ms")]), PAY, wait(DRAWN)

    short, long = instants(*path()), instants(*path(wait("3 ms"), VISIT))
    assert {name: round(long[name] - at, 6) for name, at in short.items()} == {
        "create_order": 10.0, "pay_order": 10.0, "end": 10.0,
    }  # fmt: skip


class Noted(Stream):
    """A stream that notes the addresses of its numbers."""

    def __init__(self) -> None:
        super().__init__(1, 0, "noted")
        self.addresses: list[tuple[int, int, int, int]] = []

    def uniform(self, entity: int, index: int = 0, step: int = 0, attempt: int = 0) -> float:
        self.addresses.append((entity, index, step, attempt))
        return super().uniform(entity, index, step, attempt)


def never(visit: Visit) -> Cost:
    raise AssertionError(visit)


def test_every_draw_of_an_order_has_an_address_of_its_own_however_deep_the_steps_are_nested() -> None:
    steps: list[Step] = [branch(("100 %", []))]
    for _ in range(4):
        steps = [parallel([branch(("100 %", steps))], [hold(*steps)], [retry(*steps, limited("shut"))], steps)]
    till, noted = Till(PAY), Noted()
    shut = Limit(Buckets(rate=1e-3, burst=1), None)
    pools = {"db": Pool(till.bench.clock, till.bench.loop, "db", 10_000, Holding(0, LONG))}
    path = OrderPath(tuple(steps), till.bench.runner, {}, pools, {"shut": till.bench.loop.gate(shut)}, never, noted)
    till.bench.follow(0, "order", lambda: path.serve(cart(7)))
    till.bench.run()
    assert len(noted.addresses) > 1000
    assert len(set(noted.addresses)) == len(noted.addresses)
    assert max(max(address) for address in noted.addresses) < 2**63
