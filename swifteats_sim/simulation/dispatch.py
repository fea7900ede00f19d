"""Dispatch: the consumers of assignment requests as the scenario wants them, and what becomes of their decisions."""

from __future__ import annotations

from collections.abc import Iterator

from swifteats_sim.domain.assignment import Assigned
from swifteats_sim.domain.committing import CommitTerms
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.policies import policy_named
from swifteats_sim.scenario.rules import Assignment
from swifteats_sim.simulation.courier import Couriers
from swifteats_sim.simulation.order_life import OrderLife
from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.build import Blueprint
from swifteats_sim.stack.consumer import Consumer
from swifteats_sim.stack.docket import Boards, DispatchTerms
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.pending import Pending
from swifteats_sim.stack.waiting import Board


def dispatch_terms(assignment: Assignment) -> DispatchTerms:
    """How a scenario decides its requests."""
    return DispatchTerms(
        assignment.discipline == "least_slack", assignment.deferral, assignment.tolerance, assignment.requeue,
        CommitTerms(assignment.candidates, assignment.commit, assignment.lock_ttl),
        assignment.attempts, assignment.failure == "terminal", assignment.retry_no_driver, assignment.retry_error,
    )  # fmt: skip


class Dispatch:
    """All consumers of requests, each with its geo; None where it serves all of them.

    boards : where they hold orders that a free driver may be offered, by their place in `consumers`.
    An assigned order goes to the couriers, one that is given up back to its life; the runner's counts note both.
    """

    def __init__(
        self, run: Run, runner: Runner, blueprint: Blueprint, topic: Topic, life: OrderLife, couriers: Couriers
    ) -> None:
        """They listen; `start` makes them decide."""
        self._run, self._runner, self._life, self._couriers = run, runner, life, couriers
        self.boards = Boards(Board(), Board())
        self.consumers = list(self._build(blueprint, topic))

    def start(self) -> None:
        """Begin to decide."""
        for _, consumer in self.consumers:
            self._run.clock.process(consumer.run())

    def held(self) -> int:
        """Messages that consumers have in their hands."""
        return sum(consumer.held for _, consumer in self.consumers)

    def _build(self, blueprint: Blueprint, topic: Topic) -> Iterator[tuple[int | None, Consumer]]:
        rules = self._run.scenario.assignment
        terms, delivery = dispatch_terms(rules), blueprint.delivery(REQUESTS)
        for number, (geo, member) in enumerate(blueprint.members(REQUESTS)):
            yield geo, Consumer(
                topic, member, delivery, self._runner, terms, policy_named(rules.policy).rank, self._run.outlook,
                self._run.district_of, self._on_assigned, self._on_buried, self._on_losses,
                self.boards, number,
            )  # fmt: skip

    def _on_assigned(self, pending: Pending, chosen: Assigned) -> None:
        self._runner.counts["commit_tries"] += 1
        self._couriers.start(pending, chosen)

    def _on_losses(self, losses: int) -> None:
        self._runner.counts["commit_tries"] += losses
        self._runner.counts["commit_conflicts"] += losses

    def _on_buried(self, request: AssignmentRequest) -> None:
        self._runner.counts["dead_requests"] += 1
        self._run.clock.process(self._life.bury(request))
