"""Worker processes: begun as copies of this one where that is safe, and ended with it, however it ends."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.context import BaseContext
from multiprocessing.queues import SimpleQueue
from threading import Thread
from typing import TypeVar

from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.interrupts import interrupts_ignored
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import Engine, simulate

T = TypeVar("T")
Tick = Callable[[int, int], None]
"""Told (number of the job, virtual ns) once a virtual minute."""

_LOOK_EVERY_S = 0.1
_Pulse = tuple[int, int]


def share_out(
    jobs: Mapping[int, Callable[[], T]],
    workers: int,
    like: Scenario,
    engine: Engine,
    tick: Tick,
    heard: Callable[[int, T], None],
) -> None:
    """Have numbered jobs done by so many processes; an interrupt, or a job that fails, ends them all before it goes on.

    like : what is run before, so that all that it takes is compiled; heard : told (number, what came of it) in this
    process, as each comes to its end. A job tells how far it is by `tell`.
    """
    context = _context(like, engine)
    pulses: SimpleQueue[_Pulse] = context.SimpleQueue()
    pool = ProcessPoolExecutor(workers, context, _join, (pulses,))
    try:
        with frozen(), _held_back(signal.SIGTERM), interrupts_ignored():
            futures = {pool.submit(job): number for number, job in jobs.items()}
        _follow(futures, pulses, tick, heard)
    except BaseException:
        end(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def tell(number: int, now: int) -> None:
    """Tell the process that shares out how far a job is; called in a worker."""
    _Worker.pulses.put((number, now))


def end(pool: ProcessPoolExecutor) -> None:
    """End all workers of a pool, whatever they are at.

    One may die in the midst of its record: the pool would wait for the rest of it as long as anybody could send it, and
    that is this process alone by then, which holds on to its own end of the pipe.
    """
    children = active_children()
    for child in children:
        child.terminate()
    for child in children:
        child.join()
    pool._result_queue._writer.close()  # type: ignore[attr-defined]


def _context(like: Scenario, engine: Engine) -> BaseContext:
    """How workers begin: as copies of this process, which has imported and compiled everything, where that is safe."""
    if sys.platform != "linux":
        return get_context("spawn")
    simulate(like.model_copy(update={"warmup": 0, "duration": SECOND}), engine=engine)
    return get_context("fork")


@contextmanager
def frozen() -> Iterator[None]:
    """Nobody sweeps meanwhile what is there already; who is copied would copy its pages by looking at it."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _held_back(asked: signal.Signals) -> Iterator[None]:
    """A signal that comes meanwhile comes afterwards; a worker hears it once it has begun."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {asked})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow(
    futures: dict[Future[T], int], pulses: SimpleQueue[_Pulse], tick: Tick, heard: Callable[[int, T], None]
) -> None:
    """Pass on what the workers tell until all are done, or one has failed."""
    while futures:
        done, _ = wait(futures, timeout=_LOOK_EVERY_S)
        while not pulses.empty():
            tick(*pulses.get())
        for future in done:
            heard(futures.pop(future), future.result())


class _Worker:
    """What a worker process was given at its start."""

    pulses: SimpleQueue[_Pulse]


def _join(pulses: SimpleQueue[_Pulse]) -> None:
    """Begin a worker, who ends when he is asked to, whatever this process did then before it was copied."""
    _Worker.pulses = pulses
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """A parent that is killed ends nobody: workers would wait for ever, each holding the pipe open that others read."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
