"""What a driver's app reports, effect by effect."""

from __future__ import annotations

from typing import Any

import pytest
from domain_play import driver_record, order_record, play

from swifteats_sim.domain.delivery import advance, drop_off, free_driver, report, turn_down, unlock
from swifteats_sim.domain.effects import (
    COMMITTED,
    CompareAndSet,
    Delete,
    Effect,
    Insert,
    Read,
    Record,
    Rule,
    Transaction,
    Write,
)
from swifteats_sim.domain.held import Held, Terms
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.shifts import log_off, log_on
from swifteats_sim.domain.states import CLOSED, DriverState, IllegalMove, Impossible, OrderState

S, D = OrderState, DriverState
HELD = Held(order=7, driver=9)
READ_DRIVER = Read((("drivers", 9),))
READ_BOTH = Read((("orders", 7), ("drivers", 9)))
READ_HELD = Read((("orders", 7), ("drivers", 9), ("active_assignments", 9)))
NEWEST_DRIVER, NEWEST_BOTH, NEWEST_HELD = (read._replace(newest=True) for read in (READ_DRIVER, READ_BOTH, READ_HELD))
ACTIVE = Record(4, {"order": 7})
RELEASE = (
    CompareAndSet("drivers", 9, 30, {"state": D.AVAILABLE, "order": None}),
    Delete("active_assignments", 9, 4),
)
"""What frees driver 9 of version 30 from an assignment of version 4."""


def driver(state: DriverState, version: int = 30) -> Record:
    return driver_record(version, state, order=7)


def test_a_driver_reports_and_insists_after_a_conflict() -> None:
    played = play(
        report(HELD, D.AT_RESTAURANT),
        (driver(D.ON_WAY_TO_RESTAURANT),), False,
        (driver(D.ON_WAY_TO_RESTAURANT, 31),), True,
    )  # fmt: skip
    assert played.effects == [
        READ_DRIVER, CompareAndSet("drivers", 9, 30, {"state": D.AT_RESTAURANT}),
        READ_DRIVER, CompareAndSet("drivers", 9, 31, {"state": D.AT_RESTAURANT}),
    ]  # fmt: skip


def test_a_driver_cannot_be_at_the_restaurant_before_going_there() -> None:
    rule, available = report(HELD, D.AT_RESTAURANT), (driver(D.AVAILABLE),)
    assert (next(rule), rule.send(available)) == (READ_DRIVER, NEWEST_DRIVER)
    with pytest.raises(IllegalMove, match="a driver cannot go from available to at_restaurant"):
        rule.send(available)


def test_a_driver_who_is_shown_an_old_state_asks_the_primary() -> None:
    assigned, on_way = (driver(D.ORDER_ASSIGNED, 30),), (driver(D.ON_WAY_TO_RESTAURANT, 31),)
    played = play(report(HELD, D.AT_RESTAURANT), assigned, on_way, True)
    assert played.effects == [READ_DRIVER, NEWEST_DRIVER, CompareAndSet("drivers", 9, 31, {"state": D.AT_RESTAURANT})]


def test_a_driver_who_is_not_shown_yet_asks_the_primary() -> None:
    played = play(log_on(9), (None,), (driver(D.OFF_SHIFT, 1),), True)
    assert played.effects == [READ_DRIVER, NEWEST_DRIVER, CompareAndSet("drivers", 9, 1, {"state": D.AVAILABLE})]


def test_a_driver_whom_even_the_primary_does_not_know_is_an_error() -> None:
    with pytest.raises(Impossible, match="a record that must exist is missing"):
        play(log_on(9), (None,), (None,))


def test_a_free_driver_logs_off() -> None:
    played = play(log_off(9), (driver(D.AVAILABLE),), True)
    assert played == ([NEWEST_DRIVER, CompareAndSet("drivers", 9, 30, {"state": D.OFF_SHIFT})], True)


def test_a_driver_who_gets_an_order_while_logging_off_stays() -> None:
    played = play(log_off(9), (driver(D.AVAILABLE),), False, (driver(D.ORDER_ASSIGNED, 31),))
    assert played == ([NEWEST_DRIVER, CompareAndSet("drivers", 9, 30, {"state": D.OFF_SHIFT}), NEWEST_DRIVER], False)


def picked_up(order_version: int, driver_version: int) -> Transaction:
    return Transaction(
        (
            CompareAndSet("orders", 7, order_version, {"state": S.PICKED_UP}),
            CompareAndSet("drivers", 9, driver_version, {"state": D.PICKED_UP}),
        )
    )


