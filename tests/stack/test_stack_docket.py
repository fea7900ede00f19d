"""What a consumer holds: who sleeps for what and how long, who is looked at again, and who was passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dispatch_bench import HERE, TERMS, freed
from hypothesis import given
from hypothesis import strategies as st
from stack_bench import MINUTE, SECOND

from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.stack.docket import Boards, DispatchTerms, Docket, Outlook
from swifteats_sim.stack.free_driver import FreeDriver
from swifteats_sim.stack.pending import Pending
from swifteats_sim.stack.waiting import Board, Waiting

CORRECTED = replace(TERMS, deferral="corrected")
AS_WRITTEN = replace(TERMS, deferral="as_written")


class World:
    """Minutes: when each order's food is ready, and how far the one driver is from each restaurant; None: busy."""

    def __init__(self, terms: DispatchTerms, ready: dict[int, int], away: dict[int, int | None]) -> None:
        self.ready, self.away, self.now = ready, away, 0
        self.surveys = list[int]()
        self.docket = Docket(terms, self.outlook, lambda order: HERE, Boards(Board(), Board()), 0)

    def outlook(self, request: AssignmentRequest) -> Outlook:
        self.surveys.append(request.order)
        away, left = self.away[request.order], self.ready[request.order] * MINUTE - self.now
        return Outlook(left, None if away is None or 20 in request.excluded else away * MINUTE)

    def at(self, minute: float) -> int:
        self.now = round(minute * MINUTE)
        return self.now

    def admit(self, order: int, minute: float = 0, excluded: tuple[int, ...] = ()) -> Pending:
        now = self.at(minute)
        pending = Pending(AssignmentRequest(order, 0, 1, excluded), self.docket.number(), now, now, 0)
        self.docket.admit(pending, now)
        return pending


def test_a_deferral_that_runs_its_time_is_slept_for_the_food() -> None:
    world = World(CORRECTED, {1: 15}, {1: 3})
    pending = world.admit(1, minute=1)
    assert world.docket.due() == 10 * MINUTE
    world.docket.wake(world.at(10))
    assert world.docket.next() is pending
    assert (pending.deferred, pending.driverless, pending.eligible) == (9 * MINUTE, 0, 10 * MINUTE)


def test_the_kitchen_s_news_ends_a_deferral_early_and_only_what_was_slept_counts() -> None:
    world = World(CORRECTED, {1: 15}, {1: 3})
    pending = world.admit(1)
    world.ready[1] = 8
    assert world.docket.news(1, world.at(4)) is True
    assert world.docket.next() is pending
    assert (pending.deferred, pending.eligible) == (4 * MINUTE, 4 * MINUTE)
    assert world.docket.due() is None


def test_news_that_make_it_later_let_an_order_sleep_on() -> None:
    world = World(CORRECTED, {1: 15}, {1: 3})
    pending = world.admit(1)
    world.ready[1] = 20
    assert world.docket.news(1, world.at(4)) is False
    assert world.docket.due() == 15 * MINUTE
    world.docket.wake(world.at(15))
    assert (pending.deferred, pending.eligible) == (15 * MINUTE, 15 * MINUTE)


@pytest.mark.parametrize("stage", ["ready", "in hand", "after a search in vain"])
def test_news_are_nothing_to_an_order_that_is_not_deferred(stage: str) -> None:
    world = World(CORRECTED, {1: 2}, {1: 3})
    pending = world.admit(1)
    if stage != "ready":
        assert world.docket.next() is pending
    if stage == "after a search in vain":
        world.docket.postpone(pending, "no_driver", world.at(1))
    assert world.docket.news(1, world.at(1)) is False
    assert world.surveys == [1]
    assert world.docket.news(99, world.at(1)) is False


def test_a_pause_after_a_search_in_vain_is_slept_for_a_driver_however_it_ends() -> None:
    world = World(CORRECTED, {1: 0}, {1: None})
    pending = world.admit(1)
    world.docket.next()
    world.docket.postpone(pending, "no_driver", world.at(1))
    world.docket.wake(world.at(2))
    assert world.docket.next() is pending
    world.docket.postpone(pending, "contended", world.at(3))
    assert world.docket.due() == 3 * MINUTE + 30 * SECOND
    assert world.docket.call(freed(), world.at(3.25)) is True
    assert world.docket.next() is pending
    assert (pending.driverless, pending.deferred, pending.called) == (75 * SECOND, 0, True)
    assert world.docket.due() is None


