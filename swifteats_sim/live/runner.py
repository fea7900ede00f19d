"""The live runner: performs what the rules yield, on real servers, one effect after the other.

It is the twin of the stack's runner, which does the same in virtual time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from redis.exceptions import ConnectionError as NotThere
from redis.exceptions import TimeoutError as NoAnswer

from swifteats_sim.domain import effects as e
from swifteats_sim.domain.messages import LOCKS
from swifteats_sim.live.clock import sleep
from swifteats_sim.live.database import Database
from swifteats_sim.live.positions import Positions

AGAIN_AFTER = 100_000_000
"""ns until who insists tries again after a server was not there."""


class Publisher(Protocol):
    """Brings messages to a broker."""

    def publish(self, effect: e.Publish) -> None:
        """Until the broker has it, or at once where the rule does not wait. Unavailable where there is no broker."""


class Performer(Protocol):
    """Performs rules: the runner, or somebody around it."""

    def perform(self, rule: e.Rule[e.Outcome], geo: int = 0) -> e.Outcome:
        """See `LiveRunner.perform`."""


class Witness(Protocol):
    """Is told of every effect before it begins and when its outcome is known; a crash lies between the two."""

    def begins(self, effect: e.Effect) -> None:
        """The runner is about to perform it."""

    def ended(self, effect: e.Effect, outcome: Any) -> None:
        """This came of it."""


class Nobody:
    """A witness who looks away."""

    def begins(self, effect: e.Effect) -> None:
        """Nothing."""

    def ended(self, effect: e.Effect, outcome: Any) -> None:
        """Nothing."""


class LiveRunner:
    """Performs effects for one client. pays : whether a payment goes through; search : what FindDrivers finds.

    A client has its own connections, and does one thing at a time: as many clients, so many threads or processes.
    """

    def __init__(
        self,
        database: Database,
        positions: Positions,
        publisher: Publisher,
        search: Callable[[int], e.Candidates],
        pays: Callable[[int, int], bool] = lambda order, attempt: True,
        witness: Witness | None = None,
    ) -> None:
        self._database, self._positions = database, positions
        self._witness = Nobody() if witness is None else witness
        self._handlers: dict[type, Callable[[Any, int], Any]] = {
            e.Read: lambda effect, geo: database.read(effect),
            e.CompareAndSet: lambda effect, geo: database.compare_and_set(effect),
            e.Insert: self._insert,
            e.Transaction: self._transaction,
            e.Put: database.put,
            e.Update: database.update,
            e.Publish: lambda effect, geo: publisher.publish(effect),
            e.CallPayment: lambda effect, geo: pays(effect.order, effect.attempt),
            e.FindDrivers: lambda effect, geo: search(effect.order),
            e.Sleep: lambda effect, geo: sleep(effect.duration),
        }

    def perform(self, rule: e.Rule[e.Outcome], geo: int = 0) -> e.Outcome:
        """Run a rule of this geographic area to its end, and return what it returns.

        Unavailable is thrown into the rule where a server is not there; what was under way may have been done.
        """
        witness, handlers = self._witness, self._handlers
        try:
            effect = next(rule)
            while True:
                witness.begins(effect)
                try:
                    outcome = handlers[type(effect)](effect, geo)
                except e.Unavailable as refusal:
                    effect = rule.throw(refusal)
                except (NotThere, NoAnswer) as error:
                    effect = rule.throw(e.Unavailable(f"cache: {error}"))
                else:
                    witness.ended(effect, outcome)
                    effect = rule.send(outcome)
        except StopIteration as stop:
            result: e.Outcome = stop.value
            return result

    def insist(self, rule: Callable[[], e.Rule[e.Outcome]], geo: int = 0) -> e.Outcome:
        """Run a rule again from its start until no server is missing: each rule may be run again."""
        while True:
            try:
                return self.perform(rule(), geo)
            except e.Unavailable:
                sleep(AGAIN_AFTER)

    def _insert(self, effect: e.Insert, geo: int) -> bool:
        if effect.table == LOCKS:
            assert isinstance(effect.key, int)
            return self._positions.lock(effect.key, effect.ttl or 0)
        return self._database.insert(effect, geo)

    def _transaction(self, effect: e.Transaction, geo: int) -> int:
        """Of records in the database; or of one short lock, which no transaction can take together with records."""
        first = effect.writes[0]
        if first.table != LOCKS:
            return self._database.transaction(effect, geo)
        if len(effect.writes) > 1 or not isinstance(first, e.Delete) or not isinstance(first.key, int):
            raise ValueError(f"a lock is not part of a transaction: {effect.writes}")
        return e.COMMITTED if self._positions.unlock(first.key) else 0
