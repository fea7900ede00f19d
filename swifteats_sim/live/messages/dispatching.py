"""The consumer of assignment requests on real servers: takes what has come, and decides the most urgent first.

The twin of the stack's consumer: the same docket orders the requests, the same rule decides them. It commits after the
work, past what is settled without a gap. Whoever comes after one that has died is delivered again what that one had not
committed; its event, its version and the order's record tell what is done already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from swifteats_sim.domain.assignment import Assigned, Ranking, Unassigned, assign
from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.domain.messages import AssignmentRequest
from swifteats_sim.domain.orders import close_unserved
from swifteats_sim.domain.states import Impossible
from swifteats_sim.live.clock import MONOTONIC
from swifteats_sim.live.messages.consuming import Delivery, Reader
from swifteats_sim.live.messages.hands import Hands
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.requests import decoded
from swifteats_sim.live.runner import Performer
from swifteats_sim.stack.docket import Boards, DispatchTerms, Docket, Outlook
from swifteats_sim.stack.pending import Pending
from swifteats_sim.stack.waiting import Board

MOST = 1_000
"""Messages taken at once."""
UNKNOWN = Outlook(0, None)
"""Of an order that nobody can be asked about now: it is looked at at once."""
EVERYWHERE = (0, 0, 0)
"""The one district: nobody tells a live consumer of a driver who frees."""


class Decision(NamedTuple):
    """What became of a request that was taken in hand. outcome : None where a server was not there, or no
    outcome is possible.

    buried : nobody was found for it so often that it is a dead letter now, and its order has failed.
    """

    request: AssignmentRequest
    outcome: Assigned | Unassigned | None
    buried: bool = False


class Dispatcher:
    """Decides the requests of the partitions that its reader owns. One thread's affair."""

    def __init__(
        self,
        reader: Reader,
        letters: DeadLetters,
        runner: Performer,
        terms: DispatchTerms,
        rank: Ranking,
        outlook: Callable[[AssignmentRequest], Outlook],
    ) -> None:
        """outlook : how urgent a request is, see `outlooks`."""
        self._reader, self._letters, self._runner = reader, letters, runner
        self._terms, self._rank, self._outlook = terms, rank, outlook
        self._hands, self._docket = Hands(reader), self._empty()
        self._impossible: list[tuple[Delivery, str]] = []
        self.poisoned = 0
        """Messages that were no requests, or of orders that are not there."""

    @property
    def held(self) -> int:
        """How many requests are in its hands."""
        return len(self._hands)

    def serve(self, until: Callable[[], bool], within: float = 0.1) -> None:
        """Decide, until told to stop; `within` : see `step`."""
        while not until():
            self.step(within)

    def step(self, within: float) -> Decision | None:
        """Take what has come and decide the most urgent request; None where there is none to decide in `within` s."""
        pending = self._next(0) or self._next(self._patience(within))
        if pending is None:
            return None
        decision = self._decide(pending)
        self._reader.commit()
        return decision

    def _next(self, within: float) -> Pending | None:
        """The most urgent of what may be decided now."""
        if not self._hands:
            self._docket = self._empty()  # void entries go
        for delivery in self._reader.take(MOST, within):
            self._admit(delivery)
        self._set_aside()
        self._reader.commit()
        self._docket.wake(MONOTONIC())
        while (pending := self._docket.next()) is not None:
            if self._hands.holds(pending):
                return pending
        return None

    def _patience(self, within: float) -> float:
        """s until the first sleeper wakes, or `within`."""
        due = self._docket.due()
        return within if due is None else max(0.0, min(within, (due - MONOTONIC()) / 1e9))

    def _admit(self, delivery: Delivery) -> None:
        try:
            request = decoded(delivery.value or b"")
        except ValueError:
            self._impossible.append((delivery, "undecodable"))
            return
        now = MONOTONIC()
        pending = Pending(request, self._docket.number(), now, now, delivery.partition.number)
        if self._hands.take(pending, delivery):
            self._docket.admit(pending, now)

    def _decide(self, pending: Pending) -> Decision:
        """Search a driver for a request."""
        request = pending.request
        pending.searches += 1
        try:
            outcome = self._runner.perform(assign(request, self._rank, self._terms.commit), request.geo)
            return Decision(request, outcome, self._concluded(pending, outcome))
        except Unavailable:
            self._docket.put_off(pending, MONOTONIC())
            return Decision(request, None)
        except (Impossible, LookupError):
            self._impossible.append((self._hands.release(pending), "impossible"))
            self._set_aside()
            return Decision(request, None)

    def _concluded(self, pending: Pending, outcome: Assigned | Unassigned) -> bool:
        """Settled, or tried again after a pause, or buried after so many attempts in vain; whether it was buried."""
        in_vain = isinstance(outcome, Unassigned) and outcome.reason != "stale" and not self._terms.terminal
        if not in_vain:
            self._hands.settle(pending)
            return False
        pending.failures += 1
        if pending.failures < self._terms.attempts:
            assert isinstance(outcome, Unassigned)
            self._docket.postpone(pending, outcome.reason, MONOTONIC())
            return False
        self._letters.bury(self._hands.delivery(pending), "no_driver")
        self._runner.perform(close_unserved(pending.request), pending.request.geo)
        self._hands.settle(pending)
        return True

    def _set_aside(self) -> None:
        """Bury what nobody can handle, so that it does not come again; later, where the broker cannot take it now."""
        while self._impossible:
            delivery, reason = self._impossible[0]
            try:
                self._letters.bury(delivery, reason)
            except Unavailable:
                return
            del self._impossible[0]
            self.poisoned += 1
            self._reader.settle([delivery])

    def _empty(self) -> Docket:
        boards = Boards(Board(), Board())
        return Docket(self._terms, self._looked_at, lambda order: EVERYWHERE, boards, 0)

    def _looked_at(self, request: AssignmentRequest) -> Outlook:
        try:
            return self._outlook(request)
        except (Unavailable, LookupError):
            return UNKNOWN
