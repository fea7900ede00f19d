"""One order of the plain model, and what the platform believes of its kitchen."""

from __future__ import annotations

import simpy

from benchmarks.plain.city import CONFIRMATION, COOKING, PACKING, Geo, Kitchen

NEVER = -1.0


class Order:
    """An order under way; instants in s, NEVER before they come.

    version : of its request for a driver; driver : has it now; ready, closed : events; news : of the kitchen, a new
    one each time. made_to_order : whether capacity comes back when it is cooked (A16).
    """

    def __init__(
        self, env: simpy.Environment, geo: Geo, rank: int, door: tuple[float, float], made_to_order: bool
    ) -> None:
        """It has just been placed."""
        self._env = env
        x, y = geo.restaurants[rank].tolist()
        self.geo, self.restaurant, self.door, self.made_to_order = geo, (x, y), door, made_to_order
        self.kitchen: Kitchen = geo.kitchens[rank]
        self.placed, self.answered, self.paid, self.accepted = env.now, NEVER, NEVER, NEVER
        self.cooking, self.cooked, self.assigned, self.delivered = NEVER, NEVER, NEVER, NEVER
        self.queued, self.version, self.driver = 0.0, 0, -1
        self.declined: list[int] = []
        self.is_closed = self.is_picked_up = False
        self.ready, self.closed, self.news = env.event(), env.event(), env.event()

    def wants(self, version: int) -> bool:
        """Whether this request still looks for its driver."""
        return not self.is_closed and self.driver < 0 and self.version == version

    def report(self) -> None:
        """The kitchen has news."""
        self.news.succeed()
        self.news = self._env.event()

    def close(self) -> None:
        """It has ended."""
        if not self.is_closed:
            self.is_closed = True
            self.closed.succeed()

    def estimate(self, now: float) -> float:
        """When the platform thinks that the food is ready: means of the stages ahead."""
        ahead = COOKING + PACKING
        if 0 <= self.cooked <= now:
            return self.cooked
        if self.cooking >= 0:
            return self.cooking + ahead
        if self.accepted >= 0:
            return max(now, self.accepted + self.queued) + ahead
        return self.paid + CONFIRMATION + self.kitchen.expected_wait() + ahead
