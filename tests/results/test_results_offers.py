"""What offers measure, reckoned by hand."""

from __future__ import annotations

from results_records import offers, orders, run, topics

from swifteats_sim.results import measure


def test_refused_offers_are_a_share_of_those_decided() -> None:
    outcomes = ["accepted", "accepted", "accepted", "declined", "no_answer", "open", "cancelled"]
    decided = [{"committed": 100, "outcome": outcome} for outcome in outcomes]
    metrics = measure(run(offers=offers(*decided, {"committed": 59, "outcome": "declined"})))
    assert metrics["assignment.declined.ratio"] == 2 / 6


def test_how_well_the_driver_fits_is_held_against_the_other_candidates() -> None:
    """The first would wait 3 min, another would have waited 1; the second comes 2 min after the food, as the best."""
    early = {"slack": 180, "best_gap": 60, "travel": 120, "nearest": 90, "preparation_left": 300}
    late = {"slack": -120, "best_gap": 120, "travel": 150, "nearest": 150, "preparation_left": 30}
    unranked = {"slack": 500, "preparation_left": 900}  # a record that does not know the other candidates
    metrics = measure(run(offers=offers(*({**each, "committed": 100} for each in (early, late, unranked)))))
    assert (metrics["assignment.misfit.mean"], metrics["assignment.misfit.max"]) == (60.0, 120.0)
    assert (metrics["assignment.detour.mean"], metrics["assignment.detour.max"]) == (15.0, 30.0)
    assert metrics["assignment.preparation_left.mean"] == 165.0


def test_what_must_not_happen_to_an_offer_is_counted_in_the_span() -> None:
    wrong = {"ghost": 1, "deferred_late": 3, "overtaken": 1, "searched": 2.5}
    right = {"ghost": 0, "deferred_late": 0, "overtaken": 0, "searched": 0.5}
    made: list[dict[str, float]] = [
        {**wrong, "committed": 59},
        {**wrong, "committed": 60},
        {**right, "committed": 61},
        {"committed": 62},
    ]
    metrics = measure(run(offers=offers(*made)))
    assert metrics["assignment.ghosts.count"] == 1.0
    assert metrics["assignment.deferred_late.count"] == 3.0
    assert metrics["assignment.overtaken.ratio"] == 0.5
    assert (metrics["assignment.search.mean"], metrics["assignment.search.max"]) == (1.5, 2.5)


def test_lost_races_are_shares_of_the_tries_and_what_was_lost_is_counted() -> None:
    counts = {
        "double_assignments": 0, "oversold": 2, "reserve_tries": 40, "reserve_conflicts": 10, "reserve_waits": 4,
        "commit_tries": 0, "commit_conflicts": 0, "events": 99, "leaked": 7, "stranded": 1, "dead_requests": 9,
    }  # fmt: skip
    requests = topics({"topic": "assignment", "messages": 9, "dead": 3}, {"topic": "fixes", "messages": 9, "dead": 4})
    metrics = measure(run(counts=counts, topics=requests))
    of_counts = {name: value for name, value in metrics.items() if name.startswith(("assignment.", "inventory."))}
    assert of_counts == {
        "assignment.ghosts.count": 0.0,
        "assignment.deferred_late.count": 0.0,
        "assignment.double.count": 0.0,
        "assignment.stranded.count": 1.0,
        "assignment.dead.count": 3.0,
        "inventory.oversold.count": 2.0,
        "inventory.leaked.count": 7.0,
        "inventory.waited.count": 4.0,
        "inventory.conflict.ratio": 0.25,
    }


def test_named_instants_are_held_against_the_delivery() -> None:
    """Named early at the assignment, right at the pick-up, and late at the door."""
    order = {"placed": 0, "delivered": 100, "eta": 70, "eta_at_pickup": 100, "eta_at_door": 160}
    early = {"placed": 0, "delivered": 100, "eta": 110}
    metrics = measure(run(orders=orders(order, early, {"placed": 0, "delivered": 59, "eta": 0})))
    assert (metrics["eta.error.mean"], metrics["eta.absolute_error.mean"]) == (10.0, 20.0)
    assert (metrics["eta.error_at_pickup.p50"], metrics["eta.error_at_door.p50"]) == (0.0, -60.0)
