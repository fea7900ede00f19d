"""Every invariant, broken on purpose: the run ends, and says which one, when, and what was seen."""

from __future__ import annotations

import gc
import pickle
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import simpy
from swarm import scenario_of
from swarm_settings import BASE
from typer.testing import CliRunner

from swifteats_sim.city.trajectories import Trajectories
from swifteats_sim.city.travel import StraightLine
from swifteats_sim.cli.main import app
from swifteats_sim.domain import delivery, inventory, orders
from swifteats_sim.domain.effects import CompareAndSet, Name, Read, Record, Rule, Write
from swifteats_sim.domain.held import Held
from swifteats_sim.domain.messages import DRIVERS, ITEMS, ORDERS, Line
from swifteats_sim.domain.states import DriverState, Impossible, OrderState
from swifteats_sim.domain.stock import InventoryTerms
from swifteats_sim.engine.branching import Fork
from swifteats_sim.engine.clock import SECOND, Clock
from swifteats_sim.engine.job import COMPLETED, WAIT, Job
from swifteats_sim.engine.loop import Loop
from swifteats_sim.engine.steps import Delay, KeepNewest
from swifteats_sim.results.recorder import OfferLog, OrderLog
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import invariants, replenishing, simulate
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


def an_order_that_is_new_again_at_the_pick_up(patch: pytest.MonkeyPatch) -> None:
    true = delivery.advance

    def advance(held: Held, to: OrderState, with_driver: DriverState) -> Rule[bool]:
        moved = yield from true(held, to, with_driver)
        (order,) = yield Read(((ORDERS, held.order),))
        yield CompareAndSet(ORDERS, held.order, order.version, {"state": OrderState.NEW_ORDER})
        return moved

    patch.setattr(delivery, "advance", advance)


def a_reservation_that_takes_twice(patch: pytest.MonkeyPatch) -> None:
    true = Store._write

    def write(self: Store, write: Write, name: Name, before: Record | None) -> None:
        true(self, write, name, before)
        if write.table == ITEMS and isinstance(write, CompareAndSet):
            record = self.read((ITEMS, write.key))
            assert record is not None
            self.put((ITEMS, write.key), {"stock": record.fields["stock"] - 1})

    patch.setattr(Store, "_write", write)


def a_release_that_gives_back_twice(patch: pytest.MonkeyPatch, room: bool = False) -> None:
    """room : only where the shelf has room for it."""
    true = inventory._change

    def change(restaurant: int, record: Record | None, line: Line, terms: InventoryTerms, sign: int) -> Write:
        twice, left = line._replace(quantity=2 * line.quantity), terms.most(line.item)
        if record is not None:
            left -= record.fields["stock"]
        fits = sign > 0 and (twice.quantity <= left or not room)
        return true(restaurant, record, twice if fits else line, terms, sign)

    patch.setattr(inventory, "_change", change)


def a_release_that_gives_back_twice_where_there_is_room(patch: pytest.MonkeyPatch) -> None:
    a_release_that_gives_back_twice(patch, room=True)


def a_shelf_that_is_filled_beyond_its_maximum(patch: pytest.MonkeyPatch) -> None:
    true = inventory.replenish

    def replenish(restaurant: int, item: int, terms: InventoryTerms) -> Rule[int]:
        return true(restaurant, item, terms._replace(stock=terms.stock + 1))

    patch.setattr(replenishing, "replenish", replenish)


def a_step_that_forgets_its_job(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Delay, "take", lambda *_: WAIT)


def a_fork_that_loses_its_job_and_its_parts(patch: pytest.MonkeyPatch) -> None:
    """Each keeps the others from vanishing, until the garbage is swept."""

    def take(self: Fork, job: Job, now: int, loop: Loop) -> int:
        for pc in self.ways:
            job.part(job.lane, pc, self)
        return WAIT

    patch.setattr(Fork, "take", take)


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


