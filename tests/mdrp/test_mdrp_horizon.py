"""The policy: it sends when it must, decides late, bundles where that pays, and knows nothing beforehand."""

from __future__ import annotations

import dataclasses
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mdrp_examples import days, plain, street

from swifteats_sim.mdrp.board import INFEASIBLE, Board, Demand, Fleet, Rules, Weights, Whole
from swifteats_sim.mdrp.dispatching import dispatch
from swifteats_sim.mdrp.instance import Instance
from swifteats_sim.mdrp.metrics import measure
from swifteats_sim.mdrp.policy import Dispatcher, Load, Send, Setting, View
from swifteats_sim.mdrp.rolling_horizon import RollingHorizon
from swifteats_sim.mdrp.routes import route_cost
from swifteats_sim.mdrp.solution import Assignment

NEXT_TO = Weights(waiting=0.0, late=0.0, far_late=0.0, driving=0.0, trip=0.0, ending=0.0, unserved=600.0)
"""Click-to-door alone."""


def test_a_courier_is_sent_so_that_he_comes_when_the_food_does() -> None:
    """Two minutes to drive and two to park: sent at 16 for food that is ready at 20, not when it is ordered at 10."""
    assert dispatch(plain(), RollingHorizon()) == (Assignment("c1", "r1", "o1", 16, 20, 20, ("o1",), (27,)),)


def test_with_decisions_every_five_minutes_he_is_sent_at_the_last_that_is_not_late() -> None:
    (made,) = dispatch(plain(), RollingHorizon(every=5))
    assert (made.sent, made.decided, made.picked_up) == (15, 20, 20)


def test_the_nearer_of_two_couriers_goes() -> None:
    day = street([(10, 20, 0, 15)], [10], [(0, 120, 0), (0, 120, 8)])
    assert [each.courier for each in dispatch(day, RollingHorizon(weights=NEXT_TO))] == ["c2"]


def test_of_two_who_come_in_time_the_one_goes_who_stands_where_nobody_orders() -> None:
    day = street([(10, 30, 0, 15)], [10], [(0, 120, 8), (0, 120, 0)])
    near, far = (dispatch(day, RollingHorizon(weights=NEXT_TO._replace(ending=each))) for each in (-0.5, 0.5))
    assert [each.courier for each in near + far] == ["c1", "c2"]


def test_two_orders_are_shared_out_so_that_both_come_early() -> None:
    """The first order's nearest courier is the only one who reaches the second in time: a greedy choice costs 5 min."""
    day = street([(10, 14, 0, 11), (10, 15, 1, 2)], [6, 1], [(0, 120, 3), (0, 120, 12)])
    done = {each.orders[0]: each.courier for each in dispatch(day, RollingHorizon(weights=NEXT_TO))}
    assert done == {"o1": "c2", "o2": "c1"}


def test_what_is_ordered_while_he_is_on_his_way_goes_with_him_only_in_two_stages() -> None:
    day = street([(10, 20, 0, 5), (18, 20, 0, 6)], [2], [(0, 120, 0)])
    two, one = (dispatch(day, RollingHorizon(two_stage=each)) for each in (True, False))
    assert [each.orders for each in two] == [("o1", "o2")]
    assert [(each.orders, each.decided) for each in one] == [(("o1",), 16), (("o2",), 29)]


def test_without_bundles_everyone_carries_one_order() -> None:
    day = street([(10, 20, 0, 5), (10, 20, 0, 6)], [2], [(0, 120, 0)])
    assert [each.orders for each in dispatch(day, RollingHorizon())] == [("o1", "o2")]
    assert [each.orders for each in dispatch(day, RollingHorizon(bundles=False))] == [("o1",), ("o2",)]


def test_two_couriers_at_hand_carry_two_orders_apart() -> None:
    """A bundle's second order would come five minutes late, and both couriers have nothing else to do."""
    day = street([(10, 20, 0, 5), (10, 20, 0, 6)], [2], [(0, 120, 0), (0, 120, 0)])
    assert sorted(each.orders for each in dispatch(day, RollingHorizon())) == [("o1",), ("o2",)]


