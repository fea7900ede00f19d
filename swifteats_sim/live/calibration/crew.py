"""The real clients of a closed load: a process each, with connections of its own, which begin and stop together."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from swifteats_sim.domain.effects import Effect
from swifteats_sim.live.accounting import family, pin, used
from swifteats_sim.live.calibration.load import GEO, ClosedLoad, Town, orders_of, script
from swifteats_sim.live.calibration.measured import ORDER, Measured, Tally, together
from swifteats_sim.live.calibration.site import terms
from swifteats_sim.live.client import Client, connected
from swifteats_sim.live.clock import CPU, MONOTONIC, sleep
from swifteats_sim.live.servers import Addresses

PRELOADED = ["swifteats_sim.live.calibration.crew"]
SETTLE = 100_000_000
"""ns from the last client's word that it is ready to the common beginning."""


@dataclass(frozen=True)
class Span:
    """When clients work: from `begins` to `ends`; what counts has begun after `counts`. ns of the machine's clock."""

    begins: int
    counts: int
    ends: int

    @property
    def seconds(self) -> float:
        """That count."""
        return (self.ends - self.counts) / 1e9


@dataclass(frozen=True)
class Worked:
    """What a crew has done, and the processor time (ns) that it took clients and servers, in the span that counts."""

    measured: Measured
    clients: int
    servers: int


def work(load: ClosedLoad, addresses: Addresses, seconds: float, warmup: float, processor: int | None = None) -> Worked:
    """Let all clients work. warmup : s before what counts; processor : the only one clients may use, None for any."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    pipes, processes = list[Connection](), []
    for number in range(load.clients):
        ours, theirs = context.Pipe()
        process = context.Process(target=_client, args=(load, addresses, number, processor, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    try:
        for pipe in pipes:
            pipe.recv()
        begins = MONOTONIC() + SETTLE
        counts = begins + int(warmup * 1e9)
        span = Span(begins, counts, counts + int(seconds * 1e9))
        for pipe in pipes:
            pipe.send(span)
        servers = _servers_between(addresses, span)
        told: list[tuple[Tally, int]] = [pipe.recv() for pipe in pipes]
    finally:
        for process in processes:
            process.join(10)
            process.kill()
    return Worked(together([tally for tally, _ in told], span.seconds), sum(cpu for _, cpu in told), servers)


def _servers_between(addresses: Addresses, span: Span) -> int:
    sleep(span.counts - MONOTONIC())
    pids = [each for _, pid in addresses.pids for each in family(pid)]
    before = used(pids)
    sleep(span.ends - MONOTONIC())
    return used(pids) - before


def _client(load: ClosedLoad, addresses: Addresses, number: int, processor: int | None, pipe: Connection) -> None:
    """One client's process."""
    if processor is not None:
        pin(multiprocessing.current_process().pid or 0, (processor,))
    town, seen = Town(load), _Seen()
    with connected(addresses, terms(town), seen) as client:
        numbers = orders_of(number)
        carry(client, town, next(numbers), None)  # connects, prepares and loads whatever the first order has to
        pipe.send("ready")
        span: Span = pipe.recv()
        sleep(span.begins - MONOTONIC())
        pipe.send(_play(client, town, numbers, span, seen))


def _play(client: Client, town: Town, numbers: Iterable[int], span: Span, seen: _Seen) -> tuple[Tally, int]:
    """Order after order; what began after the warm-up counts, and the processor time from then on."""
    tally, cpu = Tally(), 0
    for order in numbers:
        began = MONOTONIC()
        if began >= span.ends:
            break
        if began >= span.counts and not cpu:
            cpu, seen.tally = CPU(), tally
        done = carry(client, town, order, seen.tally)
        if done and seen.tally is not None:
            tally.task(ORDER, MONOTONIC() - began)
    return tally, CPU() - cpu if cpu else 0


def carry(client: Client, town: Town, order: int, tally: Tally | None) -> bool:
    """One order; whether it came to the door."""
    playing, outcome = script(town, order), None
    try:
        while True:
            kind, rule = playing.send(outcome)
            began = MONOTONIC()
            outcome = client.runner.perform(rule, GEO)
            if tally is not None:
                tally.task(kind, MONOTONIC() - began)
    except StopIteration:
        return kind == "finish"


class _Seen:
    """A witness who counts, once there is something that counts."""

    def __init__(self) -> None:
        self.tally: Tally | None = None

    def begins(self, effect: Effect) -> None:
        """Nothing."""

    def ended(self, effect: Effect, outcome: Any) -> None:
        """Count it."""
        if self.tally is not None:
            self.tally.effect(effect, outcome)
