"""Replications of a scenario, one after the other or over several processes, with the same result."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context
from multiprocessing.queues import SimpleQueue
from threading import current_thread, main_thread

from swifteats_sim.results import Tables
from swifteats_sim.scenario import Scenario
from swifteats_sim.simulation import Engine, simulate

Tick = Callable[[int, int], None]
"""Told (replication, virtual ns) once a virtual minute."""

_LOOK_EVERY_S = 0.1
_Pulse = tuple[int, int]


def replicate(scenario: Scenario, workers: int, tick: Tick, engine: Engine = "compiled") -> tuple[Tables, ...]:
    """The record of every replication, in order.

    workers : processes at most; engine : see `simulate`. An interrupt ends them all before it goes on.
    """
    numbers = range(scenario.replications)
    if min(workers, scenario.replications) == 1:
        return tuple(simulate(scenario, number, partial(tick, number), engine) for number in numbers)
    context = get_context("spawn")
    pulses: SimpleQueue[_Pulse] = context.SimpleQueue()
    pool = ProcessPoolExecutor(min(workers, scenario.replications), context, _join, (pulses,))
    try:
        with _interrupts_ignored():
            futures = [pool.submit(_replicate, scenario, number, engine) for number in numbers]
        _follow(futures, pulses, tick)
        return tuple(future.result() for future in futures)
    except BaseException:
        for child in active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """While workers start: they inherit it, so that a Ctrl-C from the terminal, even during their imports, is ours."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(futures: list[Future[Tables]], pulses: SimpleQueue[_Pulse], tick: Tick) -> None:
    """Pass the workers' ticks on until all are done, or one has failed."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=_LOOK_EVERY_S)
        while not pulses.empty():
            tick(*pulses.get())
        for future in done:
            future.result()


class _Worker:
    """What a worker process was given at its start."""

    pulses: SimpleQueue[_Pulse]


def _join(pulses: SimpleQueue[_Pulse]) -> None:
    """Begin a worker."""
    _Worker.pulses = pulses


def _replicate(scenario: Scenario, number: int, engine: Engine) -> Tables:
    return simulate(scenario, number, lambda now: _Worker.pulses.put((number, now)), engine)