def test_an_order_for_which_no_shift_is_long_enough_stays_and_the_others_do_not_suffer() -> None:
    day = street([(10, 20, 0, 5), (12, 90, 0, 5)], [2], [(0, 60, 0)])
    assert [each.orders for each in dispatch(day, RollingHorizon())] == [("o1",)]
    assert measure(day, dispatch(day, RollingHorizon())).undelivered_pct == 50


def test_an_order_makes_room_for_one_that_nobody_else_can_carry() -> None:
    """The second courier stands at r1 and would take o1; then comes o2, for which the first is too far away."""
    day = street([(10, 40, 0, 5), (12, 40, 1, 14)], [2, 12], [(0, 42, -20), (0, 42, 2)])
    policy = RollingHorizon(weights=NEXT_TO._replace(driving=0.1))
    alone = dataclasses.replace(day, orders=("o1",), **{name: getattr(day, name)[:1] for name in ROWS})
    assert [(each.courier, each.orders) for each in dispatch(alone, policy)] == [("c2", ("o1",))]
    assert {each.orders: each.courier for each in dispatch(day, policy)} == {("o1",): "c1", ("o2",): "c2"}


def test_who_lives_far_away_does_not_wait_beyond_the_limit() -> None:
    """He would delay two neighbours at a time, who keep coming: without a price on the limit he waits for all."""
    neighbours = [(10 * each, 10 * each + 10, 0, 1) for each in range(1, 13)]
    day = street([*neighbours, (10, 20, 0, 9)], [2], [(0, 300, 2)])
    waits = []
    for price in (0.0, 20.0):
        made = dispatch(day, RollingHorizon(bundles=False, weights=NEXT_TO._replace(far_late=price)))
        waits += [each.dropped_off[0] - 10 for each in made if each.orders == ("o13",)]
    assert waits[0] > day.terms.limit >= waits[1]


def test_a_shift_that_begins_later_is_waited_for() -> None:
    (made,) = dispatch(street([(10, 20, 0, 5)], [2], [(30, 60, 0)]), RollingHorizon())
    assert (made.sent, made.picked_up) == (30, 34)


