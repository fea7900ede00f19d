"""Wiring: from a frozen scenario to the parts of one run, each built once and handed to who needs it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from swifteats_sim.city.demand import Plan
from swifteats_sim.city.districts import Districts
from swifteats_sim.city.fleet import Fleet
from swifteats_sim.city.search import Search
from swifteats_sim.domain.effects import Key, Record
from swifteats_sim.domain.messages import DRIVERS, ORDERS
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.clock import Clock
from swifteats_sim.engine.laws import Law
from swifteats_sim.engine.registers import Registers
from swifteats_sim.engine.resource import Resource
from swifteats_sim.engine.streams import Stream, Streams
from swifteats_sim.engine.ties import STATED
from swifteats_sim.results.recorder import OfferLog, OrderLog
from swifteats_sim.scenario import Scenario
from swifteats_sim.scenario.flows import GPS
from swifteats_sim.simulation.audit import Audit
from swifteats_sim.simulation.calls import DriverCalls
from swifteats_sim.simulation.conservation import Conservation
from swifteats_sim.simulation.cooking import Cooking
from swifteats_sim.simulation.courier import Couriers
from swifteats_sim.simulation.dispatch import Dispatch
from swifteats_sim.simulation.estimates import Estimates
from swifteats_sim.simulation.growing import grow
from swifteats_sim.simulation.invariants import Invariants
from swifteats_sim.simulation.larder import Larder
from swifteats_sim.simulation.live_order import Orders
from swifteats_sim.simulation.order_life import OrderLife
from swifteats_sim.simulation.parts import City, Run, declared_city
from swifteats_sim.simulation.replenishing import Replenishment
from swifteats_sim.simulation.sampler import Sampler
from swifteats_sim.simulation.shifts import Shifts
from swifteats_sim.simulation.software import Engine, Software, Surroundings
from swifteats_sim.simulation.stranded import stranded
from swifteats_sim.simulation.town import build_town
from swifteats_sim.simulation.trips import Trips
from swifteats_sim.simulation.watchers import Watchers
from swifteats_sim.stack.build import Blueprint
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.laws import law_of
from swifteats_sim.stack.outbox import Relay
from swifteats_sim.stack.service import Process
from swifteats_sim.stack.store import Store


class Assembly:
    """All parts of one run, connected and not yet started."""

    def __init__(
        self,
        scenario: Scenario,
        streams: Streams,
        progress: Callable[[int], None],
        engine: Engine = "compiled",
        ties: int = STATED,
    ) -> None:
        """progress, engine : see `simulate`; ties : key of their shuffle."""
        town, declared = build_town(scenario, streams, grow), declared_city(scenario)
        clock, fleet = Clock(ties), Fleet(town.places, declared.drivers.fix_every, streams)
        geos = tuple(area.kind for area in town.places.areas)
        geo_of = town.geo_of_driver.tolist()
        followers, watchers = array("q", [-1]) * fleet.count, array("q", [0])
        registers = Registers(
            fleet.known, bytearray(fleet.count), followers, watchers, geo_of, fleet.trajectories
        )  # fmt: skip
        around = Surroundings(geos, registers, declared.drivers.fix_every, fleet.phases)
        self.software = Software(scenario, streams, around, declared.fix_sample, engine, ties)
        rules = scenario.assignment
        search = Search(fleet, rules.radius, rules.live_fix, rules.search == "ghosts")
        log = OrderLog()
        city = City(town.places, fleet, search, Districts(rules.radius), town.kitchen, Orders(town.places, log))
        self.run = Run(scenario, streams, clock, self.software.loop, city, log, OfferLog())
        self._blueprint = Blueprint(
            scenario.stack, self.software.equipment, clock, self.run.loop, streams, (scenario.warmup, scenario.end)
        )
        self.cooks = town.cooks
        self.runner = self._build_runner()
        self.larder = Larder(self.run, self.runner)
        self.replenishment = Replenishment(self.run, self.runner, self.larder.terms, self.larder.shelves)
        invariants = Invariants(self.run, self.runner.store, self.larder)
        self.shifts = Shifts(self.run, self.runner, self.software.numbers[GPS])
        self._watchers = Watchers(self.run, self.software.watched(), watchers)
        self._life = OrderLife(self.run, self.runner, self.larder, self._watchers)
        self._life.path = self._blueprint.order_path(self.runner, self._life.rules, self._life.client)
        estimates = Estimates(self.run)
        trips = Trips(self.run, self.runner, self._life, estimates, registers.watched, followers)
        couriers = Couriers(self.run, trips, self.shifts, estimates, invariants.committed)
        self._requests = self.software.equipment.topics[REQUESTS]
        self._dispatch = Dispatch(self.run, self.runner, self._blueprint, self._requests, self._life, couriers)
        self._calls = DriverCalls(self.run, self._dispatch.consumers, self._dispatch.boards, geo_of.__getitem__)
        self.shifts.on_heard = self._calls.free
        self._life.cooking = Cooking(self.run, self.runner, self.larder, self._calls.news)
        conservation = Conservation(self.software, {REQUESTS: self._dispatch.held})
        self.audit = Audit(self.run, self.runner.store, invariants, conservation)
        self.sampler = Sampler(self.run, progress, self.audit.look)
        self._plans = town.plans

    def start(self) -> None:
        """Open the shifts and start every process."""
        clock = self.run.clock
        self.software.start()
        self.shifts.open()
        self._dispatch.start()
        if self.run.scenario.ordering.publish == "outbox":
            clock.process(Relay(self.runner, self.run.scenario.ordering.relay_every).run())
        clock.process(self.replenishment.run())
        clock.process(self._demand(self._plans))
        clock.process(self.sampler.watch())

    def _demand(self, plans: Iterator[Plan]) -> Process:
        clock = self.run.clock
        for plan in plans:
            yield clock.sleep(plan.placed - clock.instant)
            clock.process(self._life.place(plan))

    @property
    def of_stock(self) -> dict[str, int]:
        """What became of the stock: see Tables.counts."""
        shelves, replenishment = self.larder.shelves, self.replenishment
        return {
            "oversold": shelves.oversold, "leaked": shelves.leaked(), "phantoms": shelves.phantoms(),
            "replenished": replenishment.replenished, "low_stock": replenishment.low,
        }  # fmt: skip

    @property
    def pools(self) -> Mapping[str, Resource]:
        """Pools that orders hold connections of."""
        return {name: pool.resource for name, pool in self._blueprint.pools.items()}

    def stranded(self, offers: pd.DataFrame) -> list[int]:
        """The orders for which nobody looks for a driver any more. offers : the run's."""
        consumers = [consumer for _, consumer in self._dispatch.consumers]
        closing = [live.number for live in self.run.city.orders.under_way if live.closing]
        return stranded(self.run.orders.table(), offers, self.runner.store, self._requests, consumers, closing)

    def held_back(self) -> list[int]:
        """The orders that are deferred now."""
        return [order for _, consumer in self._dispatch.consumers for order in consumer.held_back()]

    def _build_runner(self) -> Runner:
        run, store = self.run, Store()
        clock, payment = run.clock, run.streams("payment")
        store.watch(DRIVERS, self._driver_changed)
        store.watch(ORDERS, self._order_changed)
        success = run.scenario.ordering.payment_success
        return Runner(
            clock, run.loop, store, self.software.equipment.topics, self._blueprint.effect_costs(), run.find,
            lambda order, attempt: payment.uniform(order, attempt) < success, self._reading(),
        )  # fmt: skip

    def _reading(self) -> tuple[Law, Stream] | None:
        """What one availability read takes, where they are made one after the other (C11)."""
        rules = self.run.scenario.assignment
        if rules.availability == "batched":
            return None
        return law_of(rules.availability_read), self.run.streams("availability")

    def _driver_changed(self, key: Key, record: Record, _: Record | None) -> None:
        assert isinstance(key, int)
        self.run.city.fleet.changed(key, record, self.run.clock.instant)
        if record.fields["state"] == DriverState.AVAILABLE:
            self._calls.free(key)

    def _order_changed(self, key: Key, record: Record, _: Record | None) -> None:
        assert isinstance(key, int)
        self.run.orders.changed(key, record.fields["state"])
