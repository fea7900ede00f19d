"""A driver's shift as the platform hears of it: the app logs on and off."""

from __future__ import annotations

from swifteats_sim.domain.effects import CompareAndSet, Read, Record, Rule
from swifteats_sim.domain.messages import DRIVERS
from swifteats_sim.domain.reading import decided, there
from swifteats_sim.domain.states import DriverState, IllegalMove, move_driver


def log_on(driver: int) -> Rule[None]:
    """The driver's shift begins. Illegal for who is on shift already: an app that tries again may find an order."""

    def begin(record: Record | None) -> CompareAndSet:
        state = there(record).fields["state"]
        if state != DriverState.OFF_SHIFT:
            raise IllegalMove(f"a driver who is {state} does not log on")
        return _shift(driver, record, DriverState.AVAILABLE)

    while True:
        available = yield from decided(((DRIVERS, driver),), begin)
        if (yield available):
            return


def log_off(driver: int) -> Rule[bool]:
    """The driver's shift ends, unless an order is under way; False then: ask again after the drop-off.

    By an old sight of the order that has just ended, nobody would ask again: the primary is asked.
    """
    while True:
        (record,) = yield Read(((DRIVERS, driver),), newest=True)
        if record.fields["state"] != DriverState.AVAILABLE:
            return False
        if (yield _shift(driver, record, DriverState.OFF_SHIFT)):
            return True


def _shift(driver: int, record: Record | None, to: DriverState) -> CompareAndSet:
    version, fields = there(record)
    return CompareAndSet(DRIVERS, driver, version, {"state": move_driver(fields["state"], to)})
