"""Clients with scripts: what they are sent, what is thrown to them, what is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from real_lives import GEO, OneRestaurant, cart_of

from swifteats_sim.domain import orders
from swifteats_sim.domain.effects import Read, Rule
from swifteats_sim.domain.messages import ORDERS
from swifteats_sim.domain.states import Impossible, OrderState
from swifteats_sim.live.client import Client, Terms, connected
from swifteats_sim.live.clients import Script, play, play_together
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.servers import Addresses

NOWHERE = "127.0.0.1:9"
"""Nobody publishes here."""


def state(order: int) -> Rule[Any]:
    (record,) = yield Read(((ORDERS, order),))
    return record and record.fields["state"]


@dataclass
class Closer:
    """Tries to be the one who closes an order; fails : raises what it does not catch."""

    number: int
    fails: bool = False
    terms, witness = Terms(OneRestaurant()), None

    def script(self, client: Client) -> Script:
        began = MONOTONIC()
        if self.fails and self.number == 3:
            raise LookupError("a script's own fault")
        closed = yield orders.close_order(7, OrderState.CANCELLED), GEO
        seen = yield state(7), GEO
        return self.number, closed, seen, began


def closer(number: int, fails: bool) -> Closer:
    return Closer(number, fails)


def test_all_clients_begin_at_once_and_are_told_of_in_order(postgres_dsn: str, redis_url: str) -> None:
    told = play_together(Addresses(postgres_dsn, redis_url, NOWHERE), partial(closer, fails=False), 2, 3)
    assert [number for number, *_ in told] == list(range(6))
    assert sorted(closed for _, closed, _, _ in told) == [False] * 5 + [True]
    assert {seen for _, _, seen, _ in told} == {OrderState.CANCELLED}
    began = [began for *_, began in told]
    assert max(began) - min(began) < 5_000_000_000


def test_what_a_script_does_not_catch_is_raised_here(postgres_dsn: str, redis_url: str) -> None:
    with pytest.raises(LookupError, match="a script's own fault"):
        play_together(Addresses(postgres_dsn, redis_url, NOWHERE), partial(closer, fails=True), 2, 2)


def test_what_is_impossible_is_raised_in_the_script(postgres_dsn: str, redis_url: str) -> None:
    def script() -> Script:
        for _ in range(2):
            try:
                yield orders.pay_order(cart_of(7), 1), GEO
            except Impossible as fault:
                told = str(fault)
        yield orders.create_order(cart_of(7)), GEO
        return told, (yield orders.pay_order(cart_of(7), 1), GEO), (yield state(7), GEO)

    with connected(Addresses(postgres_dsn, redis_url, NOWHERE), Terms(OneRestaurant())) as client:
        assert play(client, script()) == ("a record that must exist is missing", None, OrderState.ORDER_RECEIVED)
