"""Many clients at once: processes with threads in them, each a client with connections of its own and with a script.

A script is a generator that yields a rule and the geographic area that it is of, and is sent what came of it. What a
rule raises because it is Impossible, or a server Unavailable, is raised in the script.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from threading import Barrier, BrokenBarrierError
from typing import Any, Protocol

from swifteats_sim.domain.effects import Rule, Unavailable
from swifteats_sim.domain.states import Impossible
from swifteats_sim.live.client import Client, Terms, connected
from swifteats_sim.live.runner import Witness
from swifteats_sim.live.servers.addresses import Addresses

Step = tuple[Rule[Any], int]
"""A rule, and the geographic area that it is of."""
Script = Generator[Step, Any, Any]
PATIENCE = 120.0
"""s until all clients must be connected."""


class Part(Protocol):
    """What one client does, made in the process where it is done. witness : of its runner; None: nobody looks."""

    @property
    def terms(self) -> Terms:
        """What it agrees on with the others."""

    @property
    def witness(self) -> Witness | None:
        """Who is told of every effect."""

    def script(self, client: Client) -> Script:
        """From its first rule to its last; returns what is told of it, a value that can be sent between processes."""


def play(client: Client, script: Script) -> Any:
    """Perform a script to its end, and return what it returns."""
    perform = client.runner.perform
    try:
        rule, geo = next(script)
        while True:
            try:
                outcome = perform(rule, geo)
            except (Impossible, Unavailable) as fault:
                rule, geo = script.throw(fault)
            else:
                rule, geo = script.send(outcome)
    except StopIteration as stop:
        return stop.value


def play_together(addresses: Addresses, part: Callable[[int], Part], processes: int, threads: int) -> list[Any]:
    """Let processes * threads clients begin at once; what their scripts return, by client.

    part : of a client's number, from 0; it is sent to the processes. What a script raises and does not catch is raised.
    """
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        start = manager.Barrier(processes * threads)
        firsts = range(0, processes * threads, threads)
        running = [
            pool.submit(_play_threads, addresses, part, range(first, first + threads), start) for first in firsts
        ]
        return [told for process in _results(running) for told in process]


def _play_threads(addresses: Addresses, part: Callable[[int], Part], numbers: range, start: Barrier) -> list[Any]:
    """The clients of one process."""

    def run(number: int) -> Any:
        with ExitStack() as stack:
            try:
                own = part(number)
                client = stack.enter_context(connected(addresses, own.terms, own.witness))
                start.wait(PATIENCE)
            except BaseException:
                start.abort()  # nobody waits for who does not come
                raise
            return play(client, own.script(client))

    with ThreadPoolExecutor(len(numbers)) as pool:
        return _results([pool.submit(run, number) for number in numbers])


def _results(running: list[Future[Any]]) -> list[Any]:
    """Of all, in order; or the fault of one, not of those who then waited for it in vain."""
    faults = [fault for fault in (future.exception() for future in running) if fault is not None]
    for fault in sorted(faults, key=lambda fault: isinstance(fault, BrokenBarrierError)):
        raise fault
    return [future.result() for future in running]
