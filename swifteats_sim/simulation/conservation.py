"""Nothing is lost and nothing is made: jobs of flows and messages of topics, counted by two who do not ask each other.

One count is what a flow or a topic has written down; the other is what is really there: the jobs that are alive, the
messages that stand in logs or are in somebody's hands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from swifteats_sim.simulation.software import Software
from swifteats_sim.simulation.violation import Violation


class Conservation:
    """The jobs and messages of one run.

    held : by topic, how many messages its consumers outside the flows have in their hands.
    """

    def __init__(self, software: Software, held: Mapping[str, Callable[[], int]] | None = None) -> None:
        """Nothing counted."""
        self._equipment, self._flows, self._loop = software.equipment, software.flows, software.loop
        self._held = held or {}

    def look(self, now: int) -> None:
        """What can be seen at any time: Violation where counts contradict each other."""
        self._loop.tally()
        for name, flow in self._flows.items():
            if not 0 <= flow.in_flight <= flow.sent - flow.ended:
                seen = f"{flow.sent} jobs of flow {name!r} were sent, {flow.ended} ended, {flow.in_flight} are left"
                raise Violation("flows", now, seen)
        for name, traffic in self._equipment.traffic.items():
            there = self._standing(name)
            if traffic.waiting != there:
                seen = f"topic {name!r} counts {traffic.waiting} messages on their way; {there} are there"
                raise Violation("messages", now, seen)

    def close(self, now: int) -> None:
        """At the end: every job that has not ended is alive somewhere. One that nothing will ever move is not."""
        self.look(now)
        alive = self._loop.alive()
        for name, flow in self._flows.items():
            if alive[name] != flow.sent - flow.ended:
                left = alive[name]
                seen = f"{flow.sent} jobs of flow {name!r} were sent, {flow.ended} have ended, {left} are still there"
                raise Violation("flows", now, seen)

    def _standing(self, topic: str) -> int:
        """Messages in logs and in hands."""
        group = self._equipment.groups.get(topic)
        logged = sum(map(len, self._equipment.topics[topic].logs))
        held = self._held[topic]() if topic in self._held else 0
        return logged + held + (self._loop.standing(group) if group is not None else 0)