def test_a_driver_nearby_may_send_an_order_that_missed_one_back_to_waiting_for_its_food() -> None:
    world = World(CORRECTED, {1: 15}, {1: None})
    pending = world.admit(1)
    assert world.docket.next() is pending
    world.docket.postpone(pending, "no_driver", world.at(0))
    world.away[1] = 3
    assert world.docket.call(freed(), world.at(0.5)) is False
    assert world.docket.due() == 10 * MINUTE
    world.docket.wake(world.at(10))
    assert world.docket.next() is pending
    # It was not the driver's call that brought it to a decision.
    assert (pending.driverless, pending.deferred, pending.called) == (30 * SECOND, 9.5 * MINUTE, False)


def missed(world: World, *orders: int, excluded: tuple[int, ...] = ()) -> list[Pending]:
    """Orders for which a search at 0 found nobody."""
    pending = [world.admit(order, excluded=excluded) for order in orders]
    for _ in orders:
        taken = world.docket.next()
        assert taken is not None
        world.docket.postpone(taken, "no_driver", world.at(0))
    return pending


def test_a_call_goes_on_until_an_order_may_be_decided() -> None:
    # Once the driver is there, the orders 1 and 2 wait for their food, 3 is due, and nobody asks 4 any more.
    world = World(CORRECTED, {1: 10, 2: 11, 3: 12, 4: 13}, dict.fromkeys((1, 2, 3, 4)))
    missed(world, 1, 2, 3, 4)
    world.away, world.surveys = {1: 3, 2: 3, 3: 11, 4: 12}, []
    assert world.docket.call(freed(), world.at(0.5)) is True
    assert world.surveys == [1, 2, 3]
    due = world.docket.next()
    assert due is not None
    assert (due.request.order, due.called) == (3, True)
    assert world.docket.due() == 1 * MINUTE  # the pause of 4, who has not been called


def test_a_call_that_only_sends_orders_back_to_wait_for_food_is_in_vain() -> None:
    world = World(CORRECTED, {1: 10, 2: 11}, {1: None, 2: None})
    missed(world, 1, 2)
    world.away = {1: 3, 2: 3}
    assert world.docket.call(freed(), world.at(0.5)) is False
    assert world.docket.due() == 5 * MINUTE


def test_a_driver_is_not_offered_to_an_order_that_he_has_turned_down() -> None:
    world = World(CORRECTED, {1: 0, 2: 5}, {1: None, 2: None})
    (refused,) = missed(world, 1, excluded=(20,))
    (other,) = missed(world, 2)
    world.away, world.surveys = {1: 3, 2: 3}, []
    assert world.docket.call(freed(driver=20), world.at(0.5)) is True
    assert (world.docket.next(), world.surveys) == (other, [2])
    assert world.docket.call(freed(driver=20), world.at(0.5)) is False
    assert world.docket.call(freed(driver=21), world.at(0.5)) is True
    assert world.docket.next() is refused
    sleeper = World(CORRECTED, {1: 15}, {1: 3})
    sleeper.admit(1, excluded=(21,))
    assert sleeper.docket.recall(freed(driver=21), 0) is False
    assert sleeper.docket.recall(freed(driver=20), 0) is True


def test_only_orders_in_the_driver_s_districts_are_asked() -> None:
    world = World(CORRECTED, dict.fromkeys(range(1, 5), 0), dict.fromkeys(range(1, 5)))
    world.docket = Docket(CORRECTED, world.outlook, lambda order: (0, order, 0), Boards(Board(), Board()), 0)
    missed(world, 1, 2, 3, 4)
    asked = list[int]()

    def out_of_reach(order: int) -> bool:
        asked.append(order)
        return False

    driver = FreeDriver(99, ((0, 2, 0), (0, 3, 0), (1, 1, 0), (0, 9, 0)), out_of_reach)
    assert world.docket.call(driver, world.at(0.5)) is False
    assert asked == [2, 3]