def an_alarm_of_the_past(patch: pytest.MonkeyPatch) -> None:
    """Of those who decide."""
    true = Clock.sleep

    def sleep(self: Clock, duration: int) -> simpy.Timeout:
        alarm = true(self, duration)
        if self.instant > 60 * SECOND:
            at, *rest = self._queue.pop(0)
            self._queue.insert(0, (at - 2 * SECOND, *rest))  # type: ignore[arg-type]
        return alarm

    patch.setattr(Clock, "sleep", sleep)


def a_way_that_takes_half_its_time(patch: pytest.MonkeyPatch) -> None:
    true = StraightLine.duration
    patch.setattr(StraightLine, "duration", lambda self, here, there: true(self, here, there) // 2)


def a_fix_that_is_written_over_a_newer_one(patch: pytest.MonkeyPatch) -> None:
    def take(self: KeepNewest, job: Job, now: int, loop: Loop) -> int:
        self.register[job.entity] = job.born if now < 300 * SECOND else job.born - 200 * SECOND
        return job.pc + 1

    patch.setattr(KeepNewest, "take", take)


def a_fix_of_an_instant_to_come(patch: pytest.MonkeyPatch) -> None:
    def take(self: KeepNewest, job: Job, now: int, loop: Loop) -> int:
        self.register[job.entity] = now + 60 * SECOND
        return job.pc + 1

    patch.setattr(KeepNewest, "take", take)


def an_order_that_ends_unseen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OrderLog, "close", lambda *_: None)


def an_order_that_is_closed_and_the_database_never_hears(patch: pytest.MonkeyPatch) -> None:
    def close_order(order: int, state: OrderState) -> Rule[bool]:
        yield Read(((ORDERS, order),))
        return True

    patch.setattr(orders, "close_order", close_order)


def a_delivery_that_the_record_misses(patch: pytest.MonkeyPatch) -> None:
    true = OrderLog.close

    def close(self: OrderLog, order: int, at: int, state: str, reason: str) -> None:
        true(self, order, at, "failed" if state == OrderState.DELIVERED else state, reason)

    patch.setattr(OrderLog, "close", close)


def an_order_that_is_answered_twice(patch: pytest.MonkeyPatch) -> None:
    true = OrderLog.note

    def note(self: OrderLog, order: int, column: str, value: int) -> None:
        for _ in range(2 if column == "answered" else 1):
            true(self, order, column, value)

    patch.setattr(OrderLog, "note", note)


def a_driver_who_is_freed_in_the_place_of_another(patch: pytest.MonkeyPatch) -> None:
    """As many hold an order as should; they are not the ones."""
    true = OfferLog.holding

    def holding(self: OfferLog) -> list[int]:
        held = true(self)
        free = next(driver for driver in range(100) if driver not in held)
        return [free, *held[1:]] if held else held

    patch.setattr(OfferLog, "holding", holding)


def a_rule_that_is_shown_the_impossible(patch: pytest.MonkeyPatch) -> None:
    def drop_off(held: Held) -> Rule[None]:
        yield Read(((ORDERS, held.order),))
        raise Impossible("nobody knows this order")

    patch.setattr(delivery, "drop_off", drop_off)


UNPAID = ("ordering.prepared=100 %", "ordering.replenish_every=7 min", "ordering.payment_success=60 %")
"""A sixth of the orders fail, and give back what they hold."""

BREAKING: tuple[tuple[Breaking, Invariant], ...] = (
    (a_drop_off_that_frees_nobody, "drivers freed"),
    (a_driver_who_is_free_at_the_pick_up, "moves of drivers"),
    (an_order_that_is_new_again_at_the_pick_up, "moves of orders"),
    (a_reservation_that_takes_twice, "stock"),
    (a_release_that_gives_back_twice, "stock"),
    (a_release_that_gives_back_twice_where_there_is_room, "stock restored"),
    (a_shelf_that_is_filled_beyond_its_maximum, "stock"),
    (a_step_that_forgets_its_job, "flows"),
    (a_job_that_ends_twice, "flows"),
    (an_event_of_the_past, "time"),
    (a_message_that_vanishes, "messages"),
    (a_driver_in_two_places, "positions"),
    (a_way_that_takes_half_its_time, "speed"),
    (a_fix_that_is_written_over_a_newer_one, "fixes"),
    (a_fix_of_an_instant_to_come, "fixes"),
    (an_alarm_of_the_past, "time"),
    (an_order_that_ends_unseen, "orders"),
    (an_order_that_is_closed_and_the_database_never_hears, "orders"),
    (a_delivery_that_the_record_misses, "orders"),
    (an_order_that_is_answered_twice, "orders"),
    (a_driver_who_is_freed_in_the_place_of_another, "drivers freed"),
    (a_rule_that_is_shown_the_impossible, "rules"),
)


