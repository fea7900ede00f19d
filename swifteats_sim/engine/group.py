"""A topic's consumer group: who takes which message, when, and what a crash does to the messages in hand.

A partition is a FIFO log, so a consumer takes the oldest message of its partitions. An awaited handler keeps its
consumer busy until it is done; handlers that are not awaited run side by side (C46). Work that a crash interrupts is
done again by the partition's next owner, or lost where its offset was committed before (A23, A26).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush

from swifteats_sim.engine.job import LOST, VOID, Job, Stage, lane_below
from swifteats_sim.engine.membership import Membership
from swifteats_sim.engine.traffic import Traffic

COPIES = 1 << 62
"""Place of the lanes of second deliveries: no step's."""
Message = tuple[int, int, Job, int, int]
"""(number, asked, job, step to go on at, partition) in a log; void when the job has asked anew since.

It stays in its partition, wherever the job is placed afterwards."""


@dataclass(frozen=True)
class Delivery:
    """How messages are handled. awaited : see the module; auto_commit : ns between commits, None: after the work.

    failures, duplicates : shares of handlings that fail, and of messages that come twice; attempts : handlings at most.
    """

    awaited: bool = True
    auto_commit: int | None = None
    failures: float = 0.0
    duplicates: float = 0.0
    attempts: int = 1


@dataclass(eq=False)
class Hand:
    """A message in a consumer's hand, since `taken`; kept by its job until it is handled, for good or ill."""

    group: Group
    consumer: int
    message: Message
    taken: int

    def release(self, job: Job, now: int, loop: Stage) -> None:
        """See Held: the consumer takes its next message."""
        self.group.put_down(self, now, loop)

    def let_go(self) -> None:
        """The consumer is dead: nobody asks how far its handling came."""
        job = self.message[2]
        job.give_up(self)
        for part in job.parts or ():
            part.orphan = True