@pytest.mark.parametrize(("key", "value"), [("every", 0), ("rounds", 0)])
def test_a_policy_that_means_nothing_is_refused(key: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{key} must be 1 or more, got 0"):
        RollingHorizon(**{key: value})  # type: ignore[arg-type]


ROWS = ("placed", "ready", "restaurant", "door")
"""What an instance has by order."""


class Noting:
    """A policy whose words are written down."""

    def __init__(self, policy: RollingHorizon) -> None:
        self.policy = policy
        self.said: list[tuple[int, list[Send | Load]]] = []

    def open(self, setting: Setting) -> Dispatcher:
        self.dispatcher = self.policy.open(setting)
        return self

    def decide(self, view: View) -> list[Send | Load]:
        actions = self.dispatcher.decide(view)
        if actions:
            self.said.append((view.now, actions))
        return actions


def words(instance: Instance, until: int) -> list[tuple[int, list[Send | Load]]]:
    noting = Noting(RollingHorizon())
    dispatch(instance, noting)
    return [(now, actions) for now, actions in noting.said if now <= until]


def without_those_after(instance: Instance, minute: int) -> Instance:
    kept = instance.placed <= minute
    cut = {name: getattr(instance, name)[kept] for name in ROWS}
    names = tuple(name for name, keep in zip(instance.orders, kept, strict=True) if keep)
    return dataclasses.replace(instance, orders=names, **cut)


@settings(max_examples=60, deadline=None)
@given(days(), st.integers(0, 60))
def test_nothing_that_is_ordered_later_changes_what_was_said_before(drawn: Instance, minute: int) -> None:
    known = without_those_after(drawn, minute)
    if len(known.orders):
        assert words(known, minute) == words(drawn, minute)


@settings(max_examples=40, deadline=None)
@given(days())
def test_a_day_is_dispatched_alike_every_time(drawn: Instance) -> None:
    assert dispatch(drawn, RollingHorizon()) == dispatch(drawn, RollingHorizon())


@settings(max_examples=40, deadline=None)
@given(days())
def test_what_all_know_from_the_start_costs_at_most_what_the_best_single_courier_would(drawn: Instance) -> None:
    """An oracle that tries every order of trips: with one courier who is always there, no plan is better than the best,
    and for up to three orders the policy finds one that is at most a tenth worse."""
    rows = min(3, len(drawn.orders))
    placed = np.zeros(rows, np.int64)
    day = dataclasses.replace(
        drawn, orders=drawn.orders[:rows], placed=placed, ready=drawn.ready[:rows] - drawn.placed[:rows],
        restaurant=drawn.restaurant[:rows], door=drawn.door[:rows], couriers=("c1",), on=np.array([0]),
        off=np.array([600]), start=drawn.start[:1],
    )  # fmt: skip
    policy = RollingHorizon(bundles=False, weights=NEXT_TO)
    found = sum(minute for each in dispatch(day, policy) for minute in each.dropped_off)
    best = min(total(day, order) for order in permutations(range(rows)))
    assert best <= found <= 1.1 * best


def total(day: Instance, order: tuple[int, ...]) -> int:
    """The sum of drop-off minutes when one courier carries orders one by one, by the rules."""
    minute, place, drops = 0, day.start[0], 0
    for each in order:
        kitchen, door = day.kitchen[day.restaurant[each]], day.door[each]
        picked = max(minute + minutes(place, kitchen) + 2, int(day.ready[each]))
        dropped = picked + 2 + minutes(kitchen, door) + 2
        minute, place, drops = dropped + 2, door, drops + dropped
    return drops


def minutes(a: Whole, b: Whole) -> int:
    return int(np.ceil(np.hypot(*(a - b).astype(float)) / 320))


def board(now: int = 10, bound: int = -1, off: int = 120) -> Board:
    """Two orders of one restaurant two minutes away, doors three and four minutes beyond, ready at 20 and 21.

    The first may come a minute late, the second 22.
    """

    def whole(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(values, np.int64)

    demand = Demand(
        whole(20, 21), whole(0, 0), whole(1600, 1920), whole(0, 0), whole(3, 4), whole(1, 22), whole(1, 22),
        np.array([5.0, 7.0]), whole(640), whole(0),
    )  # fmt: skip
    fleet = Fleet(
        whole(0), whole(0), whole(0), whole(0), whole(off), whole(bound), whole(12), np.array([4.0])
    )  # fmt: skip
    return Board(now, demand, fleet, Rules(320, 2, 2, 1, 40, 1, 1, 3), NEXT_TO)


def cost(stops: list[int], of: Board) -> float:
    return float(route_cost(np.array([*stops, 0], np.int64), len(stops), 0, of, INFEASIBLE))


def test_a_route_costs_the_minutes_that_orders_come_later_than_they_could() -> None:
    assert cost([1], board()) == 0  # alone, in time
    assert cost([1, 3], board()) == 13  # free at 29 at the first's door, at the second's food at 34, not 21
    assert cost([1, 2], board()) == 1 + 4  # together: both wait until 21, and the second goes by the first's door
    assert cost([1], board(now=18)) == 2  # too late to be there at 20
    assert cost([1], board(off=19)) == INFEASIBLE
    assert cost([], board(bound=0)) == INFEASIBLE  # who was sent must not come for nothing
    assert cost([1], board(bound=0)) == 0


def test_weights_price_waiting_driving_trips_and_where_a_route_ends() -> None:
    base = board(now=18)
    prices = {"waiting": 2.0, "driving": 2.0, "trip": 1.0, "ending": 1.0, "late": 2.0, "far_late": 3.0}
    expected = {"waiting": 2 + 4, "driving": 2 + 4, "trip": 3, "ending": 2 + 1, "late": 2 + 2, "far_late": 2 + 3}
    for name, price in prices.items():
        priced = base._replace(weights=NEXT_TO._replace(**{name: price}))
        assert cost([1], priced) == expected[name], name


def test_no_stop_is_lost_however_many_orders_come_at_once() -> None:
    """Thirty orders for one courier are more than a route holds: those that do not fit wait, and all are delivered."""
    orders = [(0, 10, kitchen, door) for kitchen, door in product(range(2), range(1, 16))]
    day = street(orders, [2, 3], [(0, 2000, 0)])
    done = dispatch(day, RollingHorizon())
    assert sorted(name for each in done for name in each.orders) == sorted(day.orders)
