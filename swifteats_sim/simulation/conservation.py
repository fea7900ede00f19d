"""Nothing is lost and nothing is made: jobs of flows and messages of topics, counted by two who do not ask each other.

One count is what a flow or a topic has written down; the other is what is really there: the jobs that are alive, the
messages that stand in logs or are in somebody's hands.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.job import Job
from swifteats_sim.simulation.violation import Violation
from swifteats_sim.stack.equipment import Equipment


class Conservation:
    """The jobs and messages of one run.

    held : by topic, how many messages its consumers outside the flows have in their hands.
    """

    def __init__(
        self, equipment: Equipment, flows: Mapping[str, Flow], held: Mapping[str, Callable[[], int]] | None = None
    ) -> None:
        """Nothing counted."""
        self._equipment, self._flows, self._held = equipment, flows, held or {}

    def look(self, now: int) -> None:
        """What can be seen at any time: Violation where counts contradict each other."""
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
        """At the end: every job that has not ended is alive somewhere. One that nothing will ever move is not.

        Garbage is swept first where a lost job and its parts, or what it holds, may keep each other from vanishing.
        """
        self.look(now)
        if any(job.parts or job.held for job in _open_jobs()):
            gc.collect()
        alive = Counter(id(job.flow) for job in _open_jobs())
        for name, flow in self._flows.items():
            if alive[id(flow)] != flow.sent - flow.ended:
                left = alive[id(flow)]
                seen = f"{flow.sent} jobs of flow {name!r} were sent, {flow.ended} have ended, {left} are still there"
                raise Violation("flows", now, seen)

    def _standing(self, topic: str) -> int:
        """Messages in logs and in hands."""
        group = self._equipment.groups.get(topic)
        logged = sum(map(len, self._equipment.topics[topic].logs))
        held = self._held[topic]() if topic in self._held else 0
        return logged + held + (group.waiting if group is not None else 0)


def _open_jobs() -> Iterator[Job]:
    return (each for each in gc.get_objects() if type(each) is Job and _is_open(each))


def _is_open(job: Job) -> bool:
    """Whether a job counts for its flow and has not ended; parts and second deliveries do not count."""
    return not job.over and job.parent is None and not job.orphan