def test_order_and_driver_move_together_at_the_pick_up() -> None:
    records = order_record(5, S.ASSIGNED_DRIVER), driver(D.AT_RESTAURANT)
    played = play(advance(HELD, S.PICKED_UP, D.PICKED_UP), records, COMMITTED)
    assert played == ([READ_BOTH, picked_up(5, 30)], True)


def test_a_conflict_at_the_pick_up_reads_both_again() -> None:
    first = order_record(5, S.ASSIGNED_DRIVER), driver(D.AT_RESTAURANT)
    second = order_record(6, S.ASSIGNED_DRIVER), driver(D.AT_RESTAURANT)
    played = play(advance(HELD, S.PICKED_UP, D.PICKED_UP), first, 0, second, COMMITTED)
    assert played == ([READ_BOTH, picked_up(5, 30), READ_BOTH, picked_up(6, 30)], True)


def test_who_departs_before_the_replica_knows_of_the_pick_up_asks_the_primary() -> None:
    before = order_record(5, S.ASSIGNED_DRIVER), driver(D.AT_RESTAURANT)
    after = order_record(6, S.PICKED_UP), driver(D.PICKED_UP, 31)
    played = play(advance(HELD, S.OUT_DELIVERY, D.ON_WAY_TO_CUSTOMER), before, after, COMMITTED)
    departed = Transaction(
        (
            CompareAndSet("orders", 7, 6, {"state": S.OUT_DELIVERY}),
            CompareAndSet("drivers", 9, 31, {"state": D.ON_WAY_TO_CUSTOMER}),
        )
    )
    assert played == ([READ_BOTH, NEWEST_BOTH, departed], True)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_food_of_a_closed_order_is_not_picked_up(state: OrderState) -> None:
    records = order_record(5, state), driver(D.AT_RESTAURANT)
    assert play(advance(HELD, S.PICKED_UP, D.PICKED_UP), records) == ([READ_BOTH], False)


def test_the_driver_is_free_in_the_very_transaction_of_the_drop_off() -> None:
    records = order_record(8, S.OUT_DELIVERY), driver(D.REACHED_DESTINATION), ACTIVE
    played = play(drop_off(HELD), records, COMMITTED)
    delivered = CompareAndSet("orders", 7, 8, {"state": S.DELIVERED})
    assert played == ([READ_HELD, Transaction((delivered, *RELEASE))], None)


def test_a_drop_off_insists_after_a_conflict() -> None:
    records = order_record(8, S.OUT_DELIVERY), driver(D.REACHED_DESTINATION), ACTIVE
    played = play(drop_off(HELD), records, 1, records, COMMITTED)
    assert played.effects == [played.effects[0], played.effects[1]] * 2


def test_an_order_cannot_be_delivered_on_the_way_to_the_restaurant() -> None:
    records = order_record(8, S.ASSIGNED_DRIVER), driver(D.ON_WAY_TO_RESTAURANT), ACTIVE
    with pytest.raises(IllegalMove, match="an order cannot go from assigned_driver to delivered"):
        play(drop_off(HELD), records, records)


@pytest.mark.parametrize("missing", range(3), ids=["order", "driver", "assignment"])
def test_what_a_drop_off_is_not_shown_yet_it_asks_the_primary_for(missing: int) -> None:
    held = order_record(8, S.OUT_DELIVERY), driver(D.REACHED_DESTINATION), ACTIVE
    shown = tuple(None if place == missing else record for place, record in enumerate(held))
    played = play(drop_off(HELD), shown, held, COMMITTED)
    assert played.effects == [READ_HELD, NEWEST_HELD, play(drop_off(HELD), held, COMMITTED).effects[-1]]
    with pytest.raises(Impossible, match="missing"):
        play(drop_off(HELD), shown, shown)


@pytest.mark.parametrize("state", [D.ORDER_ASSIGNED, D.ON_WAY_TO_RESTAURANT, D.AT_RESTAURANT])
def test_a_driver_whose_order_was_closed_is_freed_and_the_order_untouched(state: DriverState) -> None:
    records = order_record(8, S.CANCELLED), driver(state), ACTIVE
    assert play(free_driver(HELD), records, COMMITTED) == ([READ_HELD, Transaction(RELEASE)], None)


def test_who_is_freed_before_the_replica_knows_of_the_assignment_asks_the_primary() -> None:
    before = order_record(7, S.READY_PICKUP), driver(D.AVAILABLE, 29), None
    now = order_record(8, S.CANCELLED), driver(D.ORDER_ASSIGNED), ACTIVE
    assert play(free_driver(HELD), before, now, COMMITTED) == ([READ_HELD, NEWEST_HELD, Transaction(RELEASE)], None)