@pytest.mark.parametrize(("breaking", "invariant"), BREAKING, ids=lambda each: getattr(each, "__name__", ""))
def test_whoever_breaks_an_invariant_ends_the_run(
    breaking: Breaking, invariant: Invariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = busy("ordering.stock=8", "ordering.items=2", *UNPAID)
    breaking(monkeypatch)
    with pytest.raises(Violation) as broken:
        simulate(scenario, engine="reference")
    assert broken.value.invariant == invariant
    assert 0 < broken.value.at <= scenario.end


def told(*command: str) -> list[str]:
    """What the command line says to stderr of a run that an invariant has ended."""
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.stdout) == (1, "")
    return done.stderr.splitlines()


ENDING = {invariant: breaking for breaking, invariant in BREAKING}
"""One way to break each."""


@pytest.mark.parametrize("invariant", ENDING)
def test_the_command_that_is_told_shows_the_same_violation(
    invariant: Invariant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of two replications it is one that is named, and shown again; nothing is written."""
    ENDING[invariant](monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("swarm.yaml").write_text(BASE, encoding="utf-8")
    settings = (f"{path}={value}" for path, value in BUSY)
    chosen = [word for each in (*settings, "ordering.stock=8", "ordering.items=2", *UNPAID) for word in ("--set", each)]
    said, replay = told("run", "swarm.yaml", *chosen, "--replications", "2", "--engine", "reference", "--quiet")
    assert said.startswith(f'invariant "{invariant}" broken at 0:')
    assert replay.startswith("replay: swifteats-sim run swarm.yaml ")
    assert told(*shlex.split(replay)[2:]) == [said, replay]
    assert [each.name for each in tmp_path.iterdir()] == ["swarm.yaml"]


def test_every_invariant_is_broken_somewhere() -> None:
    """By code, but for two that only the notes' switches break, see DEFECTS."""
    assert {*get_args(Invariant)} - {*ENDING} == {"one order a driver", "one driver an order"} < {*DEFECTS}


FORKED = "stack.flows.tracking=[{only_if: watched}, {parallel: [[{delay: 20 ms}], [{delay: 30 ms}]]}]"


@pytest.fixture
def unswept() -> Iterator[None]:
    """Garbage stays where it is, as it may in any run."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("unswept")
def test_a_lost_job_and_its_parts_do_not_pass_for_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(busy(FORKED), engine="reference")
    a_fork_that_loses_its_job_and_its_parts(monkeypatch)
    with pytest.raises(Violation, match="jobs of flow 'tracking' were sent") as broken:
        simulate(busy(FORKED), engine="reference")
    assert broken.value.invariant == "flows"


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
    simulate(scenario, engine="reference")
    given_up = broken_by_design(scenario)
    assert invariant in given_up
    monkeypatch.setattr(invariants, "broken_by_design", lambda _: given_up - {invariant})
    with pytest.raises(Violation) as broken:
        simulate(scenario, engine="reference")
    assert broken.value.invariant == invariant


def test_the_rules_as_they_are_give_nothing_up_and_break_nothing() -> None:
    assert broken_by_design(busy()) == frozenset()
    simulate(busy("ordering.stock=8", "ordering.items=2"), engine="reference")


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
        simulate(busy(), replication=2, engine="reference")
    assert broken.value.replication == 2