class Group:
    """The consumers of one topic and the logs of its partitions."""

    def __init__(self, membership: Membership, delivery: Delivery, traffic: Traffic) -> None:
        """All logs empty, everybody free."""
        self.delivery, self.traffic = delivery, traffic
        self.membership = membership
        self._consumers = range(membership.consumers)
        self._logs: list[list[Message]] = [[] for _ in self._consumers]
        self._parked: list[Message] = []
        self._hands: list[dict[int, Hand]] = [{} for _ in self._consumers]
        self._done: list[deque[Hand]] = [deque() for _ in self._consumers]
        self._number = 0

    @property
    def is_reliable(self) -> bool:
        """Whether every message is handled exactly once: nobody crashes, nothing fails or comes twice."""
        delivery = self.delivery
        return not (self.membership.changes or delivery.failures or delivery.duplicates)

    @property
    def waiting(self) -> int:
        """Messages in the logs and in hands."""
        return len(self._parked) + sum(map(len, self._logs)) + sum(map(len, self._hands))

    def watch(self, loop: Stage) -> None:
        """Note every crash and every new division of partitions in the journal."""
        for at in self.membership.changes:
            loop.note(at, lambda now: self._change(now, loop))

    def log(self, job: Job, step: int, now: int, loop: Stage) -> bool:
        """Append a job's message: True when a consumer takes it at once, else the job goes on at `step` later."""
        job.asked += 1
        job.since = now
        self._number += 1
        self.traffic.change(now, 1)
        message = (self._number, job.asked, job, step, job.partition)
        owner = self.membership.owner(job.partition, now)
        if owner is None:
            self._parked.append(message)
        elif self._logs[owner] or (self.delivery.awaited and self._hands[owner]):
            heappush(self._logs[owner], message)
        else:
            self._take(owner, message, now)
            return True
        return False

    def put_down(self, hand: Hand, now: int, loop: Stage) -> None:
        """A message is handled: its consumer takes the next one."""
        del self._hands[hand.consumer][hand.message[0]]
        self.traffic.change(now, -1)
        if self.delivery.auto_commit is not None:
            self._remember(hand, now)
        self._serve(hand.consumer, now, loop)

    def _remember(self, hand: Hand, now: int) -> None:
        """A message is done, but its offset is not committed yet."""
        done, committed = self._done[hand.consumer], self._committed(now)
        done.append(hand)
        while done and done[0].taken < committed:
            done.popleft()

    def again(self, job: Job, step: int, partition: int, now: int, loop: Stage, copy: int = 1) -> None:
        """Deliver a message twice. Its second handling does what it does, and ends; the job goes on only once.

        partition : of the message; copy : 1 for the topic's own duplicate, 2 for what a crash brings again.
        """
        self.traffic.duplicates += self.traffic.counts(now)
        twin = Job(job.flow, job.entity, job.index, lane_below(job.lane, COPIES, copy), job.born)
        twin.entered, twin.partition, twin.key, twin.orphan = job.entered, partition, job.key, True
        if self.log(twin, step, now, loop):
            loop.resume(twin, now, step)

    def _take(self, consumer: int, message: Message, now: int) -> None:
        job = message[2]
        self.traffic.take(job.since, now)
        job.waited += now - job.since
        job.server = consumer
        hand = Hand(self, consumer, message, now)
        self._hands[consumer][message[0]] = hand
        job.keep(hand)

    def _serve(self, consumer: int, now: int, loop: Stage) -> None:
        """Let a consumer take what it can: one message at a time where handlers are awaited."""
        log, hands = self._logs[consumer], self._hands[consumer]
        while log and not (self.delivery.awaited and hands):
            if self.membership.owner(log[0][4], now) != consumer:
                return  # the group stands still, or the consumer is dead: a change will follow
            message = heappop(log)
            _, asked, job, step, _ = message
            if job.asked == asked:
                self._take(consumer, message, now)
                loop.resume(job, now, step)
            else:
                self.traffic.change(now, -1)

    def _change(self, now: int, loop: Stage) -> None:
        """Consumers have crashed, or partitions are dealt out anew: everything that waits is dealt out with them."""
        for consumer in self._consumers:
            if self.membership.dead(consumer, now):
                self._crash(consumer, now, loop)
        waiting = sorted((each for log in (*self._logs, self._parked) for each in log), key=lambda each: each[0])
        self._logs, self._parked = [[] for _ in self._consumers], []
        for message in waiting:
            owner = self.membership.owner(message[4], now)
            (self._parked if owner is None else self._logs[owner]).append(message)
        for consumer in self._consumers:
            self._serve(consumer, now, loop)

    def _crash(self, consumer: int, now: int, loop: Stage) -> None:
        """What the consumer had in hand is handled again, or lost where its offset was committed before."""
        committed = self._committed(now)
        hands, self._hands[consumer] = list(self._hands[consumer].values()), {}
        done, self._done[consumer] = self._done[consumer], deque()
        for hand in hands:
            hand.let_go()
        for hand in hands:
            loop.cancel_parts(hand.message[2], now)
            if hand.taken < committed:
                self._lose(hand.message[2], now, loop)
            else:
                self._log_again(consumer, hand.message, now)
        for hand in done:
            if hand.taken >= committed:
                _, _, job, step, partition = hand.message
                self.again(job, step, partition, now, loop, copy=2)

    def _committed(self, now: int) -> int:
        """The instant of the last automatic commit: what was taken before it is never delivered again."""
        every = self.delivery.auto_commit
        return -1 if every is None else now // every * every

    def _lose(self, job: Job, now: int, loop: Stage) -> None:
        self.traffic.change(now, -1)
        self.traffic.lost += self.traffic.counts(now) and not job.is_copy
        loop.end(job, LOST, now)

    def _log_again(self, consumer: int, message: Message, now: int) -> None:
        self.traffic.duplicates += self.traffic.counts(now)
        job = message[2]
        job.turn, job.since = VOID, now
        heappush(self._logs[consumer], message)