def test_a_driver_freed_while_a_search_ran_in_vain_is_looked_for_at_once() -> None:
    world = World(CORRECTED, {1: 0}, {1: None})
    pending = world.admit(1)
    world.docket.next()
    assert world.docket.look_again(pending, world.at(0.1)) is False
    world.away[1] = 3
    assert world.docket.look_again(pending, world.at(0.1)) is True
    assert world.docket.next() is pending
    assert (pending.called, pending.driverless) == (True, 0)


def test_a_handling_that_failed_has_not_been_called() -> None:
    world = World(CORRECTED, {1: 0}, {1: None})
    (pending,) = missed(world, 1)
    world.docket.call(freed(), world.at(0.5))
    assert world.docket.next() is pending
    assert pending.called is True
    world.docket.put_off(pending, world.at(0.5))
    assert pending.called is False


def test_a_handling_that_failed_is_put_off_and_that_is_nobody_s_wait_for_food_or_driver() -> None:
    world = World(CORRECTED, {1: 0}, {1: 3})
    pending = world.admit(1)
    world.docket.next()
    world.docket.put_off(pending, world.at(0))
    assert world.docket.call(freed(), world.at(0.25)) is False
    assert world.docket.due() == 30 * SECOND
    world.docket.wake(world.at(0.5))
    assert world.docket.next() is pending
    assert (pending.driverless, pending.deferred) == (0, 0)


def test_as_written_an_order_whose_driver_would_be_late_is_put_back_until_one_is_nearer() -> None:
    # Ready at 5 min, the driver 8 min away, tolerance 2 min: late by 3 at first, and by half a minute more each time.
    world = World(AS_WRITTEN, {1: 5}, {1: 8})
    pending = world.admit(1)
    for half_minute in range(1, 7):
        assert world.docket.next() is None
        world.docket.wake(world.at(half_minute / 2))
    world.away[1] = 3
    world.docket.wake(world.at(3.5))
    assert world.docket.next() is pending
    assert (pending.deferred_late, pending.deferred, pending.eligible) == (7, 3.5 * MINUTE, 3.5 * MINUTE)


def test_as_written_an_order_whose_driver_would_wait_goes_at_once() -> None:
    world = World(AS_WRITTEN, {1: 15}, {1: 3})
    pending = world.admit(1)
    assert world.docket.next() is pending
    assert (pending.deferred, pending.deferred_late) == (0, 0)


def test_as_written_a_driver_who_frees_nearby_ends_the_pause() -> None:
    world = World(AS_WRITTEN, {1: 5}, {1: 8})
    pending = world.admit(1)
    world.away[1] = 5
    assert world.docket.recall(freed(), world.at(0.2)) is True
    assert world.docket.next() is pending
    assert (pending.deferred, pending.deferred_late) == (12 * SECOND, 1)


@pytest.mark.parametrize("terms", [CORRECTED, AS_WRITTEN])
def test_where_nobody_is_idle_nothing_is_deferred(terms: DispatchTerms) -> None:
    world = World(terms, {1: 15}, {1: None})
    assert world.admit(1) is world.docket.next()


@given(st.integers(-30, 60), st.integers(0, 40), st.integers(0, 5))
def test_the_corrected_rule_never_defers_an_order_whose_driver_would_be_late(left: int, away: int, rest: int) -> None:
    world = World(CORRECTED, {1: left}, {1: away})
    pending = world.admit(1)
    while (due := world.docket.due()) is not None:
        assert world.docket.next() is None
        world.docket.wake(world.at(due / MINUTE))
    assert world.docket.next() is pending
    assert pending.deferred_late == 0
    assert pending.deferred == max(0, left - away - 2) * MINUTE


