"""A client that tries again while its first try still runs: one order all the same, or else two (C33)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import CITY, FIXED, run

from swifteats_sim.results import Tables, measure

MS = 1_000_000
SLOW = ("read", "compare_and_set", "insert", "transaction", "call_payment")


def trying(attempts: int, timeout_ms: int, backoff_ms: int = 20) -> str:
    """The whole way of the order is tried again."""
    terms = f"{{attempts: {attempts}, timeout: {timeout_ms} ms, backoff: {backoff_ms} ms}}"
    pool = "connections" if attempts < 10 else "orders-db"
    held = f"{{hold: {{pool: {pool}}}, steps: [{{rule: reserve_inventory}}, {{rule: create_order}}]}}"
    return f"stack.flows.order=[{{retry: {terms}, steps: [{held}, {{rule: pay_order}}, {{rule: request_assignment}}]}}]"


def story(*settings: str) -> Tables:
    """One hour, one restaurant, one driver; an effect takes some ms."""
    return run(*settings, "duration=100 min", text=FIXED)


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(*[st.sampled_from([1, 7, 40, 300]) for _ in SLOW]), st.integers(1, 4),
    st.sampled_from([60, 150, 400, 900]), st.sampled_from([1, 50, 400]),
    st.sampled_from(["outbox", "awaited", "fire_and_forget"]),
)  # fmt: skip
def test_however_slow_the_services_an_order_is_made_paid_cooked_and_asked_for_once(
    times: tuple[int, ...], attempts: int, timeout: int, backoff: int, publish: str
) -> None:
    slow = [f"stack.effects.{kind}.service={ms} ms" for kind, ms in zip(SLOW, times, strict=True)]
    tables = story(trying(attempts, timeout, backoff), f"ordering.publish={publish}", *slow)
    orders = tables.orders
    taken = orders[orders["paid"] >= 0]
    assert (orders["twin_of"] < 0).all()
    assert tables.kitchens["orders"].sum() <= len(taken)
    assert tables.topics.set_index("topic")["messages"]["assignment"] <= len(taken)
    assert not tables.offers.duplicated("order").any()
    assert (tables.counts["oversold"], tables.counts["leaked"], tables.counts["stranded"]) == (0, 0, 0)
    assert set(orders["reason"]) == {""}, "every order goes on, whatever its client has heard"
    assert (orders["answered"] >= 0).all()
    assert (orders["paid"] >= 0).all()


def test_a_later_try_that_is_answered_is_the_same_order() -> None:
    """A transaction takes 300 ms, and the client waits for 400."""
    tables = story(trying(3, 400), "stack.effects.transaction.service=300 ms")
    order = tables.orders.iloc[0]
    # The first try reads 1, reserves 300, creates 4, pays 100: the client is gone, and it is paid 3 ms later. The
    # second, of 420, waits until the request of the first is stored, and is late too. The third, of 860, finds all that
    # is done: 1 and 1 for the reservation, which it looks for at the primary too, 4 for the order, 100 for the gateway,
    # which knows the payment, and 1 and 1.
    assert (order["paid"] - order["placed"]) / MS == 1 + 300 + 4 + 100 + 1 + 2
    assert (order["answered"] - order["placed"]) / MS == 860 + 1 + 1 + 4 + 100 + 1 + 1
    assert order["state"] == "delivered"
    assert tables.kitchens["orders"].sum() == len(tables.orders)


POLLING = "stack.flows.polling={clients: watchers, every: 10 s, steps: [{at: server, service: 1 ms}]}"
"""Whoever follows an order asks where it is every 10 s."""


@pytest.mark.parametrize("creation", ["idempotent", "repeated"])
def test_an_order_whose_client_gave_up_goes_on_and_is_followed_once_the_server_has_it(creation: str) -> None:
    slow = "stack.effects.call_payment.service=30 s"
    tables = story(trying(1, 100), slow, f"ordering.creation={creation}", POLLING)
    orders = tables.orders
    assert ((orders["answered"] - orders["placed"]) / MS == 100).all()
    # It reads 1, reserves 8, creates 4, pays 30,000, is marked received by 1 and 2; 1 and 8 more store its request.
    assert ((orders["paid"] - orders["placed"]) / MS == 1 + 8 + 4 + 30_000 + 1 + 2).all()
    assert orders["state"][0] == "delivered"
    assert set(orders["reason"]) == {""}
    followed = orders["closed"].where(orders["closed"] >= 0, tables.end) - (orders["paid"] + 9 * MS)
    polls = tables.flows["polling"].born
    assert abs(polls - followed.sum() / (10_000 * MS)) <= len(orders)


@pytest.mark.parametrize("creation", ["idempotent", "repeated"])
def test_an_order_fails_when_its_last_try_that_runs_on_is_refused(creation: str) -> None:
    settings = ("stack.effects.call_payment.service=30 s", "ordering.payment_success=0 %")
    tables = story(trying(2, 100), *settings, f"ordering.creation={creation}")
    orders = tables.orders
    assert set(orders["reason"]) == {"unpaid"}
    assert (orders["paid"] < 0).all()
    # Two payments of 30 s each; the tries of one order end one after the other, 120 ms apart.
    assert (orders["closed"] - orders["placed"] > 60_000 * MS).all()
    assert tables.counts["leaked"] == 0
    assert (tables.kitchens["orders"] == 0).all()


def test_one_try_may_be_refused_while_another_of_the_same_order_goes_on() -> None:
    """One connection: the first try holds it while it pays, so that the second is refused one."""
    held = "{hold: {pool: connections, timeout: 10 ms}, steps: [{rule: reserve_inventory}, {rule: create_order}, "
    retry = "{retry: {attempts: 2, timeout: 100 ms, backoff: 20 ms}, steps: [" + held
    flow = f"stack.flows.order=[{retry}{{rule: pay_order}}, {{rule: request_assignment}}]}}]}}]"
    tables = story(flow, "stack.pools.connections.size=1", "stack.effects.call_payment.service=5 s")
    orders = tables.orders
    assert ((orders["answered"] - orders["placed"]) / MS == 100 + 20 + 10).all()
    assert (orders["paid"] - orders["placed"] > 5_000 * MS).all()
    assert set(orders["state"]) <= {"delivered", "food_preparing", "ready_pickup", "assigned_driver", "out_delivery"}
    assert tables.pools.set_index("pool")["refused"]["connections"] == len(orders)


@pytest.mark.parametrize("publish", ["outbox", "awaited", "fire_and_forget"])
def test_whoever_has_paid_gets_the_meal_though_the_way_to_the_request_is_shut(publish: str) -> None:
    held = "{hold: {pool: connections}, steps: [{rule: reserve_inventory}, {rule: create_order}]}"
    flow = f"stack.flows.order=[{held}, {{rule: pay_order}}, {{limit: shut}}, {{rule: request_assignment}}]"
    tables = story("stack.limits.shut={rate: 1/day, burst: 1, per: address, addresses: 1}", flow,
                   "demand.orders.rate=4/h", "city.geos.centre.drivers=20", f"ordering.publish={publish}")  # fmt: skip
    orders = tables.orders
    assert len(orders) > 3
    assert (orders["paid"] >= 0).all()
    assert set(orders["reason"]) == {""}
    assert tables.topics.set_index("topic")["messages"]["assignment"] == len(orders)
    assert (orders["delivered"] >= 0).sum() > 1
    assert tables.counts["stranded"] == 0


def test_without_a_key_every_try_is_an_order_and_all_that_are_paid_are_cooked() -> None:
    law = "uniform(20 ms, 200 ms)"
    tables = story(trying(9, 100), f"stack.effects.call_payment.service={law}", "ordering.creation=repeated")
    orders = tables.orders
    click = orders["twin_of"].where(orders["twin_of"] >= 0, orders["order"])
    taken = orders["paid"] >= 0
    assert taken.groupby(click).sum().max() >= 2
    confirmed = taken & (orders["paid"] < tables.end - 60_000 * MS)
    assert (orders["accepted"][confirmed] >= 0).all()
    assert measure(tables)["orders.duplicated.count"] == (orders["twin_of"] >= 0).sum()
    # A first try that times out at 100 ms is followed 20 ms later.
    second = orders[orders["twin_of"] >= 0].drop_duplicates("twin_of")
    first = orders.set_index("order")["placed"][second["twin_of"]]
    assert (second["placed"].to_numpy() - first.to_numpy() == 120 * MS).all()


@pytest.mark.parametrize("creation", ["idempotent", "repeated"])
def test_in_a_busy_city_nothing_is_lost_by_second_tries(creation: str) -> None:
    busy = (
        "demand.orders.rate=6/min",
        "city.geos.centre.drivers=60",
        "stack.effects.insert.service=uniform(10 ms, 600 ms)",
    )
    tables = run(trying(10, 300), *busy, f"ordering.creation={creation}", "duration=40 min", text=CITY)
    twins = tables.orders["twin_of"] >= 0
    assert twins.any() == (creation == "repeated")
    assert (tables.counts["oversold"], tables.counts["leaked"], tables.counts["stranded"]) == (0, 0, 0)
    assert tables.counts["double_assignments"] == 0
    taken = tables.orders["paid"] >= 0
    assert not (tables.orders["reason"][taken] == "unavailable").any(), "whoever has paid gets the meal"
    assert (tables.orders["answered"] >= 0).mean() > 0.99
    first = tables.orders.set_index("order")["placed"]
    placed = tables.orders[twins]
    assert (placed["placed"].to_numpy() > first[placed["twin_of"]].to_numpy()).all()
    assert not tables.orders["order"].duplicated().any()


def test_a_last_try_that_is_answered_after_its_client_has_gone_is_not_answered_twice() -> None:
    """Each click has two tries; half of them time out, and every one is answered in the end."""
    law = "stack.effects.insert.service=uniform(10 ms, 600 ms)"
    tables = run(
        trying(2, 300).replace("connections", "orders-db"),
        law,
        "demand.orders.rate=6/min",
        "ordering.creation=repeated",
        "duration=30 min",
        text=CITY,
    )
    assert (tables.series["unanswered_orders"] >= 0).all()
    last = tables.orders[(tables.orders["twin_of"] >= 0) & (tables.orders["answered"] < tables.orders["paid"])]
    assert len(last) > 20
    assert (last["answered"] - last["placed"] == 300 * MS).all()
    assert (last["reason"] != "unavailable").all()


def test_a_broker_that_is_away_costs_who_does_not_wait_for_it() -> None:
    """Fire and forget: the order is taken, paid and cooked, and nobody asks for its driver (C31)."""
    away = ("demand.orders.rate=6/min", "stack.topics.assignment.leader_losses=[{at: 10 min, for: 5 min}]",
            "duration=30 min", "city.customers.patience=5 h", "city.geos.centre.drivers=60")  # fmt: skip
    lost = {how: run(*away, f"ordering.publish={how}").counts for how in ("outbox", "awaited", "fire_and_forget")}
    assert [lost[how]["lost_requests"] for how in ("outbox", "awaited")] == [0, 0]
    assert [lost[how]["stranded"] for how in ("outbox", "awaited")] == [0, 0]
    assert lost["fire_and_forget"]["lost_requests"] >= 15
    assert 0 < lost["fire_and_forget"]["stranded"] <= lost["fire_and_forget"]["lost_requests"]
