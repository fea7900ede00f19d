"""Replications of a scenario, one after the other or over several processes, with the same result."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context
from multiprocessing.context import BaseContext
from multiprocessing.queues import SimpleQueue

from swifteats_sim.engine.clock import SECOND
from swifteats_sim.engine.interrupts import interrupts_ignored
from swifteats_sim.results import Tables
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import Engine, simulate, sweep

Tick = Callable[[int, int], None]
"""Told (replication, virtual ns) once a virtual minute."""

Heard = Callable[[int, Tables], None]
"""Told (replication, its record) as each comes to its end."""

_LOOK_EVERY_S = 0.1
_Pulse = tuple[int, int]


def replicate(
    scenario: Scenario, workers: int, tick: Tick, engine: Engine, heard: Heard, numbers: range | None = None
) -> None:
    """Run every replication, or those of these numbers.

    workers : processes at most; engine : see `simulate`. An interrupt ends them all before it goes on.
    """
    numbers = range(scenario.replications) if numbers is None else numbers
    if min(workers, len(numbers)) <= 1:
        _one_by_one(scenario, numbers, tick, engine, heard)
        return
    context = _context(scenario, engine)
    pulses: SimpleQueue[_Pulse] = context.SimpleQueue()
    pool = ProcessPoolExecutor(min(workers, len(numbers)), context, _join, (pulses,))
    try:
        with _frozen(), _held_back(signal.SIGTERM), interrupts_ignored():
            futures = {pool.submit(_replicate, scenario, number, engine): number for number in numbers}
        _follow(futures, pulses, tick, heard)
    except BaseException:
        end(pool)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _one_by_one(scenario: Scenario, numbers: range, tick: Tick, engine: Engine, heard: Heard) -> None:
    """All in this process: what was there before is set aside, so that to sweep a run away looks at that run alone."""
    if _Worker.used:
        sweep()
    with _frozen():
        for number in numbers:
            heard(number, _one(scenario, number, partial(tick, number), engine))


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


def _one(scenario: Scenario, number: int, tick: Callable[[int], None], engine: Engine) -> Tables:
    """One replication in this process, which may have run another one."""
    if _Worker.used:
        sweep()
    _Worker.used = True
    return simulate(scenario, number, tick, engine)


def _context(scenario: Scenario, engine: Engine) -> BaseContext:
    """How workers begin: as copies of this process, which has imported and compiled everything, where that is safe."""
    if sys.platform != "linux":
        return get_context("spawn")
    simulate(scenario.model_copy(update={"warmup": 0, "duration": SECOND}), engine=engine)
    return get_context("fork")


@contextmanager
def _frozen() -> Iterator[None]:
    """Who is copied meanwhile never sweeps what is there already: to look at it would copy its pages."""
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


def _follow(futures: dict[Future[Tables], int], pulses: SimpleQueue[_Pulse], tick: Tick, heard: Heard) -> None:
    """Pass on what the workers tell until all are done, or one has failed."""
    while futures:
        done, _ = wait(futures, timeout=_LOOK_EVERY_S)
        while not pulses.empty():
            tick(*pulses.get())
        for future in done:
            heard(futures.pop(future), future.result())


class _Worker:
    """What a worker process was given at its start, and whether a replication was run in this process."""

    pulses: SimpleQueue[_Pulse]
    used = False


def _join(pulses: SimpleQueue[_Pulse]) -> None:
    """Begin a worker, who ends when he is asked to, whatever this process did then before it was copied."""
    _Worker.pulses = pulses
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _replicate(scenario: Scenario, number: int, engine: Engine) -> Tables:
    return _one(scenario, number, lambda now: _Worker.pulses.put((number, now)), engine)
