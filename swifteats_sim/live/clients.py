"""Many clients at once: processes with threads in them, each a client with connections of its own and with a script.

A script is a generator that yields a rule and the geographic area that it is of, and is sent what came of it. What a
rule raises because it is Impossible, or a server Unavailable, is raised in the script.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier
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
    start = context.Barrier(processes * threads)
    with ProcessPoolExecutor(processes, context, _keep, (start,)) as pool:
        running = [pool.submit(_play_threads, addresses, part, first * threads, threads) for first in range(processes)]
        return [told for process in running for told in process.result()]


_START = list[Barrier]()
"""Where the clients of a process wait for all others: it can only be handed over as a process begins."""


def _keep(start: Barrier) -> None:
    _START.append(start)


def _play_threads(addresses: Addresses, part: Callable[[int], Part], first: int, threads: int) -> list[Any]:
    """The clients of one process, from number `first` on."""

    def run(number: int) -> Any:
        own = part(number)
        try:
            with connected(addresses, own.terms, own.witness) as client:
                _START[0].wait(PATIENCE)
                return play(client, own.script(client))
        except BaseException:
            _START[0].abort()  # nobody waits for who does not come
            raise

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(first, first + threads)))
