"""Every invariant, broken on purpose: the run ends, and says which one, when, and what was seen."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import Any, get_args

import pytest
from swarm import scenario_of

from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.domain import delivery
from swifteats_sim.domain.effects import CompareAndSet, Read, Rule, Write
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS
from swifteats_sim.domain.states import DriverState, Impossible, OrderState
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.job import COMPLETED, WAIT, Job
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.steps import Delay
from swifteats_sim.results.recorder import OrderLog
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import invariants, simulate
from swifteats_sim.simulation.violation import EXEMPTIONS, Invariant, Violation, broken_by_design
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.store import Store

Breaking = Callable[[pytest.MonkeyPatch], None]
BUSY = (("city.geos.centre.drivers", "5"), ("seed", "1"))


def busy(*settings: str) -> Scenario:
    """A city whose few drivers always have something to do."""
    pairs = [setting.split("=", 1) for setting in settings]
    return scenario_of((*BUSY, *((path, value) for path, value in pairs)))


def a_drop_off_that_frees_nobody(patch: pytest.MonkeyPatch) -> None:
    def drop_off(held: Held) -> Rule[None]:
        (order,) = yield Read(((ORDERS, held.order),))
        yield CompareAndSet(ORDERS, held.order, order.version, {"state": OrderState.DELIVERED})

    patch.setattr(delivery, "drop_off", drop_off)


def a_driver_who_is_free_at_the_pick_up(patch: pytest.MonkeyPatch) -> None:
    true = delivery.advance

    def advance(held: Held, to: OrderState, with_driver: DriverState) -> Rule[bool]:
        moved = yield from true(held, to, with_driver)
        if to == OrderState.PICKED_UP:
            (driver,) = yield Read(((DRIVERS, held.driver),))
            free = {"state": DriverState.AVAILABLE, "order": None}
            yield CompareAndSet(DRIVERS, held.driver, driver.version, free)
        return moved

    patch.setattr(delivery, "advance", advance)


def a_reservation_that_takes_twice(patch: pytest.MonkeyPatch) -> None:
    true = Store._write

    def write(self: Store, write: Write) -> None:
        true(self, write)
        if write.table == ITEMS and isinstance(write, CompareAndSet):
            record = self.read((ITEMS, write.key))
            assert record is not None
            self.put((ITEMS, write.key), {"stock": record.fields["stock"] - 1})

    patch.setattr(Store, "_write", write)


def a_step_that_forgets_its_job(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Delay, "take", lambda *_: WAIT)


def a_job_that_ends_twice(patch: pytest.MonkeyPatch) -> None:
    true = Delay.take

    def take(self: Delay, job: Job, now: int, loop: Loop) -> int:
        if now > 60 * SECOND:
            loop.end(job, COMPLETED, now)
        return true(self, job, now, loop)

    patch.setattr(Delay, "take", take)


def an_event_of_the_past(patch: pytest.MonkeyPatch) -> None:
    true = Loop.resume
    patch.setattr(Loop, "resume", lambda self, job, at, pc: true(self, job, at - SECOND, pc))


def a_message_that_vanishes(patch: pytest.MonkeyPatch) -> None:
    true = Topic.append

    def append(self: Topic, *message: Any) -> None:
        true(self, *message)
        next(log for log in self.logs if log).pop()

    patch.setattr(Topic, "append", append)


def a_driver_in_two_places(patch: pytest.MonkeyPatch) -> None:
    true = Trajectories.position

    def position(self: Trajectories, driver: int, at: int) -> tuple[float, float]:
        x, y = true(self, driver, at)
        return x + 1.0, y

    patch.setattr(Trajectories, "position", position)


def an_order_that_ends_unseen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OrderLog, "close", lambda *_: None)


def a_rule_that_is_shown_the_impossible(patch: pytest.MonkeyPatch) -> None:
    def drop_off(held: Held) -> Rule[None]:
        yield Read(((ORDERS, held.order),))
        raise Impossible("nobody knows this order")

    patch.setattr(delivery, "drop_off", drop_off)


BREAKING: tuple[tuple[Breaking, Invariant], ...] = (
    (a_drop_off_that_frees_nobody, "drivers freed"),
    (a_driver_who_is_free_at_the_pick_up, "moves of drivers"),
    (a_reservation_that_takes_twice, "stock"),
    (a_step_that_forgets_its_job, "flows"),
    (a_job_that_ends_twice, "flows"),
    (an_event_of_the_past, "time"),
    (a_message_that_vanishes, "messages"),
    (a_driver_in_two_places, "positions"),
    (an_order_that_ends_unseen, "orders"),
    (a_rule_that_is_shown_the_impossible, "rules"),
)


@pytest.mark.parametrize(("breaking", "invariant"), BREAKING, ids=lambda each: getattr(each, "__name__", ""))
def test_whoever_breaks_an_invariant_ends_the_run(
    breaking: Breaking, invariant: Invariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = busy("ordering.stock=8", "ordering.items=2")
    breaking(monkeypatch)
    with pytest.raises(Violation) as broken:
        simulate(scenario)
    assert broken.value.invariant == invariant
    assert 0 < broken.value.at <= scenario.end


DEFECTS: Mapping[Invariant, tuple[str, ...]] = {
    "one order a driver": ("assignment.release=ttl", "assignment.ttl=2 min"),
    "one driver an order": ("assignment.commit=cas_unversioned", "stack.topics.assignment.duplicates=100 %"),
    "moves of drivers": ("assignment.release=ttl", "assignment.ttl=4 min"),
    "stock": (
        "ordering.inventory=none", "ordering.items=1", "ordering.prepared=100 %", "ordering.stock=5",
        "demand.orders.rate=20/min", "duration=3 min", "stack.effects.compare_and_set={at: database, service: 5 s}",
    ),
    "stock restored": ("ordering.give_back=never", "ordering.payment_success=10 %"),
}  # fmt: skip
"""What the notes' switches break, as their defects say."""


