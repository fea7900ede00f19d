"""Assignment: one driver an order, one order a driver, whoever else wants them, in both worlds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from worlds import GEO, NEAREST, TERMS, World, assigned, employ, meanwhile, ordered

from swifteats_sim.domain import delivery, orders, shifts
from swifteats_sim.domain.assignment import NOBODY, STALE, Assigned, Unassigned, assign
from swifteats_sim.domain.effects import Name, Record
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS, OUTBOX, AssignmentRequest
from swifteats_sim.domain.states import DriverState, Impossible, OrderState

RECEIVED = OrderState.ORDER_RECEIVED


def requests(world: World, *numbers: int) -> list[AssignmentRequest]:
    return [world.perform(ordered(number)) for number in numbers]


def driver_of(outcome: Any) -> int | None:
    return outcome.driver if isinstance(outcome, Assigned) else None


def guards(world: World, *drivers: int) -> tuple[int | None, ...]:
    """The order that each driver has, by the guard; by his own record and by the order's it must be the same."""
    kept = world.records(*((ACTIVE, driver) for driver in drivers))
    known = world.records(*((DRIVERS, driver) for driver in drivers))
    has = tuple(record and record.fields["order"] for record in kept)
    assert tuple(record and record.fields["order"] for record in known) == has
    for driver, number in zip(drivers, has, strict=True):
        if number is not None:
            (order,) = world.records((ORDERS, number))
            assert order is not None
            assert order.fields["driver"] == driver
    return has


def test_the_best_driver_is_committed_and_all_that_is_known_of_him_told(world: World) -> None:
    employ(world, 4, 5)
    (request,) = requests(world, 7)
    # 100 m, 1.3 times as far on streets, at 25 km/h; the food is ready in 10 minutes.
    assert world.perform(assigned(request)) == Assigned(4, 19, 276, 10, 10, 0, 19, 9, 2)
    assert world.records((ORDERS, 7), (DRIVERS, 4), (ACTIVE, 4), (DRIVERS, 5)) == (
        Record(4, {"state": OrderState.ASSIGNED_DRIVER, "kitchen": RECEIVED, "driver": 4, "request": 1}),
        Record(3, {"state": DriverState.ORDER_ASSIGNED, "order": 7}),
        Record(1, {"order": 7}),
        Record(2, {"state": DriverState.AVAILABLE, "order": None}),
    )


def test_a_driver_who_is_off_shift_or_taken_or_far_away_is_no_candidate(world: World) -> None:
    employ(world, 4, 5, 6)
    first, second = requests(world, 7, 8)
    world.perform(shifts.log_off(4))
    world.stand(6, 6_000.0, 100)
    assert driver_of(world.perform(assigned(first))) == 5
    assert world.perform(assigned(second)) == NOBODY


def test_a_request_that_comes_twice_gets_one_driver(world: World) -> None:
    employ(world, 4, 5)
    (request,) = requests(world, 7)
    assert driver_of(world.perform(assigned(request))) == 4
    assert world.perform(assigned(request)) == STALE
    assert guards(world, 4, 5) == (7, None)


def test_a_request_that_comes_several_times_at_once_gets_one_driver(world: World) -> None:
    """The ways of losing differ from race to race; that exactly one wins does not."""
    employ(world, *range(1, 13))
    for number, request in zip(range(20, 28), requests(world, *range(20, 28)), strict=True):
        outcomes = world.together(*(assigned(request) for _ in range(3)))
        winners = [outcome.driver for outcome in outcomes if isinstance(outcome, Assigned)]
        assert len(winners) == 1
        assert {outcome.reason for outcome in outcomes if isinstance(outcome, Unassigned)} == {"stale"}
        assert guards(world, *range(1, 13)).count(number) == 1
        assert guards(world, *winners) == (number,)


def test_two_orders_that_want_one_driver_the_loser_takes_his_next(world: World) -> None:
    employ(world, 4, 5)
    first, second = requests(world, 7, 8)
    # Right before the commit of the first, which has found both drivers free, the second takes the nearer one.
    outcome = world.perform(meanwhile(assigned(first), 2, assigned(second)))
    assert (outcome.driver, outcome.losses) == (5, 1)
    assert guards(world, 4, 5) == (8, 7)


