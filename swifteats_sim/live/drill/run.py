"""A drill from its start to its verdict: a site of its own, services, customers, and a look at what they did."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from redis import Redis

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.live.client import connected
from swifteats_sim.live.clients import play_together
from swifteats_sim.live.clock import MONOTONIC, sleep
from swifteats_sim.live.database import Database
from swifteats_sim.live.drill.customers import customer
from swifteats_sim.live.drill.ends import state_of
from swifteats_sim.live.drill.halting import Halt
from swifteats_sim.live.drill.hand import histories
from swifteats_sim.live.drill.plan import PARTITIONS, Plan
from swifteats_sim.live.drill.services import Service, Stage, faults_of, seen_of, serving
from swifteats_sim.live.drill.topics import DEAD, REQUESTED, messages_in, own_topics
from swifteats_sim.live.drill.town import Town, furnish
from swifteats_sim.live.drill.verdict import Evidence, Verdict, judge
from swifteats_sim.live.history.trails import State
from swifteats_sim.live.servers import Addresses
from swifteats_sim.live.site import Unusable, site

DATABASE = "swifteats_drill"
OTHERS = 8
"""Connections: of the relay, of who looks on, of the administrator, and those that the server keeps for itself."""
LOOK_EVERY = 250_000_000
"""ns."""
_PROGRESS = """
select (select count(*) from orders where state in ('delivered', 'cancelled', 'failed')),
       (select count(*) from orders where request > 0 and state in ('order_received', 'assigned_driver', 'picked_up',
           'out_delivery')) + (select count(*) from outbox) + (select count(*) from active_assignments)
           + (select count(*) from drivers where order_number is not null),
       (select coalesce(sum(version), 0) from orders) + (select coalesce(sum(version), 0) from drivers)
           + (select coalesce(sum(version), 0) from items)
"""


class Moment(NamedTuple):
    """How far a drill is. closed, of : orders; open : orders, rows and drivers that are not done with."""

    closed: int
    of: int
    open: int
    services: Sequence[Service]


Tell = Callable[[Moment], None]


def drill(addresses: Addresses, plan: Plan, folder: Path, tell: Tell = lambda moment: None) -> Verdict:
    """Let a platform work on these servers, and judge it. folder : empty; histories stay in it.

    Unusable where servers do not answer, hold what a drill would touch, or lose all processes of a kind.
    """
    group = f"swifteats-drill-{MONOTONIC()}"
    halt = Halt(folder / "halt")
    with site(addresses, DATABASE) as own, own_topics(own.kafka, group):
        stage = Stage(plan, replace(own, pids=()), group, folder, halt)
        start = _furnished(stage)
        with serving(stage) as services, closing(_Watch(stage, services, tell)) as watch, _customers(stage) as playing:
            watch.until(lambda moment: playing.done() or watch.is_stuck)
            if playing.done():
                _result(playing)
                watch.until(lambda moment: not moment.open or watch.is_stuck)
        evidence = _evidence(stage, start)
    halt.path.unlink()
    return judge(plan, evidence)


def _result(playing: Future[object]) -> None:
    """Raise what a customer did not catch."""
    try:
        playing.result()
    except BrokenProcessPool as error:
        raise Unusable("a process of customers has ended") from error


def _furnished(stage: Stage) -> State:
    town = Town(stage.plan)
    with connected(stage.addresses, town.terms) as client, Redis.from_url(stage.addresses.redis) as redis:
        _look_for_room(client.database, stage.plan)
        furnish(town, client, redis)
        return state_of(client.database)


def _look_for_room(database: Database, plan: Plan) -> None:
    """Who finds no place at the database would wait for one until the drill is over."""
    (most,) = database.execute("select setting::int from pg_settings where name = 'max_connections'").fetchone() or (0,)
    needed = plan.clients + plan.dispatchers + plan.couriers + OTHERS
    if most < needed:
        raise Unusable(f"PostgreSQL takes {most} connections at most, and {plan.clients} clients need {needed} in all")


@contextmanager
def _customers(stage: Stage) -> Iterator[Future[object]]:
    """All customers at work, in processes that an interrupt of the terminal leaves alone; at the end they stop."""

    def play() -> object:
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))  # whom this thread starts inherits it
        plan, part = stage.plan, partial(customer, plan=stage.plan, folder=stage.folder, halt=stage.halt)
        own = -(-plan.clients // plan.processes)
        return play_together(stage.addresses, part, plan.processes, own)

    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(play)
        try:
            yield playing
        finally:
            stage.halt.raise_flag()


class _Watch:
    """Looks at the platform from outside, now and then."""

    def __init__(self, stage: Stage, services: Sequence[Service], tell: Tell) -> None:
        self._stage, self._services, self._tell = stage, services, tell
        self._database, self._seen, self._since = Database(stage.addresses.postgres), (-1, -1, -1), MONOTONIC()

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has happened for so long that nothing will."""
        return MONOTONIC() - self._since > self._stage.plan.patience * 1e9

    def until(self, over: Callable[[Moment], bool]) -> None:
        """Look, and tell, until it is over."""
        while True:
            moment = self._look()
            self._tell(moment)
            if over(moment):
                return
            sleep(LOOK_EVERY)

    def close(self) -> None:
        """No more looks."""
        self._database.close()

    def _look(self) -> Moment:
        for kind in sorted({service.kind for service in self._services}):
            if not any(service.process.is_alive() for service in self._services if service.kind == kind):
                raise Unusable(f"every {kind} has ended; the last lines above say why")
        now = self._progress()
        if now != self._seen:
            self._seen, self._since = now, MONOTONIC()
        closed, still_open, _ = now
        return Moment(closed, self._stage.plan.total, still_open, self._services)

    def _progress(self) -> tuple[int, int, int]:
        """None, while the database is away: customers and services wait for it as long as this does."""
        try:
            closed, still_open, written = self._database.execute(_PROGRESS).fetchone() or self._seen
        except Unavailable:
            return self._seen
        return closed, still_open, written


def _evidence(stage: Stage, start: State) -> Evidence:
    with closing(Database(stage.addresses.postgres)) as database:
        end = state_of(database)
    kafka, folder = stage.addresses.kafka, stage.folder
    return Evidence(
        histories(folder), start, end, messages_in(kafka, REQUESTED, PARTITIONS), seen_of(folder),
        messages_in(kafka, DEAD, 1), faults_of(folder),
    )  # fmt: skip
