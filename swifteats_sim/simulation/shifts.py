"""Drivers log on and off; while they are on, they send fixes."""

from __future__ import annotations

from collections.abc import Callable

from swifteats_sim.domain import shifts
from swifteats_sim.domain.effects import Insert
from swifteats_sim.domain.messages import DRIVERS
from swifteats_sim.domain.states import DriverState
from swifteats_sim.engine.clock import SECOND
from swifteats_sim.simulation.parts import Run
from swifteats_sim.stack.effects import Runner
from swifteats_sim.stack.service import Caller, Process

LISTEN = SECOND
"""Between two looks whether a driver who has logged on was heard, ns."""
LOG_ON, LOG_OFF, LEAVE = (1 << 12) + 1, (1 << 12) + 2, (1 << 12) + 3
"""Occasions of a driver's own rules, apart from those of orders: the two share streams."""


class Shifts:
    """Every driver's shift. left : when each driver really left (ns), by driver.

    on_heard : told of who has logged on when his first fix is known; set once built, as it leads to consumers.
    """

    on_heard: Callable[[int], None]

    def __init__(self, run: Run, runner: Runner, gps: int) -> None:
        """Everybody is at home. gps : number of the flow of fixes."""
        self._run, self._runner, self._gps = run, runner, gps
        self._over: set[int] = set()
        self._on = bytearray(run.city.fleet.count)
        self.left: dict[int, int] = {}

    def open(self) -> None:
        """Put all drivers into the database, and start the shifts; who is on at 0 needs not log on."""
        places, clock = self._run.city.places, self._run.clock
        for driver, (on, off) in enumerate(zip(places.on.tolist(), places.off.tolist(), strict=True)):
            state = DriverState.OFF_SHIFT if on else DriverState.AVAILABLE
            self._runner.store.apply((Insert(DRIVERS, driver, {"state": state, "order": None}),))
            self._on[driver] = not on
            if on or off < self._run.scenario.end:
                clock.process(self._work(driver, on, off))
        self._run.loop.switch_on_all(self._gps, ((driver, 0) for driver, on in enumerate(self._on) if on))

    def resting(self, driver: int) -> DriverState:
        """What a driver is who has nothing to do now."""
        return DriverState.AVAILABLE if self._on[driver] else DriverState.OFF_SHIFT

    def leave_if_over(self, driver: int) -> Process:
        """After an order: log off a driver whose shift has ended meanwhile."""
        if driver in self._over:
            yield from self._log_off(driver, LEAVE)

    def _work(self, driver: int, on: int, off: int) -> Process:
        clock = self._run.clock
        if on:
            yield clock.sleep(on)
            yield from self._runner.insist(shifts.log_on(driver), Caller(driver, LOG_ON))
            self._on[driver] = True
            self._run.loop.switch_on(self._gps, driver, clock.instant)
            clock.process(self._hear(driver, clock.instant))
        yield clock.sleep(max(0, off - clock.instant))
        self._over.add(driver)
        yield from self._log_off(driver, LOG_OFF)

    def _hear(self, driver: int, since: int) -> Process:
        """Until a fix that was sent after this instant (ns) is known, or the driver has left."""
        clock, known = self._run.clock, self._run.city.fleet.known
        while self._on[driver] and known[driver] < since:
            yield clock.sleep(LISTEN)
            self._run.loop.advance(clock.instant)
        if self._on[driver]:
            self.on_heard(driver)

    def _log_off(self, driver: int, occasion: int) -> Process:
        """A driver who is under way asks again afterwards, whatever his record says (C13)."""
        clock = self._run.clock
        if self._run.city.fleet.trips[driver]:
            return
        if (yield from self._runner.insist(shifts.log_off(driver), Caller(driver, occasion))):
            self._over.discard(driver)
            self._on[driver] = False
            self._run.loop.switch_off(self._gps, driver, clock.instant)
            self.left[driver] = clock.instant