def test_who_declines_before_the_replica_knows_of_the_assignment_asks_the_primary() -> None:
    before = order_record(5, S.READY_PICKUP, S.READY_PICKUP), driver(D.AVAILABLE, 29), None
    now = order_record(6, S.ASSIGNED_DRIVER, S.READY_PICKUP, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(HELD, AssignmentRequest(7, 1, version=1), "awaited"), before, now, COMMITTED)
    back = CompareAndSet("orders", 7, 6, {"state": S.READY_PICKUP, "driver": None, "request": 2})
    assert played.effects == [READ_HELD, NEWEST_HELD, Transaction((back, *RELEASE))]


def test_a_declined_order_shows_its_kitchen_again_and_asks_once_more_without_the_driver() -> None:
    request = AssignmentRequest(7, 1, version=2, excluded=(3,))
    records = order_record(6, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, 9, 2), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(HELD, request, "awaited"), records, COMMITTED)
    back = CompareAndSet("orders", 7, 6, {"state": S.FOOD_PREPARING, "driver": None, "request": 3})
    again = AssignmentRequest(7, 1, version=3, excluded=(3, 9))
    assert played == ([READ_HELD, Transaction((back, *RELEASE))], again)


def test_with_an_outbox_the_next_request_is_stored_in_the_very_transaction_that_frees_the_order() -> None:
    records = order_record(6, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(HELD, AssignmentRequest(7, 1, version=1), "outbox"), records, COMMITTED)
    back = CompareAndSet("orders", 7, 6, {"state": S.FOOD_PREPARING, "driver": None, "request": 2})
    again = AssignmentRequest(7, 1, version=2, excluded=(9,))
    row = Insert("outbox", (7, 2), {"request": again})
    assert played == ([READ_HELD, Transaction((back, *RELEASE, row))], again)


def test_an_order_that_asks_no_more_leaves_no_row_in_the_outbox() -> None:
    closed = order_record(7, S.CANCELLED, S.FOOD_PREPARING, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(HELD, AssignmentRequest(7, 1, version=1), "outbox"), closed, COMMITTED)
    assert played == ([READ_HELD, Transaction(RELEASE)], None)


def test_a_request_that_a_rival_has_stored_already_is_not_stored_twice() -> None:
    records = order_record(6, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(SHARED, AssignmentRequest(7, 1, version=1), "outbox"), records, 3, records, COMMITTED)
    with_row, without = written(played.effects[1]), written(played.effects[3])
    assert [write.table for write in with_row] == ["orders", "drivers", "active_assignments", "outbox"]
    assert without == with_row[:3]
    assert played.result.version == 2


def test_a_declined_order_closed_meanwhile_asks_no_more_but_frees_its_driver() -> None:
    request = AssignmentRequest(7, 1, version=1)
    assigned = order_record(6, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    closed = order_record(7, S.CANCELLED, S.FOOD_PREPARING, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(HELD, request, "awaited"), assigned, 0, closed, COMMITTED)
    back = CompareAndSet("orders", 7, 6, {"state": S.FOOD_PREPARING, "driver": None, "request": 2})
    assert played.effects == [READ_HELD, Transaction((back, *RELEASE)), READ_HELD, Transaction(RELEASE)]
    assert played.result is None


SHARED = Held(order=7, driver=9, terms=Terms(exclusive=False))
TIMED = Held(order=7, driver=9, terms=Terms(exclusive=False, timed=True))
OTHER = driver_record(30, D.ON_WAY_TO_RESTAURANT, order=8)
"""Driver 9 as the database has him once another order has been committed to him too."""


def written(effect: Effect) -> tuple[Write, ...]:
    assert isinstance(effect, Transaction)
    return effect.writes


def test_a_report_about_another_order_than_the_record_s_leaves_the_driver_alone() -> None:
    assert play(report(SHARED, D.AT_RESTAURANT), (OTHER,)) == ([NEWEST_DRIVER], None)


def test_where_records_are_written_over_a_report_is_believed_whatever_stood_there() -> None:
    played = play(report(SHARED, D.AT_RESTAURANT), (driver(D.AVAILABLE),), True)
    assert played.effects == [NEWEST_DRIVER, CompareAndSet("drivers", 9, 30, {"state": D.AT_RESTAURANT})]


def test_a_rival_is_sent_away_at_the_restaurant_but_not_on_the_trip() -> None:
    """Two drivers were committed to one order; the last one's name stands in it (C24)."""
    records = order_record(5, S.ASSIGNED_DRIVER, driver=10), driver(D.AT_RESTAURANT)
    assert play(advance(SHARED, S.PICKED_UP, D.PICKED_UP), records) == ([NEWEST_BOTH], False)
    played = play(advance(SHARED, S.OUT_DELIVERY, D.ON_WAY_TO_CUSTOMER), records, COMMITTED)
    assert played.result
    assert written(played.effects[1])[0] == CompareAndSet("orders", 7, 5, {"state": S.OUT_DELIVERY})


def test_who_drops_one_of_two_orders_off_is_not_free() -> None:
    records = order_record(8, S.OUT_DELIVERY), OTHER, Record(4, {"order": 8})
    delivered = CompareAndSet("orders", 7, 8, {"state": S.DELIVERED})
    assert play(drop_off(SHARED), records, COMMITTED).effects == [NEWEST_HELD, Transaction((delivered,))]


def test_a_guard_that_nobody_set_is_not_missed() -> None:
    records = order_record(8, S.OUT_DELIVERY), driver(D.REACHED_DESTINATION), None
    delivered = CompareAndSet("orders", 7, 8, {"state": S.DELIVERED})
    assert play(drop_off(SHARED), records, COMMITTED).effects == [NEWEST_HELD, Transaction((delivered, RELEASE[0]))]


def test_an_order_that_was_written_over_and_closed_is_not_delivered_once_more() -> None:
    records = order_record(8, S.CANCELLED), OTHER, None
    assert play(drop_off(SHARED), records) == ([NEWEST_HELD], None)


def test_a_rival_who_declines_leaves_the_order_to_the_other() -> None:
    records = order_record(6, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, driver=10), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(SHARED, AssignmentRequest(7, 1, version=1), "awaited"), records, COMMITTED)
    assert played == ([NEWEST_HELD, Transaction(RELEASE)], None)