def test_two_drivers_for_one_order_only_one_gets_it(world: World) -> None:
    employ(world, 4, 5)
    (request,) = requests(world, 7)
    assert world.perform(meanwhile(assigned(request), 2, assigned(request._replace(excluded=(4,))))) == Unassigned(
        "stale", 1
    )
    assert guards(world, 4, 5) == (None, 7)


def test_who_loses_every_driver_he_ranks_is_contended(world: World) -> None:
    employ(world, 4, 5)
    first, second, third = requests(world, 7, 8, 10)
    both = meanwhile(assigned(second), 0, assigned(third))
    assert world.perform(meanwhile(assigned(first), 2, both)) == Unassigned("contended", 2)
    assert guards(world, 4, 5) == (10, 8)


def test_a_kitchen_that_moves_on_meanwhile_costs_a_try_and_not_the_driver(world: World) -> None:
    employ(world, 4, 5)
    (request,) = requests(world, 7)
    cooked = orders.mark_kitchen(7, OrderState.FOOD_PREPARING)
    outcome = world.perform(meanwhile(assigned(request), 2, cooked))
    assert (outcome.driver, outcome.losses) == (4, 1)
    assert guards(world, 4, 5) == (7, None)


@pytest.mark.parametrize("at", range(4))
def test_a_cancellation_at_any_moment_leaves_no_driver_with_a_closed_order(world: World, at: int) -> None:
    employ(world, 4)
    (request,) = requests(world, 7)
    outcome = world.perform(meanwhile(assigned(request), at, orders.close_order(7, OrderState.CANCELLED)))
    assert outcome == (STALE if at == 0 else Unassigned("stale", 1) if at < 3 else outcome)
    assert guards(world, 4) == ((None,) if at < 3 else (7,))


def test_ten_orders_at_once_for_three_drivers(world: World) -> None:
    employ(world, 1, 2, 3)
    asked = requests(world, *range(20, 30))
    outcomes = world.together(*(assigned(request) for request in asked))
    drivers = [driver_of(outcome) for outcome in outcomes]
    served = {driver: number for driver, number in zip(drivers, range(20, 30), strict=True) if driver is not None}
    assert sorted(driver for driver in drivers if driver is not None) == sorted(served)  # nobody twice
    assert guards(world, 1, 2, 3) == tuple(served.get(driver) for driver in (1, 2, 3))
    again = [world.perform(assigned(request)) for request in asked]
    assert Counter(driver_of(outcome) for outcome in outcomes + again)[None] == 20 - 3
    busy = guards(world, 1, 2, 3)
    assert len(set(busy)) == 3
    assert None not in busy


def declined(world: World, request: AssignmentRequest, driver: int) -> Any:
    return world.perform(delivery.turn_down(Held(request.order, driver), request, "outbox"))


def test_who_declines_is_not_asked_again_and_the_old_request_is_stale(world: World) -> None:
    employ(world, 4, 5)
    (first,) = requests(world, 7)
    world.perform(assigned(first))
    second = declined(world, first, 4)
    assert second == AssignmentRequest(7, GEO, 2, (4,))
    assert world.records((OUTBOX, (7, 2)), (ORDERS, 7), (DRIVERS, 4), (ACTIVE, 4)) == (
        Record(1, {"request": second}),
        Record(5, {"state": RECEIVED, "kitchen": RECEIVED, "driver": None, "request": 2}),
        Record(4, {"state": DriverState.AVAILABLE, "order": None}),
        None,
    )
    assert world.perform(assigned(first)) == STALE
    assert driver_of(world.perform(assigned(second))) == 5
    third = declined(world, second, 5)
    assert third == AssignmentRequest(7, GEO, 3, (4, 5))
    assert world.perform(assigned(third)) == NOBODY


