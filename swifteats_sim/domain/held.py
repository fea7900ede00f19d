"""An order in a driver's hands: the records of both, and what a report of his may write into them.

As long as an order has one driver and a driver one order, whatever does not fit is Impossible. Where a variant breaks
this (C10, C12, C14, C24), a report about an order that the driver's record does not name leaves that record alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from swifteats_sim.domain.effects import COMMITTED, CompareAndSet, Delete, Name, Read, Record, Rule, Transaction, Write
from swifteats_sim.domain.messages import ACTIVE, DRIVERS, ORDERS
from swifteats_sim.domain.reading import Decision, decided, there
from swifteats_sim.domain.states import CLOSED, DriverState, Impossible, OrderState, move_driver, move_order


class Terms(NamedTuple):
    """What reports may rely on.

    exclusive : order and driver name each other, and nobody else writes what they are; timed : nothing that a driver
    reports frees him, only the end of his lock does (C12, A29).
    """

    exclusive: bool = True
    timed: bool = False


EXCLUSIVE = Terms()


class Held(NamedTuple):
    """An order and the driver who reports about it."""

    order: int
    driver: int
    terms: Terms = EXCLUSIVE

    @property
    def names(self) -> tuple[Name, Name, Name]:
        """The records of order and driver, and the guard."""
        return (ORDERS, self.order), (DRIVERS, self.driver), (ACTIVE, self.driver)

    def decided(self, names: tuple[Name, ...], decide: Callable[..., Decision]) -> Rule[Decision]:
        """What `decide` makes of these records. What an old sight made it leave alone, it would leave for ever."""
        return decided(names, decide) if self.terms.exclusive else _by_the_newest(names, decide)

    def written(self, names: tuple[Name, ...], write: Callable[..., tuple[Write, ...]]) -> Rule[bool]:
        """Write what `write` makes of these records, however often it takes; False where that is nothing."""
        while True:
            writes = yield from self.decided(names, write)
            if not writes:
                return False
            if (yield Transaction(writes)) == COMMITTED:
                return True

    def is_lost(self, order: Record) -> bool:
        """Whether the order has another driver by now, or none (C24)."""
        return not self.terms.exclusive and order.fields["driver"] != self.driver

    def moves_order(self, order: Record, to: OrderState) -> tuple[CompareAndSet, ...]:
        """The order moves on; what was written over, and then closed, stays closed."""
        if self.terms.exclusive:
            move_order(order.fields["state"], to)
        elif order.fields["state"] in CLOSED:
            return ()
        return (CompareAndSet(ORDERS, self.order, order.version, {"state": to}),)

    def moves_driver(self, record: Record | None, to: DriverState) -> tuple[CompareAndSet, ...]:
        """The driver moves on, and keeps the order."""
        return self._driver(record, to, self.order)

    def frees_driver(self, record: Record | None, active: Record | None, to: DriverState) -> tuple[Write, ...]:
        """The driver has no order any more, and the guard goes. One that is missing is an error, where none may be."""
        if self.terms.timed:
            return ()
        freed = self._driver(record, to, None)
        if not self.terms.exclusive and (active is None or active.fields["order"] != self.order):
            return freed
        return *freed, Delete(ACTIVE, self.driver, there(active).version)

    def _driver(self, record: Record | None, to: DriverState, order: int | None) -> tuple[CompareAndSet, ...]:
        version, fields = there(record)
        if self.terms.exclusive and fields["order"] != self.order:
            raise Impossible(f"driver {self.driver} reports about order {self.order} and has {fields['order']}")
        if self.terms.exclusive:
            move_driver(fields["state"], to)
        elif fields["order"] != self.order:
            return ()
        changes = {"state": to} if order is not None else {"state": to, "order": None}
        return (CompareAndSet(DRIVERS, self.driver, version, changes),)


def _by_the_newest(names: tuple[Name, ...], decide: Callable[..., Decision]) -> Rule[Decision]:
    return decide(*(yield Read(names, newest=True)))
