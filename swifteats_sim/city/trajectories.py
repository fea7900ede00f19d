"""Where drivers are: the legs of their routes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from swifteats_sim.city.spots import Waypoint
from swifteats_sim.engine.legs import Legs
from swifteats_sim.engine.tracks import END, NONE, OWNER, PLACES, START, TIMES, X0, X1, Y0, Y1


class Leap(RuntimeError):
    """A driver was to be somewhere else from one instant to the next, or twice in one."""


class Trajectories(Legs):
    """The legs of all drivers."""

    def go(self, driver: int, now: int, route: tuple[Waypoint, ...]) -> int:
        """Truncate the driver's way at `now` and append a route from there; returns the instant of arrival (ns)."""
        self.stop(driver, now)
        for here, there in pairwise(route):
            start, end = now + here.after, now + there.after
            at, x, y = self.stand(driver)
            if not at <= start <= end or (here.x, here.y) != (x, y):
                stands, leaves = (at, x, y), (start, here.x, here.y)
                raise Leap(f"driver {driver} stands at {stands} and sets out at {leaves}")
            self.append(driver, (start, end), (here.x, here.y, there.x, there.y))
        return now + route[-1].after

    def columns(self) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
        """Every leg but those given up before they began, in order of creation.

        driver; start, end : ns; x0, y0, x1, y1 : metres.
        """
        times = self.times.reshape(-1, TIMES)[: self.count]
        begun = np.flatnonzero(times[:, OWNER] != NONE)
        times, places = times[begun], self.places.reshape(-1, PLACES)[begun]
        return {
            "driver": times[:, OWNER], "start": times[:, START], "end": times[:, END],
            "x0": places[:, X0], "y0": places[:, Y0], "x1": places[:, X1], "y1": places[:, Y1],
        }  # fmt: skip
