"""A job: one thing that flows, and where it is in its flow's program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

COMPLETED, REJECTED, ABANDONED, FAILED, DROPPED, EXPIRED, LOST, DEAD = range(8)
"""How a job ends: through all steps; refused by a full queue, an empty pool or a limit; tired of waiting; failed after
its last attempt; not meant to go on; too old; lost by the broker; a dead letter."""
STALE = 8
"""Through, but overtaken by a newer one: counted as completed, and no part of it goes on."""
OUTCOMES = ("completed", "rejected", "abandoned", "failed", "dropped", "expired", "lost", "dead")

VOID = 0
"""The turn of a job that expects no event."""
WAIT = -1
"""Returned by a step that has arranged when its job goes on, or has ended it."""


SPREAD, WORD = 0x9E3779B97F4A7C15, (1 << 63) - 1
"""The multiplier that spreads lanes over a word (Knuth, TAOCP 3, 6.4: the golden ratio), and the word's bits."""


def address(lane: int, place: int) -> int:
    """Where a step's draws lie: the step's place in what its author declared, for the job itself; apart in each lane.

    Two lanes of one job meet in a draw with a chance of 2**-63.
    """
    return place if lane == 0 else (lane * SPREAD + place) & WORD


def lane_below(lane: int, place: int, number: int) -> int:
    """The lane of repetition `number` of the step at this place; 0 is no repetition, and stays on the lane."""
    return lane if number == 0 else ((lane + number) * SPREAD + place + 1) & WORD


class EndedTwice(RuntimeError):
    """A job has ended that had ended before."""


class Kind(Protocol):
    """What a job knows of its flow, see `engine.flow`: the program, its place in the total order, and its counters."""

    number: int
    steps: tuple[Step, ...]
    stale: int
    overwritten: int
    calls: int
    attempts: int
    wasted: int
    keyed: bool
    messages: int
    bytes: int

    def key_of(self, job: Job) -> int: ...  # noqa: D102
    def measures(self, job: Job) -> bool: ...  # noqa: D102
    def bear(self, job: Job) -> None: ...  # noqa: D102
    def begin(self, job: Job) -> None: ...  # noqa: D102
    def end(self, job: Job, outcome: int, now: int) -> None: ...  # noqa: D102


class Stage(Protocol):
    """Where jobs act: what steps may ask of the loop, see `engine.loop`."""

    @property
    def flows(self) -> tuple[Kind, ...]: ...  # noqa: D102
    def run(self, job: Job, now: int) -> None: ...  # noqa: D102
    def resume(self, job: Job, at: int, pc: int) -> None: ...  # noqa: D102
    def begin(self, job: Job, now: int) -> None: ...  # noqa: D102
    def end(self, job: Job, outcome: int, now: int) -> None: ...  # noqa: D102
    def cancel_parts(self, job: Job, now: int) -> None: ...  # noqa: D102
    def halt(self, at: int) -> None: ...  # noqa: D102
    def note(self, at: int, entry: Callable[[int], None]) -> None: ...  # noqa: D102
    def remind(self, at: int, entry: Callable[[int], None]) -> None: ...  # noqa: D102


class Step(Protocol):
    """One step of a program."""

    def take(self, job: Job, now: int, loop: Stage) -> int:
        """Do it: the number of the step to take next in this instant, or WAIT."""


class Held(Protocol):
    """What a job keeps while it goes on, and gives back when it ends."""

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """The job does not need it any longer."""


class Spawner(Protocol):
    """A step that lets parts of a job run on their own and waits for them."""

    def joined(self, job: Job, part: Job, outcome: int, now: int, loop: Stage) -> None:
        """A part of the job has ended."""


class Job:
    """One job of a flow, or a part of one (a branch, an attempt, a handling) on a lane of its own.

    entity, index, lane : its address, with the flow; draws depend on it. Lane 0 is the job itself.
    born, entered : when it came to be, and when it was sent (later, where its client was offline).
    pc : number of the step to take next. turn : of the event it expects; its other events are void.
    partition, server : where its messages go, and which of several servers keyed by it has it in hand; key : what it
    asks for. waited : ns in queues so far; since : when it began
    to wait; asked : number of its latest wait. tries : attempts begun, or parts awaited, at the step it is at.
    orphan : nobody asks how it ends; stopped : it has ended where it was, by a crash; over : it has ended.
    """

    __slots__ = (
        "asked", "born", "entered", "entity", "flow", "held", "index", "key", "lane", "orphan", "outcome", "over",
        "parent", "partition", "parts", "pc", "server", "since", "stopped", "tries", "turn", "waited",
    )  # fmt: skip

    def __init__(self, flow: Kind, entity: int, index: int, lane: int, born: int) -> None:
        """A job that has taken no step."""
        self.flow, self.entity, self.index, self.lane, self.born = flow, entity, index, lane, born
        self.pc = self.partition = self.server = self.waited = self.since = self.asked = self.tries = 0
        self.turn = VOID
        self.entered, self.outcome = born, COMPLETED
        self.key: int | None = None
        self.parent: tuple[Job, Spawner] | None = None
        self.parts: list[Job] | None = None
        self.held: list[Held] | None = None
        self.orphan = self.stopped = self.over = False

    def part(self, lane: int, pc: int, spawner: Spawner) -> Job:
        """A part of this job, on a lane, that begins at step `pc` and reports to `spawner`."""
        part = Job(self.flow, self.entity, self.index, lane, self.born)
        part.pc, part.entered, part.key = pc, self.entered, self.key
        part.partition, part.server = self.partition, self.server
        part.parent = (self, spawner)
        if self.parts is None:
            self.parts = []
        self.parts.append(part)
        return part

    @property
    def is_copy(self) -> bool:
        """Whether it is only a message's second delivery, which is handled and no more."""
        return self.orphan and self.parent is None

    def adopt(self, part: Job) -> None:
        """Go on from where a part of this job has come to."""
        self.partition, self.server, self.key = part.partition, part.server, part.key

    def keep(self, held: Held) -> None:
        """Hold on to something until it is given up, or the job ends."""
        if self.held is None:
            self.held = []
        self.held.append(held)

    def give_up(self, held: Held) -> None:
        """Hold it no longer; ValueError where it is not held."""
        if self.held is None:
            raise ValueError(f"{held!r} is not held")
        self.held.remove(held)
