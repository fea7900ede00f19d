"""The state machines of orders and drivers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import pytest

from swifteats_sim.domain.states import (
    CLOSED,
    DRIVER_MOVES,
    ORDER_MOVES,
    WAITING,
    DriverState,
    IllegalMove,
    OrderState,
    move_driver,
    move_order,
)

State = TypeVar("State", bound=StrEnum)


def reachable(start: State, moves: Mapping[State, frozenset[State]]) -> frozenset[State]:
    seen, ahead = {start}, [start]
    while ahead:
        new = moves[ahead.pop()] - seen
        seen |= new
        ahead += sorted(new, key=str)
    return frozenset(seen)


def test_an_order_has_the_eight_states_of_the_notes_and_two_more() -> None:
    assert [str(state) for state in OrderState] == [
        "new_order", "order_received", "food_preparing", "ready_pickup", "assigned_driver", "picked_up",
        "out_delivery", "delivered", "cancelled", "failed",
    ]  # fmt: skip


def test_every_order_state_is_reached_and_only_closed_ones_have_no_way_out() -> None:
    assert set(ORDER_MOVES) == set(OrderState)
    assert reachable(OrderState.NEW_ORDER, ORDER_MOVES) == set(OrderState)
    assert {state for state, ways in ORDER_MOVES.items() if not ways} == CLOSED


def test_every_order_can_be_closed_from_wherever_it_is() -> None:
    for state in OrderState:
        assert reachable(state, ORDER_MOVES) & CLOSED


def test_an_order_that_was_picked_up_can_only_be_delivered() -> None:
    for state in (OrderState.PICKED_UP, OrderState.OUT_DELIVERY):
        assert reachable(state, ORDER_MOVES) & CLOSED == {OrderState.DELIVERED}


def test_only_a_waiting_order_gets_a_driver_and_a_declined_one_waits_again() -> None:
    assert {state for state, ways in ORDER_MOVES.items() if OrderState.ASSIGNED_DRIVER in ways} == WAITING
    assert ORDER_MOVES[OrderState.ASSIGNED_DRIVER] >= WAITING


def test_every_driver_state_is_reached_and_leads_home() -> None:
    assert set(DRIVER_MOVES) == set(DriverState)
    for state in DriverState:
        assert reachable(state, DRIVER_MOVES) == set(DriverState)


def test_only_a_free_driver_is_assigned_or_leaves_and_only_one_without_food_is_freed_early() -> None:
    def into(goal: DriverState) -> set[DriverState]:
        return {state for state, ways in DRIVER_MOVES.items() if goal in ways}

    assert into(DriverState.ORDER_ASSIGNED) == {DriverState.AVAILABLE}
    assert into(DriverState.OFF_SHIFT) == {DriverState.AVAILABLE}
    assert not into(DriverState.AVAILABLE) & {DriverState.PICKED_UP, DriverState.ON_WAY_TO_CUSTOMER}


def test_legal_moves_are_made_and_all_others_raise() -> None:
    for current in OrderState:
        for to in OrderState:
            if to in ORDER_MOVES[current]:
                assert move_order(current, to) is to
            else:
                with pytest.raises(IllegalMove, match=f"an order cannot go from {current} to {to}"):
                    move_order(current, to)
    for now in DriverState:
        for then in DriverState:
            if then in DRIVER_MOVES[now]:
                assert move_driver(now, then) is then
            else:
                with pytest.raises(IllegalMove, match=f"a driver cannot go from {now} to {then}"):
                    move_driver(now, then)
