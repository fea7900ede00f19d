"""A load of keyed fixes through a real broker to Redis, by real processes (F17, F22).

The schedule is open: a fix counts from when its phone sends it, whether or not the sender was in time. Consumers note
what they do in files that outlive them, so that one may be killed on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from redis import Redis

from swifteats_sim.live.accounting import family, used
from swifteats_sim.live.clock import MONOTONIC, sleep
from swifteats_sim.live.fixes.keeping import FIXES
from swifteats_sim.live.fixes.processes import KNOWN_FOR, NOTED, keep, send
from swifteats_sim.live.fixes.schedule import Load, Schedule, schedule
from swifteats_sim.live.fixes.seen import SECOND, FixesMeasured, seen
from swifteats_sim.live.messages.topics import create_topics
from swifteats_sim.live.positions import Positions
from swifteats_sim.live.servers.addresses import Addresses

PATIENCE = 60_000_000_000
"""ns until a group must be dealt out, and again until all that was sent must be known."""
LOOK_EVERY = 50_000_000
HEAD_START = 200_000_000
"""ns from the word to the start."""


class _Child(NamedTuple):
    process: BaseProcess
    line: Connection


def measure_fixes(addresses: Addresses, load: Load) -> FixesMeasured:
    """Send the load, and tell what became of it. Redis must know no later fix of its drivers.

    TimeoutError where the consumers' group is not dealt out in time; a fix that is not known in time counts as lost.
    """
    if not 0 < load.consumers <= load.partitions:
        raise ValueError(f"{load.consumers} consumers cannot share {load.partitions} partitions")
    create_topics(addresses.kafka, FIXES, (load.geo,), load.partitions)
    plan = schedule(load)
    with TemporaryDirectory(prefix="swifteats-fixes-") as folder:
        return _measured(addresses, load, plan, Path(folder))


def _measured(addresses: Addresses, load: Load, plan: Schedule, folder: Path) -> FixesMeasured:
    notes = [folder / f"consumer{number}" for number in range(load.consumers)]
    with _children() as begin:
        keepers = [begin(keep, addresses.kafka, addresses.redis, load.geo, note) for note in notes]
        sender = begin(send, addresses.kafka, load.geo, *plan, folder / "sent.npy")
        _until_dealt_out(keepers, load.partitions)
        _answer(sender)
        before = _cpu_of(addresses)
        start = MONOTONIC() + HEAD_START
        sender.line.send(start)
        if load.kill_after is not None:
            sleep(start + int(load.kill_after * SECOND) - MONOTONIC())
            keepers.pop(0).process.kill()
        cpu = {"sender": _answer(sender, int(load.seconds * SECOND))}
        sent = np.load(folder / "sent.npy")
        _until_known(sent, notes)
        cpu |= {name: spent - before[name] for name, spent in _cpu_of(addresses).items()}
        cpu["consumers"] = sum(_stopped(keeper) for keeper in keepers)
    with Redis.from_url(addresses.redis) as redis:
        return seen(sent, [_read(note) for note in notes], start, Positions(redis, KNOWN_FOR), cpu)


@contextmanager
def _children() -> Iterator[Callable[..., _Child]]:
    """Begins processes that know nothing of this one's threads, and ends those that are left."""
    context, begun = get_context("spawn"), list[_Child]()

    def begin(target: Callable[..., None], *given: Any) -> _Child:
        ours, theirs = context.Pipe()
        process = context.Process(target=target, args=(*given, theirs), daemon=True)
        process.start()
        theirs.close()
        begun.append(_Child(process, ours))
        return begun[-1]

    try:
        yield begin
    finally:
        for child in begun:
            child.process.kill()
            child.process.join()
            child.line.close()


def _until_dealt_out(keepers: Sequence[_Child], partitions: int) -> None:
    """All partitions are somebody's, and every consumer has some."""
    owned = [0] * len(keepers)

    def dealt_out() -> bool:
        for number, keeper in enumerate(keepers):
            while keeper.line.poll():
                owned[number] = keeper.line.recv()
        return all(owned) and sum(owned) == partitions

    if not _until(dealt_out):
        raise TimeoutError(f"the consumers' group is not dealt out after {PATIENCE / SECOND:g} s: {owned}")


def _until_known(sent: NDArray[Any], notes: Sequence[Path]) -> None:
    """Consumers have noted all messages that the broker has, or have been given time enough."""
    wanted = int((sent["partition"] >= 0).sum())

    def known() -> bool:
        if sum(note.stat().st_size for note in notes) < wanted * NOTED.itemsize:
            return False
        rows = np.concatenate([_read(note) for note in notes])
        return len(np.unique(rows[["partition", "offset"]])) >= wanted

    _until(known)


def _until(done: Callable[[], bool]) -> bool:
    """Wait; whether it came to be so in time."""
    patience = MONOTONIC() + PATIENCE
    while MONOTONIC() < patience:
        if done():
            return True
        sleep(LOOK_EVERY)
    return False


def _read(note: Path) -> NDArray[Any]:
    """What a consumer has noted; a row that it was killed over is left out."""
    written = note.read_bytes()
    return np.frombuffer(written[: len(written) // NOTED.itemsize * NOTED.itemsize], NOTED)


def _stopped(keeper: _Child) -> int:
    """Tell it to stop: ns of processor time that it has taken since its first step."""
    keeper.line.send("stop")
    while not isinstance(answer := _answer(keeper), tuple):
        pass
    return int(answer[1])


def _answer(child: _Child, busy: int = 0) -> Any:
    """What a child says next. busy : ns for which it has something else to do."""
    if not child.line.poll((busy + PATIENCE) / SECOND):
        raise TimeoutError(f"{child.process.name} says nothing")
    return child.line.recv()


def _cpu_of(addresses: Addresses) -> dict[str, int]:
    """ns of processor time that servers started here have taken."""
    return {name: used(family(pid)) for name, pid in addresses.pids if name != "postgres"}