def test_a_ghost_who_never_answers_is_off_shift_again() -> None:
    records = order_record(6, S.ASSIGNED_DRIVER, S.FOOD_PREPARING, 9, 1), driver(D.ORDER_ASSIGNED), ACTIVE
    played = play(turn_down(SHARED, AssignmentRequest(7, 1, version=1), "awaited", D.OFF_SHIFT), records, COMMITTED)
    assert written(played.effects[1])[1] == CompareAndSet("drivers", 9, 30, {"state": D.OFF_SHIFT, "order": None})


def test_while_a_lock_runs_neither_drop_off_nor_decline_frees_the_driver() -> None:
    delivered = order_record(8, S.OUT_DELIVERY), driver(D.REACHED_DESTINATION), ACTIVE
    declined = order_record(8, S.ASSIGNED_DRIVER, S.READY_PICKUP, 9), driver(D.ORDER_ASSIGNED), ACTIVE
    asked = turn_down(TIMED, AssignmentRequest(7, 1, version=1), "awaited")
    for rule, records in ((drop_off(TIMED), delivered), (asked, declined)):
        assert [write.table for write in written(play(rule, records, COMMITTED).effects[1])] == ["orders"]
    assert play(free_driver(TIMED), delivered) == ([NEWEST_HELD], None)


def test_the_end_of_the_lock_frees_the_driver_in_the_middle_of_a_delivery() -> None:
    records = order_record(8, S.OUT_DELIVERY), driver(D.ON_WAY_TO_CUSTOMER), ACTIVE
    assert play(unlock(TIMED), records, COMMITTED) == ([NEWEST_HELD, Transaction(RELEASE)], None)


def test_the_end_of_a_lock_that_another_order_has_renewed_frees_nobody() -> None:
    records = order_record(8, S.OUT_DELIVERY), OTHER, Record(5, {"order": 8})
    assert play(unlock(TIMED), records) == ([NEWEST_HELD], None)


HAS_ANOTHER = driver_record(30, D.ORDER_ASSIGNED, order=8)


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        (report(HELD, D.ON_WAY_TO_RESTAURANT), (HAS_ANOTHER,)),
        (free_driver(HELD), (order_record(state=S.CANCELLED), HAS_ANOTHER, ACTIVE)),
        (turn_down(HELD, AssignmentRequest(7, 1, 1), "outbox"), (order_record(state=S.CANCELLED), HAS_ANOTHER, ACTIVE)),
    ],
    ids=["report", "free", "decline"],
)  # fmt: skip
def test_what_is_reported_late_of_an_order_is_not_taken_for_the_next_one(
    rule: Rule[Any], seen: tuple[Record, ...]
) -> None:
    """The state alone would allow it: an app tries again whose first try was heard and never answered."""
    with pytest.raises(Impossible, match="driver 9 reports about order 7 and has 8"):
        play(rule, seen, seen)


@pytest.mark.parametrize("state", [state for state in D if state != D.OFF_SHIFT])
def test_who_is_on_shift_does_not_log_on(state: DriverState) -> None:
    """A driver with an order would be free by it, and his order's all the same."""
    with pytest.raises(IllegalMove, match=f"a driver who is {state} does not log on"):
        play(log_on(9), (driver(state),), (driver(state),))
