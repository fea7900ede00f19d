"""The rules of dispatch as the notes coded them: each switch brings its own defect, and the default none."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from small_city import FIXED, run

from swifteats_sim.results import Tables, measure

MINUTE, SECOND, MS = 60_000_000_000, 1_000_000_000, 1_000_000
SCARCE = (
    "city.geos.centre.drivers=10", "demand.orders.rate=3/min", "duration=40 min",
    "city.kitchens={confirmation: 10 s, cooking: 60 s, packing: 10 s}",
)  # fmt: skip
"""Ten drivers for three orders a minute: whoever frees is wanted by many."""
WILLING = ("city.drivers.accept=100 %", "city.drivers.no_answer=0 %")
TWICE = "stack.topics.assignment.duplicates=50 %"
TWO_SHIFTS = (
    "city.geos.centre={kind: dense, area: 9 km2, restaurants: 12, "
    "shifts: [{drivers: 15, on: 0 min, off: 20 min}, {drivers: 15, on: 5 min, off: 60 min}]}"
)


@cache
def ran(*settings: str) -> Tables:
    return run(*settings)


def doubles(*settings: str) -> tuple[int, int]:
    """Offers to a driver who had one, and of an order that had one."""
    counts = ran(*settings).counts
    return counts["double_assignments"], counts["rivals"]


@pytest.mark.parametrize("more", [(), (TWICE,), (TWICE, "stack.topics.assignment.handlers=unawaited")], ids=str)
def test_a_transaction_gives_a_driver_one_order_and_an_order_one_driver(more: tuple[str, ...]) -> None:
    assert doubles(*SCARCE, "stack.effects.find_drivers.service=3 s", *more) == (0, 0)


def test_without_a_check_whoever_was_found_free_is_sent_again() -> None:
    """Searches take 3 s: a driver who frees is found by several consumers at once (C14)."""
    slow = "stack.effects.find_drivers.service=3 s"
    assert doubles(*SCARCE, slow, "assignment.commit=none")[0] > 20
    assert doubles(*SCARCE, slow, "assignment.commit=check_then_set")[0] <= 2, "the window is a few ms"


def test_the_window_of_check_then_set_is_as_long_as_its_writes_take() -> None:
    slow = "stack.effects.compare_and_set.service=2 s"
    assert doubles(*SCARCE, slow, "assignment.commit=check_then_set")[0] > 5
    assert doubles(*SCARCE, slow, "assignment.commit=transaction") == (0, 0)


def test_an_advisory_lock_is_safe_unless_the_work_outlasts_it() -> None:
    """Check and two writes take over 4 s (A35)."""
    slow = (*SCARCE, "stack.effects.compare_and_set.service=2 s", "assignment.commit=advisory_lock")
    assert doubles(*slow, "assignment.lock_ttl=60 s")[0] == 0
    assert doubles(*slow, "assignment.lock_ttl=1 s")[0] > 5


def test_where_a_commit_leaves_the_order_s_version_the_last_of_two_rivals_wins() -> None:
    """Requests come twice, and consumers decide them side by side (C24)."""
    slow = (*SCARCE, TWICE, "stack.effects.transaction.service=2 s")
    tables = ran(*slow, "assignment.commit=cas_unversioned")
    assert tables.counts["rivals"] > 0
    assert tables.counts["double_assignments"] == 0, "the driver is still guarded"
    assert doubles(*slow) == (0, 0)
    sent_away = tables.offers[tables.offers["outcome"] == "cancelled"]
    assert len(sent_away)
    carried = tables.orders[tables.orders["delivered"] >= 0]
    assert not carried["order"].duplicated().any(), "nobody eats twice"


def legs_of_carried(tables: Tables) -> pd.DataFrame:
    return tables.orders[tables.orders["delivered"] >= 0].sort_values(["driver", "picked_up"])


@pytest.mark.parametrize(
    "variant", [("assignment.commit=none",), ("assignment.release=ttl", "assignment.ttl=5 min")], ids=str
)
def test_whoever_has_two_orders_carries_them_one_after_the_other(variant: tuple[str, ...]) -> None:
    tables = ran(*SCARCE, "stack.effects.find_drivers.service=3 s", *variant)
    assert tables.counts["double_assignments"] > 5
    trips = legs_of_carried(tables)
    same = trips["driver"].to_numpy()[1:] == trips["driver"].to_numpy()[:-1]
    assert same.any()
    assert (trips["at_restaurant"].to_numpy()[1:] >= trips["delivered"].to_numpy()[:-1])[same].all()


def test_a_lock_of_an_hour_frees_nobody_for_an_hour() -> None:
    """Ten drivers, ten orders, and then none (C12)."""
    tables = ran(*SCARCE, *WILLING, "assignment.release=ttl")
    assert len(tables.offers) == tables.offers["driver"].nunique() == 10
    assert (tables.offers["released"] < 0).all()
    assert measure(tables)["driver.locked.ratio"] > 0.2


def test_a_lock_frees_its_driver_to_the_instant_even_on_the_way() -> None:
    """The timer writes: read 1, transaction 8. What he reports afterwards of the order is nobody's business (C13)."""
    tables = ran_fixed("assignment.release=ttl", "assignment.ttl=10 min")
    first, states = tables.offers.iloc[0], tables.states[tables.states["driver"] == 0]
    assert first["released"] == first["committed"] + 10 * MINUTE + (1 + 8) * MS
    assert first["done"] > first["released"]
    during = states[states["at"].between(first["committed"], first["done"])]
    assert during["state"].tolist()[:4] == ["order_assigned", "on_way_to_restaurant", "at_restaurant", "available"]
    assert tables.counts["double_assignments"] > 0, "the next order finds him free"


