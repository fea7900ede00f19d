"""What those who decide ask of what flows: to catch up, to be told, to share stations and pools, to be counted.

Two engines give the same answers: `Loop`, which is read, and the compiled one, which is run. Where flows have no part
in a thing, it answers for itself, in both.
"""

from __future__ import annotations

import gc
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, MutableSequence

from swifteats_sim.engine.claims import Allotment, Claims, Served
from swifteats_sim.engine.entrance import Door, Entrance, Errand
from swifteats_sim.engine.flow import Flow
from swifteats_sim.engine.group import Group
from swifteats_sim.engine.job import Job
from swifteats_sim.engine.limiting import Gate, Limit, behind
from swifteats_sim.engine.resource import Ceiling, Holding


class Plane(ABC):
    """Everything that only flows. flows : by number; now : how far it is, ns."""

    flows: tuple[Flow, ...]
    now: int

    @abstractmethod
    def advance(self, until: int) -> None:
        """Do everything strictly before `until` (ns), or before a halt; BackInTime where that ought to be over."""

    @abstractmethod
    def halt(self, at: int) -> None:
        """Go no farther than `at` in this advance: who decides has something to do then."""

    @abstractmethod
    def open(self, flow: int) -> None:
        """Start the only chain of a flow whose source is always on."""

    @abstractmethod
    def switch_on(self, flow: int, entity: int, at: int) -> None:
        """From `at` on, this entity sends jobs of a flow whose source can be switched."""

    def switch_on_all(self, flow: int, openings: Iterable[tuple[int, int]]) -> None:
        """The same for many at once. openings : (entity, instant) of each."""
        for entity, at in openings:
            self.switch_on(flow, entity, at)

    @abstractmethod
    def switch_off(self, flow: int, entity: int, at: int) -> None:
        """From `at` on, this entity sends nothing."""

    @abstractmethod
    def write(self, register: MutableSequence[int], entity: int, value: int, at: int) -> None:
        """From `at` on, the entity's register has this value."""

    @abstractmethod
    def watch(self, group: Group) -> None:
        """Journal every crash of a group's consumers and every new division of its partitions."""

    @property
    @abstractmethod
    def events(self) -> int:
        """How many events there were."""

    @abstractmethod
    def build(self) -> None:
        """Everybody who will ask has introduced himself; the run begins."""

    def entrance(self, errand: Errand) -> Entrance:
        """A way to be served at a station."""
        return Door(errand, self.advance)

    def gate(self, limit: Limit) -> Gate:
        """A limit as it meets those who decide."""
        return behind(limit, limit.buckets.admit)

    @abstractmethod
    def allot(
        self, name: str, size: int, holding: Holding, limit: Ceiling | None, served: Served
    ) -> tuple[Allotment, Claims]:
        """A resource of those who decide, and how they ask for one. limit : see Resource; served : see Allotment."""

    def standing(self, group: Group) -> int:
        """Messages in a group's logs and hands, counted one by one."""
        return group.waiting

    @abstractmethod
    def tally(self) -> None:
        """Bring what flows and topics have counted up to date."""

    def alive(self) -> Counter[str]:
        """Jobs of each flow, by its name, that are there and have not ended; parts and second deliveries do not count.

        Garbage is swept first where a lost job and its parts, or what it holds, may keep each other from vanishing.
        """
        if any(job.parts or job.held for job in _open_jobs()):
            gc.collect()
        names = {id(flow): flow.name for flow in self.flows}
        return Counter(names[id(job.flow)] for job in _open_jobs() if id(job.flow) in names)

    @abstractmethod
    def close(self) -> None:
        """The run is over: bring everything up to date that was counted or noted."""


def _open_jobs() -> Iterator[Job]:
    return (each for each in gc.get_objects() if type(each) is Job and _is_open(each))


def _is_open(job: Job) -> bool:
    return not job.over and job.parent is None and not job.orphan
