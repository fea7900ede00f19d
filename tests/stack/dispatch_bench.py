"""Consumers of assignment requests on the small platform: a city of named orders and drivers, without roads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from stack_bench import LONG, MINUTE, MS, SECOND, Bench, desk, found

from swifteats_sim.domain.assignment import without
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.effects import Candidates, Insert
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.states import DriverState, OrderState
from swifteats_sim.engine.group import Delivery
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.placement import Rule as Placement
from swifteats_sim.engine.streams import Stream
from swifteats_sim.engine.traffic import Traffic
from swifteats_sim.policies import Nearest
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.consumer import Consumer
from swifteats_sim.stack.docket import Boards, DispatchTerms, Outlook
from swifteats_sim.stack.faults import Faults
from swifteats_sim.stack.free_driver import FreeDriver
from swifteats_sim.stack.member import Member
from swifteats_sim.stack.pending import Pending
from swifteats_sim.stack.waiting import Board

TERMS = DispatchTerms(
    least_slack=True, deferral="off", tolerance=2 * MINUTE, requeue=30 * SECOND,
    commit=CommitTerms(3, "transaction", 10 * SECOND), attempts=3, terminal=False,
    retry_no_driver=60 * SECOND, retry_error=30 * SECOND,
)  # fmt: skip
AWAITED = Delivery()
HERE = (0, 0, 0)
"""The only district of this city."""


def outlook_of(candidates: Candidates) -> Outlook:
    """What a consumer looks at before it searches."""
    return Outlook(candidates.preparation_left, min(candidates.travel.tolist(), default=None))


def freed(near: Callable[[int], bool] = lambda order: True, driver: int = 99) -> FreeDriver:
    """A driver who has just become free, and is within reach of these orders."""
    return FreeDriver(driver, (HERE,), near)


class Dispatch:
    """Consumers over the two geos of one topic, each with one partition; or a group of one geo, with keyed partitions.

    ready : the instant (ns) by which each order's food is estimated to be ready; travel : minutes of each driver to
    any restaurant; farther : minutes more to the restaurant of an order.
    """

    def __init__(
        self,
        terms: DispatchTerms,
        ready: Mapping[int, int],
        travel: Mapping[int, int],
        search: Callable[[int], Candidates] | None = None,
        limit: int | None = None,
        group: Membership | None = None,
        delivery: Delivery = AWAITED,
        placement: Placement = "keyed",
    ) -> None:
        members = [Member(Membership(1, 1, 0, 0), 0, range(geo, geo + 1)) for geo in (0, 1)]
        topic = None
        if group is not None:
            members = [Member(group, number, range(group.partitions)) for number in range(group.consumers)]
            faults = Faults(Stream(1, 0, "faults"), delivery.duplicates, delivery.failures)
            topic = Topic("assignment", (group.partitions,), placement, traffic=Traffic(0, LONG), faults=faults)
        station = desk(servers=1000 if limit is None else 1, limit=limit)
        self.bench = Bench(station, search=search or self.survey, topic=topic)
        self.ready, self.travel = dict(ready), dict(travel)
        self.farther: dict[int, int] = {}
        self.assigned: list[tuple[float, int, int]] = []
        self.committed: dict[int, Pending] = {}
        self.given_up: list[tuple[float, int]] = []
        self.lost = 0
        for order in ready:
            fields = {"state": OrderState.ORDER_RECEIVED, "driver": None, "request": 1}
            self.bench.store.apply([Insert("orders", order, fields)])
        for driver in travel:
            self.add_driver(driver)
        self.consumers = [
            Consumer(
                self.bench.topic, member, delivery, self.bench.runner, terms, Nearest().rank, self.outlook,
                lambda order: HERE, self._on_assigned, self._on_buried, self._on_losses,
                Boards(Board(), Board()), member.number,
            )
            for member in members
        ]  # fmt: skip
        for consumer in self.consumers:
            self.bench.clock.process(consumer.run())

    def add_driver(self, driver: int) -> None:
        self.bench.store.apply([Insert("drivers", driver, {"state": DriverState.AVAILABLE, "order": None})])

    def survey(self, order: int) -> Candidates:
        """The drivers that the database shows as available, with their versions."""
        left = max(0, self.ready[order] - self.bench.clock.instant)
        records = {driver: self.bench.store.read(("drivers", driver)) for driver in self.travel}
        free = {
            driver: record.version
            for driver, record in records.items()
            if record is not None and record.fields["state"] == DriverState.AVAILABLE
        }
        candidates = found({driver: self.minutes(driver, order) * MINUTE for driver in free}, left)
        return candidates._replace(versions=np.array(list(free.values()), dtype=np.int64))

    def outlook(self, request: AssignmentRequest) -> Outlook:
        """The nearest of those who have not turned it down."""
        return outlook_of(without(self.survey(request.order), request.excluded))

    def minutes(self, driver: int, order: int) -> int:
        return self.travel[driver] + self.farther.get(order, 0)

    def request(self, order: int, at: int = 0, geo: int = 0, version: int = 1) -> None:
        message = AssignmentRequest(order, geo, version)
        self.bench.do(at, lambda: self.bench.topic.append(at, geo, order, message))

    @property
    def eligible(self) -> dict[int, float]:
        """Since when each committed order might be decided, ms."""
        return {order: pending.eligible / MS for order, pending in self.committed.items()}

    def _on_assigned(self, pending: Pending, outcome: Any) -> None:
        self.assigned.append((self.bench.clock.instant / MS, pending.request.order, outcome.driver))
        self.committed[pending.request.order] = pending

    def _on_buried(self, request: AssignmentRequest) -> None:
        self.given_up.append((self.bench.clock.instant / MS, request.order))

    def _on_losses(self, losses: int) -> None:
        self.lost += losses


def group(*crashes: tuple[int, int, int], consumers: int = 2, partitions: int = 2) -> Membership:
    """A death (consumer, at, for: ms) is noticed after 15 s; then nobody consumes for 3 s."""
    deaths = [(consumer, at * MS, lasting * MS) for consumer, at, lasting in crashes]
    return Membership(consumers, partitions, 15 * SECOND, 3 * SECOND, deaths)
