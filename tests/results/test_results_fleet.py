"""Where drivers' time goes, reckoned by hand."""

from __future__ import annotations

import pytest
from results_records import offers, orders, run, shifts, states

from swifteats_sim.results import measure
from swifteats_sim.results.measure_fleet import busy_seconds, on_shift_seconds, waiting_seconds


def test_a_driver_waits_from_arrival_until_the_food_is_ready() -> None:
    day = run(
        orders=orders(
            {"placed": 0, "at_restaurant": 90, "ready": 120},
            {"placed": 0, "at_restaurant": 100, "ready": 80},  # the food was there first
            {"placed": 0, "at_restaurant": 20, "ready": 50},  # over before the span
            {"placed": 0, "at_restaurant": 170, "ready": 200},  # not over within it
            {"placed": 0, "at_restaurant": 110},  # the food has not come yet
        )
    )
    metrics = measure(day)
    assert (metrics["driver.wait.mean"], metrics["driver.wait.max"]) == (15.0, 30.0)


def test_a_cancelled_order_ends_the_wait() -> None:
    order = {"placed": 0, "at_restaurant": 90, "ready": 170, "closed": 100, "state": "cancelled"}
    assert measure(run(orders=orders(order)))["driver.wait.max"] == 10.0


def test_wasted_time_is_clipped_to_the_span() -> None:
    day = run(
        orders=orders(
            {"placed": 0, "at_restaurant": 50, "ready": 70},  # 10 s of it measured
            {"placed": 0, "at_restaurant": 150, "ready": 400},  # 30 s
            {"placed": 0, "at_restaurant": 100, "ready": 90},
            {"placed": 0, "at_restaurant": 175},  # 5 s: the driver still waits when the run ends
            {"placed": 0, "at_restaurant": 90, "closed": 97, "state": "cancelled"},  # 7 s
        )
    )
    assert waiting_seconds(day) == 52.0


def test_the_trip_to_the_restaurant_starts_with_the_driver_s_yes() -> None:
    day = run(
        orders=orders({"placed": 0, "at_restaurant": 110}, {"placed": 0, "at_restaurant": 130}, {"placed": 0}),
        offers=offers(
            {"order": 0, "committed": 70, "answered": 75, "outcome": "declined"},
            {"order": 0, "committed": 80, "answered": 86},
            {"order": 1, "committed": 90, "answered": 94},
            {"order": 2, "committed": 95, "answered": 96},
        ),
    )
    metrics = measure(day)
    assert (metrics["driver.pickup_travel.mean"], metrics["driver.pickup_travel.max"]) == (30.0, 36.0)


def test_a_cycle_runs_from_commit_to_drop_off_whenever_the_driver_is_freed() -> None:
    day = run(
        offers=offers(
            {"driver": 0, "committed": 20, "done": 100, "released": 25},
            {"driver": 1, "committed": 100, "done": 140, "released": 3700},
            {"driver": 2, "committed": 100, "done": 105, "outcome": "declined"},
            {"driver": 3, "committed": 100, "done": 200},
            {"driver": 4, "committed": 100},
        )
    )
    metrics = measure(day)
    assert (metrics["driver.cycle.mean"], metrics["driver.cycle.max"]) == (60.0, 80.0)


def test_of_two_orders_in_a_driver_s_hands_the_later_one_begins_when_the_earlier_one_is_done() -> None:
    day = run(
        shifts=shifts((0, 180)),
        offers=offers({"committed": 70, "done": 110}, {"committed": 80, "done": 140}, {"committed": 150, "done": 160}),
    )
    assert measure(day)["driver.cycle.mean"] == (40 + 30 + 10) / 3
    assert busy_seconds(day) == 80.0


def test_utilization_is_what_drivers_do_over_on_shift_time_and_not_what_their_records_say() -> None:
    day = run(
        shifts=shifts((0, 180), (120, 180)),
        offers=offers(
            {"driver": 0, "committed": 30, "done": 100, "released": 35},  # 60 to 100 counts: 40 s
            {"driver": 1, "committed": 90, "done": 100},  # a ghost: not there yet
            {"driver": 1, "committed": 150},  # busy until the end of the run: 30 s
        ),
        states=states((0, 0, "available"), (0, 110, "order_assigned")),
    )
    assert (busy_seconds(day), on_shift_seconds(day)) == (70.0, 180.0)
    metrics = measure(day)
    assert metrics["driver.utilization.mean"] == 70 / 180
    assert metrics["driver.on_shift.mean"] == 1.5


def test_a_shift_without_an_end_lasts_as_long_as_the_run() -> None:
    assert on_shift_seconds(run(shifts=shifts((100, -1)))) == 80.0


def test_a_driver_is_locked_from_the_end_of_the_work_to_the_release() -> None:
    """10 s in the span, 30 s to the end of the shift, 20 s to the end of the run; one who is not done is not locked."""
    day = run(
        shifts=shifts((0, 180), (0, 130), (60, -1), (60, 180)),
        offers=offers(
            {"driver": 0, "committed": 1, "done": 50, "released": 70},
            {"driver": 1, "committed": 61, "done": 100, "released": 170},
            {"driver": 2, "committed": 61, "done": 160},
            {"driver": 3, "committed": 61, "released": 150},
            {"driver": 3, "committed": 155, "done": 156, "released": 156},
            {"driver": 9, "committed": 61, "done": 62, "released": 170},  # a ghost has no shift to be locked in
        ),
    )
    assert measure(day)["driver.locked.ratio"] == 60 / (120 + 70 + 120 + 120)


def carried(*drivers: int) -> list[dict[str, float]]:
    """An order delivered in the span by each driver named."""
    return [{"placed": 0, "delivered": 100, "driver": driver} for driver in drivers]


def test_fairness_is_one_where_all_deliver_the_same_and_a_third_where_one_of_three_does_all() -> None:
    three = shifts((0, 180), (0, 180), (0, 180))
    for work, index in [((0, 1, 2), 1.0), ((0, 0, 0), 1 / 3), ((0, 0, 1), 9 / (3 * 5))]:
        metrics = measure(run(shifts=three, orders=orders(*carried(*work))))
        assert metrics["driver.fairness.ratio"] == pytest.approx(index)


def test_fairness_compares_hours_and_leaves_out_who_was_hardly_there() -> None:
    """Half the time and half the work is fair; a driver of 10 s is not compared, nor is work before the span."""
    day = run(
        shifts=shifts((0, 180), (120, 180), (170, 180)),
        orders=orders(*carried(0, 0, 1), {"placed": 0, "delivered": 59, "driver": 1}),
    )
    assert measure(day)["driver.fairness.ratio"] == pytest.approx(1.0)


def test_where_nobody_delivered_nothing_is_fair_or_unfair() -> None:
    assert "driver.fairness.ratio" not in measure(run(shifts=shifts((0, 180))))