@cache
def ran_fixed(*settings: str) -> Tables:
    """One restaurant, one driver, known times; see test_simulation_story.py."""
    return run(*settings, text=FIXED)


def test_a_lock_that_ends_after_the_drop_off_keeps_a_driver_who_has_nothing_to_do() -> None:
    tables = ran_fixed("assignment.release=ttl", "assignment.ttl=50 min")
    first = tables.offers.iloc[0]
    assert first["done"] == tables.orders.iloc[0]["delivered"] < first["released"]
    assert (tables.offers["committed"].to_numpy()[1:] >= tables.offers["released"].to_numpy()[:-1]).all()


def test_who_declines_where_nobody_asks_again_keeps_order_and_lock() -> None:
    """Of three drivers all decline: three orders stay with them until their customers leave (C16)."""
    never = ("city.geos.centre.drivers=3", "duration=20 min", "city.drivers.accept=0 %", "assignment.decline=never")
    tables = ran(*never)
    assert len(tables.offers) == 3
    assert (tables.offers["done"] == tables.offers["answered"]).all()
    assert (tables.offers["released"] < 0).all()
    states = tables.states.groupby("driver")["state"].last()
    assert states.tolist() == ["order_assigned"] * 3
    assert len(ran(*never[:3]).offers) > 6, "else the next driver is asked, and the first one is free"


def test_ghosts_are_offered_orders_and_never_answer() -> None:
    """Half of the fleet goes home after 20 minutes, and stays where it was last seen (C10)."""
    tables = ran(*SCARCE[1:2], TWO_SHIFTS, "assignment.search=ghosts")
    offers = tables.offers[tables.offers["answered"] >= 0]
    ghosts = offers["ghost"] == 1
    assert ghosts.sum() > 10
    assert set(offers["outcome"][ghosts]) == {"no_answer"}
    assert (offers["answered"] - offers["committed"])[ghosts].unique().tolist() == [20 * SECOND]
    left = tables.shifts.set_index("driver")["off"].reindex(offers["driver"]).to_numpy()
    assert np.array_equal(ghosts.to_numpy(), offers["committed"].to_numpy() >= left)
    seen = ran(*SCARCE[1:2], TWO_SHIFTS).offers
    assert (tables.offers["members"].iloc[-1], seen["members"].iloc[-1]) == (30, 15)
    assert (seen["ghost"] == 0).all()


def test_reads_one_after_the_other_take_as_long_as_there_are_drivers() -> None:
    """Read 1, search 200, one availability read of 2 ms for each driver in the radius, commit 8 (C11)."""
    read = ("assignment.availability=sequential", "assignment.availability_read=2 ms", "city.geos.centre.drivers=40")
    offers = ran_fixed(*read).offers
    assert (offers["members"] == 40).all()
    assert (offers["searched"] == (1 + 200 + 40 * 2 + 8) * MS).all()


def test_a_constant_preparation_never_ages() -> None:
    tables = ran(*SCARCE, "assignment.preparation=constant", "assignment.deferral='off'")
    assert set(tables.offers["preparation_left"]) == {10 * MINUTE}
    assert ran(*SCARCE).offers["preparation_left"].nunique() > 10


def test_the_notes_score_takes_drivers_who_wait_for_the_food() -> None:
    """Drivers in plenty: the best score is the nearest one's, who then stands about (C5)."""
    plenty = ("city.geos.centre.drivers=60", "duration=20 min", "assignment.deferral='off'")
    score, fit = (ran(*plenty, f"assignment.policy={policy}") for policy in ("notes_score", "arrival_fit"))
    assert misfit(score) > misfit(fit) == 0


def misfit(tables: Tables) -> float:
    gap = (tables.offers["preparation_left"] - tables.offers["travel"]).abs()
    return float((gap - tables.offers["best_gap"]).mean())


def test_a_fair_share_spreads_orders_more_evenly_than_the_best_fit() -> None:
    plenty = ("city.geos.centre.drivers=40", "demand.orders.rate=1/min")
    fair, fit = (ran(*plenty, f"assignment.policy={policy}") for policy in ("fair_share", "arrival_fit"))
    assert spread(fair) < spread(fit)


def spread(tables: Tables) -> float:
    """Standard deviation of the orders that drivers took."""
    taken = tables.offers[tables.offers["outcome"] == "accepted"]["driver"].value_counts()
    return float(taken.reindex(tables.shifts["driver"], fill_value=0).std())