@pytest.mark.parametrize("invariant", DEFECTS)
def test_a_switch_of_the_notes_breaks_what_it_gives_up_and_nothing_else(
    invariant: Invariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = busy(*DEFECTS[invariant])
    simulate(scenario)
    given_up = broken_by_design(scenario)
    assert invariant in given_up
    monkeypatch.setattr(invariants, "broken_by_design", lambda _: given_up - {invariant})
    with pytest.raises(Violation) as broken:
        simulate(scenario)
    assert broken.value.invariant == invariant


def test_the_rules_as_they_are_give_nothing_up_and_break_nothing() -> None:
    assert broken_by_design(busy()) == frozenset()
    simulate(busy("ordering.stock=8", "ordering.items=2"))


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=lambda each: f"{each.key}-{each.value}")
def test_every_exemption_is_of_a_switch_that_exists(exemption: Any) -> None:
    chosen = busy(f"{exemption.section}.{exemption.key}={exemption.value}")
    assert broken_by_design(chosen) == exemption.breaks
    assert exemption.breaks <= set(get_args(Invariant))


def test_a_violation_says_when_and_what_and_travels_between_processes() -> None:
    broken = Violation("stock", 754_500_000_000, "item (3, 1) has -1 portions", replication=1)
    assert str(broken) == (
        'invariant "stock" broken at 0:12:34.500000000 of replication 2: item (3, 1) has -1 portions'
    )
    again = pickle.loads(pickle.dumps(broken))
    assert (again.invariant, again.at, again.what, again.replication) == ("stock", broken.at, broken.what, 1)


def test_the_violation_names_its_replication(monkeypatch: pytest.MonkeyPatch) -> None:
    a_step_that_forgets_its_job(monkeypatch)
    with pytest.raises(Violation) as broken:
        simulate(busy(), replication=2)
    assert broken.value.replication == 2