def test_a_driver_nobody_has_missed_is_shown_to_the_deferred_order_nearby_that_is_due_first() -> None:
    world = World(CORRECTED, {1: 30, 2: 20, 3: 15, 4: 40}, {1: 3, 2: 3, 3: 3, 4: 3})
    for order in world.ready:
        world.admit(order)
    asked, world.surveys = list[int](), []

    def near(order: int) -> bool:
        asked.append(order)
        return order != 3

    assert world.docket.recall(freed(near), world.at(1)) is True
    assert (asked, world.surveys) == ([3, 2], [2])
    # Order 2 sleeps on, and so does order 3 who was only asked.
    assert world.docket.due() == 10 * MINUTE
    assert world.docket.recall(freed(lambda order: False), world.at(1)) is False


def test_first_come_first_served_knows_when_it_passes_over_a_more_urgent_order() -> None:
    world = World(replace(TERMS, least_slack=False), {1: 30, 2: 10, 3: 20, 4: 5}, dict.fromkeys(range(1, 5), 3))
    for order in (1, 2, 3):
        world.admit(order)
    taken = [world.docket.next(), world.docket.next()]
    world.admit(4)
    taken += [world.docket.next(), world.docket.next()]
    assert [(one.request.order, one.overtaken) for one in taken if one] == [
        (1, True), (2, False), (3, True), (4, False)
    ]  # fmt: skip


def test_an_order_that_is_passed_over_by_mistake_is_seen_whatever_the_discipline() -> None:
    class Upside(Waiting[Pending]):
        def add(self, key: int, one: Pending) -> None:
            super().add(-key, one)

    world = World(TERMS, {1: 30, 2: 10}, {1: 3, 2: 3})
    world.docket._ready = Upside()
    for order in (1, 2):
        world.admit(order)
    assert [(one.request.order, one.overtaken) for _ in range(2) if (one := world.docket.next())] == [
        (1, True), (2, False)
    ]  # fmt: skip


STEPS = st.lists(st.tuples(st.sampled_from(["admit", "next", "again"]), st.integers(0, 20)), max_size=40)


@given(STEPS, st.booleans())
def test_overtaken_is_what_a_look_at_everybody_would_say(steps: list[tuple[str, int]], least_slack: bool) -> None:
    world = World(replace(TERMS, least_slack=least_slack), {}, {})
    ready, out = list[Pending](), list[Pending]()
    for step, number in steps:
        if step == "admit":
            order = len(world.ready)
            world.ready[order], world.away[order] = number, 3
            ready.append(world.admit(order))
        elif step == "again" and out:
            ready.append(out.pop(number % len(out)))
            world.docket.postpone(ready[-1], "no_driver", 0)
            assert world.docket.call(freed(), 0)
        elif step == "next" and (pending := world.docket.next()) is not None:
            ready.remove(pending)
            out.append(pending)
            assert pending.overtaken == any(other.leave_by < pending.leave_by for other in ready)
            assert not (least_slack and pending.overtaken)
    assert (world.docket.next() is None) == (not ready)


LIFE = st.lists(
    st.tuples(st.sampled_from(["wake", "call", "recall", "news", "next"]), st.integers(1, 120), st.integers(-5, 30)),
    max_size=40,
)


@given(LIFE, st.sampled_from([CORRECTED, AS_WRITTEN]), st.booleans())
def test_whatever_ends_a_sleep_all_time_is_spent_once(
    life: list[tuple[str, int, int]], terms: DispatchTerms, idle: bool
) -> None:
    world = World(terms, {1: 20}, {1: 3 if idle else None})
    pending, ready, asleep = world.admit(1), 0, world.docket.due() is not None
    for deed, seconds, minutes in life:
        now = world.now + seconds * SECOND
        ready += 0 if asleep else now - world.now
        world.at(now / MINUTE)
        world.ready[1], world.away[1] = minutes, (None if minutes < 0 else minutes)
        if deed == "wake":
            world.docket.wake(now)
        elif deed == "call":
            world.docket.call(freed(), now)
        elif deed == "recall":
            world.docket.recall(freed(), now)
        elif deed == "news":
            world.docket.news(1, now)
        elif world.docket.next() is pending:
            world.docket.postpone(pending, "no_driver", now)
        asleep = pending.nap is not None
    running = world.now - pending.since if asleep else 0
    assert pending.deferred + pending.driverless + running + ready == world.now
