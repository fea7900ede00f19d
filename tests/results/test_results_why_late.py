"""Where an order's time goes, reckoned by hand: nine parts that add up to click-to-door."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from results_records import SECOND, bare_run, offers, orders, run

from swifteats_sim.results import Tables, measure, parts_markdown, parts_notes, where_time_goes, why_late
from swifteats_sim.results.seconds import seconds_table
from swifteats_sim.results.why_late import PARTS
from swifteats_sim.scenario.units import format_spells

ORDER = {
    "placed": 60, "paying": 61, "paid": 64, "assigned": 92, "departed": 97, "at_restaurant": 105, "ready": 111,
    "picked_up": 114, "left": 116, "at_door": 134, "delivered": 141, "handed": 7, "driver": 2,
}  # fmt: skip
"""Clicked at 60; the software needs 1 s before the payment of 3 s, and 2 s until a consumer has the request (66).

The driver's reports take 1 s before he goes, 1 s at the pick-up, 2 s before he leaves, and 2 s at the door; the food
changes hands in 2 s and in 5 s.
"""

OFFERS = (
    {"order": 0, "driver": 1, "taken": 66, "deferred": 7, "driverless": 4, "committed": 78, "outcome": "declined"},
    {"order": 0, "driver": 2, "taken": 83, "deferred": 0, "driverless": 8, "committed": 92, "answered": 96},
)
"""Held back for 7 s, without a driver for 4 s, one second of search; declined, and 5 s until a consumer has the next
request; 8 s without a driver, one second of search; the second driver says yes after 4 s."""

STORY = {
    "queue": 1 + 2 + 1 + 1 + 1 + 1 + 2 + 2, "payment": 3, "deferral": 7, "driver": 4 + 8 + 4, "decline": 5,
    "travel": 8, "kitchen": 6, "hand_over": 2 + 5, "trip": 18,
}  # fmt: skip


def day(**changes: Any) -> Tables:
    return run(orders=orders({**ORDER, **changes}), offers=offers(*OFFERS))


def parts_of(tables: Tables) -> dict[str, float]:
    (row,) = (why_late(tables)[list(PARTS)] / SECOND).to_dict("records")
    return {str(name): float(value) for name, value in row.items()}


def test_an_order_s_time_is_told_part_by_part() -> None:
    assert parts_of(day()) == STORY
    assert sum(STORY.values()) == ORDER["delivered"] - ORDER["placed"]


def test_food_that_waits_for_its_driver_costs_no_time_in_the_kitchen() -> None:
    parts = parts_of(day(ready=90, picked_up=108))
    assert (parts["kitchen"], parts["hand_over"]) == (0.0, 2.0 + 5.0)


def test_offers_after_the_one_that_was_taken_belong_to_somebody_else_s_story() -> None:
    late = {"order": 0, "driver": 3, "taken": 93, "deferred": 50, "driverless": 50, "committed": 100, "answered": 101}
    other = {"order": 7, "driver": 3, "taken": 70, "deferred": 50, "committed": 80, "answered": 81}
    twice = run(orders=orders(ORDER), offers=offers(late, *reversed(OFFERS), other))
    assert parts_of(twice) == STORY


def test_what_two_rivals_wait_at_the_same_time_counts_once() -> None:
    """C24: two consumers hold the order from 66 on. One commits at 78, the other without a driver until 90, at 92."""
    first = {**OFFERS[0], "driver": 2, "outcome": "accepted", "answered": 80}
    second = {"order": 0, "driver": 3, "taken": 66, "deferred": 7, "driverless": 16, "committed": 92, "answered": 96}
    both = run(orders=orders({**ORDER, "driver": 3}), offers=offers(first, second))
    parts = parts_of(both)
    assert (parts["deferral"], parts["driver"], parts["decline"]) == (7.0, 4 + 14 + 4.0, 0.0)
    assert sum(parts.values()) == 81.0
    at_once = run(orders=orders(ORDER), offers=offers(*({**second, "driver": n} for n in (2, 3))))
    assert parts_of(at_once)["driver"] == 16 + 4.0
    assert min(parts_of(at_once).values()) >= 0


def test_an_order_whose_life_is_not_whole_has_no_parts() -> None:
    whole = orders(ORDER, {**ORDER, "delivered": -1}, {**ORDER, "paying": -1})
    assert why_late(run(orders=whole, offers=offers(*OFFERS)))["order"].tolist() == [0]
    assert len(why_late(run())) == len(why_late(bare_run())) == 0


def test_late_is_after_the_promise() -> None:
    assert why_late(day(promised=140))["late"].tolist() == [1]
    assert why_late(day(promised=141))["late"].tolist() == [0]


def test_without_promises_the_slowest_tenth_is_late() -> None:
    slower = [{**ORDER, "at_door": 134 + n, "delivered": 141 + n} for n in range(20)]
    late = why_late(run(orders=orders(*slower)))
    assert late["late"].tolist() == [0] * 18 + [1] * 2


def test_the_parts_are_metrics_of_the_orders_delivered_in_the_span() -> None:
    metrics = measure(run(end=141, orders=orders(ORDER), offers=offers(*OFFERS)))
    assert "delivery.trip.mean" not in metrics
    metrics = measure(day())
    assert {part: metrics[f"delivery.{part}.mean"] for part in PARTS} == STORY


def test_what_makes_orders_late_stands_beside_what_they_are_made_of() -> None:
    """Nine orders like the story, and one that waits 20 s longer for its food."""
    late = {**ORDER, **{name: ORDER[name] + 20 for name in ("picked_up", "left", "at_door", "delivered", "ready")}}
    rows = where_time_goes([run(orders=orders(*[ORDER] * 9, late)), run()])
    assert [each.part for each in rows] == [*PARTS, "click_to_door"]
    kitchen, whole = rows[PARTS.index("kitchen")], rows[-1]
    assert (kitchen.mean, kitchen.slowest) == (8.0, 26.0)
    assert kitchen.share == pytest.approx(8 / 83)
    assert (whole.mean, whole.slowest, whole.share) == (83.0, 101.0, 1.0)
    assert sum(each.share for each in rows[:-1]) == pytest.approx(1.0)
    table = parts_markdown(rows).splitlines()
    assert table[0] == "| where an order's time goes | mean | p95  | share  | slowest tenth |"
    assert table[8] == "| kitchen                    | 8 s  | 17 s | 9.6 %  | 26 s          |"


def test_times_to_be_compared_have_one_unit() -> None:
    """112 min beside 2.65 h are hard to compare, 0.5 s beside 3 min no less."""
    assert format_spells([6720, 9540, 6900]) == ["112 min", "159 min", "115 min"]
    assert format_spells([0.5, 150, 0]) == ["0.00833 min", "2.5 min", "0 min"]
    assert format_spells([0.5, 3]) == ["0.5 s", "3 s"]
    assert format_spells([0.0, 0.0]) == ["0 s", "0 s"]


def test_the_table_says_of_which_orders_it_is_and_what_deferral_is() -> None:
    """Held back for two minutes of the five that the food took, and for another minute when it was ready."""
    held = {**ORDER, "ready": 111 + 230, "delivered": 141 + 300, "closed": 141 + 300, "state": "delivered"}
    offer = {**OFFERS[1], "taken": 66, "deferred": 180, "committed": 300, "answered": 301, "driverless": 0}
    other: list[dict[str, object]] = [{"placed": 70, "paid": 71}, {"placed": 72, "closed": 80, "state": "failed"}]
    slow = run(end=600, orders=orders({**held, "assigned": 300}, *other), offers=offers(offer))
    assert parts_notes([slow]) == [
        "Of 1 delivered order. Not in it: 1 still open at the end and 1 failed.",
        "Deferral: for 3 min of its 3 min the food was not ready yet. Without deferral a driver would be sent sooner, "
        "and wait at the restaurant.",
    ]
    soon = run(end=600, orders=orders({**held, "assigned": 300, "ready": 124}), offers=offers(offer))
    assert parts_notes([soon])[0] == "Of 1 delivered order."
    assert parts_notes([soon])[1].startswith("Deferral: for 60 s of its 3 min")
    assert len(parts_notes([day()])) == 1  # hardly any deferral
    assert parts_notes([run(), bare_run()]) == []


def test_orders_of_the_warm_up_are_told_apart() -> None:
    early = {**ORDER, "delivered": 59}
    assert why_late(run(orders=orders(ORDER, early), offers=offers(*OFFERS)))["measured"].tolist() == [1, 0]


def test_a_run_without_deliveries_has_no_such_table() -> None:
    assert where_time_goes([run(), bare_run()]) == []


def test_the_table_is_written_in_seconds() -> None:
    written = seconds_table([run(), day()], "why_late")
    assert written.columns.tolist() == [
        "replication",
        "order",
        "delivered",
        "measured",
        *PARTS,
        "click_to_door",
        "late",
    ]
    assert written.to_numpy().tolist() == [[1, 0, 141.0, 1, *(STORY[part] for part in PARTS), 81.0, 1]]
    assert pd.api.types.is_integer_dtype(written["order"])
