"""The processes of a load of fixes: one that sends on schedule, and consumers whose notes survive them."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from confluent_kafka import KafkaError, Message
from numpy.typing import NDArray
from redis import Redis

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.live.clock import CPU, MONOTONIC, sleep
from swifteats_sim.live.fixes.keeping import FIXES, FixKeeper, FixProducer, Kept
from swifteats_sim.live.messages.consuming import Reader
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.places import Place
from swifteats_sim.live.positions import Fix, Positions

KNOWN_FOR = 600_000
"""ms for which a fix counts as live here, so that one can look at all of them afterwards."""
LOOK_EVERY = 0.05
"""s."""
NOTED = np.dtype([(name, "<i8") for name in ("partition", "offset", "driver", "at", "known")])
"""A row of a consumer's notes: which message, whose fix of when, and when Redis knew it; ns of the machine's clock."""
SENT = np.dtype([(name, "<i8") for name in ("partition", "offset", "driver", "at", "handed", "heard")])
"""A row of the sender's notes. at : when it was due; handed : when it was handed over; heard : when the broker had it.

partition : -1 where the broker has not said that it has it.
"""


def send(
    kafka: str, geo: int, due: NDArray[np.int64], drivers: NDArray[np.int64], notes: Path, line: Connection
) -> None:
    """The sender: says that it is there, is told when to start, and sends each fix when it is due."""
    producer = FixProducer(kafka, geo)
    sent = np.zeros(len(due), SENT)
    sent["partition"], sent["driver"] = -1, drivers
    line.send("ready")
    start: int = line.recv()
    sent["at"] = start + due
    began = CPU()
    for index, (driver, at) in enumerate(zip(drivers.tolist(), sent["at"].tolist(), strict=True)):
        while MONOTONIC() < at:
            producer.poll()
            sleep(at - MONOTONIC())
        sent["handed"][index] = MONOTONIC()
        _insist(producer, Fix(driver, at, _place(driver)), _noting(sent, index))
    producer.close()
    np.save(notes, sent)
    line.send(CPU() - began)


def keep(kafka: str, redis: str, geo: int, notes: Path, line: Connection) -> None:
    """A consumer: tells how many partitions are its own whenever that changes, until it is told to stop."""
    reader, letters = Reader(kafka, f"location.{geo}", [topic_of(FIXES, geo)]), DeadLetters(kafka)
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    keeper = FixKeeper(reader, letters, Positions(Redis.from_url(redis), KNOWN_FOR), geo, _noter(file))
    owned, began = -1, CPU()
    while not line.poll():
        keeper.step(LOOK_EVERY)
        if len(reader.owned) != owned:
            owned = len(reader.owned)
            line.send(owned)
    reader.close()
    line.send(("cpu", CPU() - began))


def _noter(file: int) -> Callable[[list[Kept]], None]:
    """Between work and commit: one write, which is there even if the next instant kills the process."""

    def note(kept: list[Kept]) -> None:
        rows = [(delivery.partition.number, delivery.offset, fix.driver, fix.at, at) for delivery, fix, _, at in kept]
        os.write(file, np.array(rows, NOTED).tobytes())

    return note


def _noting(sent: NDArray[Any], index: int) -> Callable[[KafkaError | None, Message], None]:
    def heard(error: KafkaError | None, message: Message) -> None:
        if error is None:
            row = sent[index]
            row["partition"], row["offset"], row["heard"] = message.partition(), message.offset(), MONOTONIC()

    return heard


def _insist(producer: FixProducer, fix: Fix, heard: Callable[[KafkaError | None, Message], None]) -> None:
    while True:
        try:
            producer.send(fix, heard)
        except Unavailable:
            producer.poll()
            sleep(1_000_000)
        else:
            return


def _place(driver: int) -> Place:
    """Somewhere in a town."""
    return Place(-21.9 + driver % 100 * 1e-3, 64.1 + driver // 100 % 100 * 5e-4)