def test_requests_that_come_in_the_wrong_order_get_one_driver(world: World) -> None:
    employ(world, 4, 5)
    (first,) = requests(world, 7)
    world.perform(assigned(first))
    second = declined(world, first, 4)
    outcomes = [world.perform(assigned(request)) for request in (second, first, second)]
    assert [driver_of(outcome) for outcome in outcomes] == [5, None, None]
    assert outcomes[1:] == [STALE, STALE]
    assert guards(world, 4, 5) == (None, 7)


def test_a_request_that_is_newer_than_its_order_is_an_error(world: World) -> None:
    employ(world, 4)
    (first,) = requests(world, 7)
    with pytest.raises(Impossible, match="stored before it is sent"):
        world.perform(assigned(first._replace(version=2)))


def test_a_decline_that_comes_twice_at_once_asks_once(world: World) -> None:
    employ(world, *range(1, 7))
    for number, request in zip(range(20, 26), requests(world, *range(20, 26)), strict=True):
        driver = world.perform(assigned(request)).driver
        down = [delivery.turn_down(Held(number, driver), request, "outbox") for _ in range(3)]
        outcomes = world.together(*down)
        again = request._replace(version=2, excluded=(driver,))
        assert sorted(map(str, outcomes)) == sorted([str(again), "IllegalMove", "IllegalMove"])
        assert guards(world, *range(1, 7)) == (None,) * 6
        assert world.records((OUTBOX, (number, 2)), (OUTBOX, (number, 3))) == (Record(1, {"request": again}), None)


def test_an_order_that_finds_nobody_ends_failed_once_and_frees_nobody(world: World) -> None:
    (request,) = requests(world, 7)
    assert [world.perform(assigned(request)) for _ in range(3)] == [NOBODY] * 3
    assert [world.perform(orders.close_unserved(request)) for _ in range(2)] == [True, False]
    employ(world, 4)
    assert world.perform(assigned(request)) == STALE
    assert guards(world, 4) == (None,)


def test_a_dead_letter_and_a_copy_that_finds_a_driver_at_once_agree(world: World) -> None:
    employ(world, *range(1, 9))
    for number, request in zip(range(20, 28), requests(world, *range(20, 28)), strict=True):
        outcome, closed = world.together(assigned(request), orders.close_unserved(request))
        assert closed is not isinstance(outcome, Assigned)
        assert (number in guards(world, *range(1, 9))) is not closed


def test_under_a_short_lock_one_wins_too(world: World) -> None:
    employ(world, 4)
    asked = requests(world, *range(20, 26))
    locked = TERMS._replace(commit="advisory_lock", tries=1)
    outcomes = world.together(*(assign(request, NEAREST, locked) for request in asked))
    assert sum(isinstance(outcome, Assigned) for outcome in outcomes) == 1


DRIVER: Name = (DRIVERS, 4)


def test_the_notes_check_then_set_gives_one_driver_to_two_orders(world: World) -> None:
    """The control (C14): both look, then both write, the second over the first."""
    employ(world, 4)
    first, second = requests(world, 7, 8)
    notes = TERMS._replace(commit="check_then_set")
    outcomes = [world.perform(meanwhile(assigned(first, notes), 3, assigned(second, notes)))]
    assert driver_of(outcomes[0]) == 4
    records = world.records((ORDERS, 7), (ORDERS, 8), DRIVER)
    assert [record and record.fields.get("driver") for record in records[:2]] == [4, 4]
    assert records[2] == Record(4, {"state": DriverState.ORDER_ASSIGNED, "order": 7})


def test_without_versions_one_order_gets_two_drivers(world: World) -> None:
    """The control (C24): the order keeps its version, so that both hold."""
    employ(world, 4, 5)
    (request,) = requests(world, 7)
    notes = TERMS._replace(commit="cas_unversioned")
    twice = meanwhile(assigned(request, notes), 2, assigned(request._replace(excluded=(4,)), notes))
    assert driver_of(world.perform(twice)) == 4
    kept = world.records((ACTIVE, 4), (ACTIVE, 5))
    assert kept == (Record(1, {"order": 7}), Record(1, {"order": 7}))
