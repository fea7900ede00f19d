"""A client in a process of its own, which is killed at a point of an order's life: kill -9, nothing is tidied up."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Event, Thread
from typing import Any

from real_lives import Hand, OneRestaurant, life

from swifteats_sim.domain.effects import Effect
from swifteats_sim.live.client import Terms, connected
from swifteats_sim.live.clients import play
from swifteats_sim.live.clock import sleep
from swifteats_sim.live.servers import Addresses


def live_and_die(addresses: Addresses, order: int, number: int, folder: Path, at: int, after: int | None) -> None:
    """Bring an order to its end as client `number`, unless killed at effect `at`: see Death."""
    hand = Hand(number, folder, mortal=True)
    with connected(addresses, Terms(OneRestaurant(), partitions=1), Death(at, after)) as client:
        play(client, life(order, hand, publish=True))


class Death:
    """A witness who kills the process right before effect `at`, or `after` ns after it has begun."""

    def __init__(self, at: int, after: int | None) -> None:
        self._left, self._after, self._strikes = at, after, Event()
        Thread(target=self._wait, daemon=True).start()

    def begins(self, effect: Effect) -> None:
        if self._left == 0 and self._after is None:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._left == 0:
            self._strikes.set()
        self._left -= 1

    def ended(self, effect: Effect, outcome: Any) -> None:
        """Whoever is late strikes later."""

    def _wait(self) -> None:
        self._strikes.wait()
        sleep(self._after or 0)
        os.kill(os.getpid(), signal.SIGKILL)
