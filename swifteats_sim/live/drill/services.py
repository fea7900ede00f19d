"""The services of a drill, a process each: the relay, the dispatchers, the couriers' apps."""

from __future__ import annotations

import json
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from swifteats_sim.domain.orders import REQUESTS
from swifteats_sim.live.client import connected
from swifteats_sim.live.drill.carrying import Couriers
from swifteats_sim.live.drill.halting import Halt
from swifteats_sim.live.drill.hand import Hand, Watched
from swifteats_sim.live.drill.plan import GEO, Plan
from swifteats_sim.live.drill.town import Town
from swifteats_sim.live.messages.consuming import Delivery, Reader
from swifteats_sim.live.messages.dispatching import Dispatcher
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.outlooks import by_slack
from swifteats_sim.live.messages.relay import Relay
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.search import Search
from swifteats_sim.live.servers import Addresses
from swifteats_sim.policies.registry import policy_named

PRELOADED = ["swifteats_sim.live.drill.services"]
STOP_WITHIN = 15.0
"""s."""


@dataclass(frozen=True)
class Stage:
    """What every process is told. group : of the dispatchers; folder : where each writes what it does."""

    plan: Plan
    addresses: Addresses
    group: str
    folder: Path
    halt: Halt


@dataclass(frozen=True)
class Service:
    """A process. kind : what it does."""

    kind: str
    process: BaseProcess


@contextmanager
def serving(stage: Stage) -> Iterator[list[Service]]:
    """All services, until they are told to stop; who does not is ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    plan, services = stage.plan, list[Service]()
    kinds: list[tuple[str, Callable[[Stage, int], None]]] = [
        ("dispatcher", _dispatch), ("courier", _carry), ("relay", _relay)
    ]  # fmt: skip
    of = {"dispatcher": plan.dispatchers, "courier": plan.couriers, "relay": 1}
    try:
        for kind, serve in kinds:
            for number in range(of[kind]):
                process = context.Process(target=_alone, args=(serve, stage, number), daemon=True)
                process.start()
                services.append(Service(kind, process))
        yield services
    finally:
        stage.halt.raise_flag()
        for service in services:
            service.process.join(STOP_WITHIN)
            service.process.kill()
            service.process.join()


def seen_of(folder: Path) -> list[str]:
    """The events of all requests that dispatchers were delivered, each as often as it came."""
    return [line for path in sorted(folder.glob("seen*.txt")) for line in path.read_text("utf-8").splitlines()]


def faults_of(folder: Path) -> list[str]:
    """What services found impossible."""
    return [fault for path in sorted(folder.glob("faults*.json")) for fault in json.loads(path.read_text("utf-8"))]


def _alone(serve: Callable[[Stage, int], None], stage: Stage, number: int) -> None:
    """In a process that an interrupt of the terminal leaves alone: the drill tells it to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(stage, number)


def _relay(stage: Stage, number: int) -> None:
    hand = _hand(stage, 1_000)
    with connected(stage.addresses, Town(stage.plan).terms) as client, closing(hand):
        Relay(client.database, Watched(client.runner, hand)).serve(stage.halt)


def _dispatch(stage: Stage, number: int) -> None:
    town, hand = Town(stage.plan), _hand(stage, 2_000 + number)
    reader, letters = _Counted(stage, number), DeadLetters(stage.addresses.kafka)
    with connected(stage.addresses, town.terms) as client, closing(hand), closing(reader), closing(letters):
        search = Search(client.database, client.positions, town, town.terms.reach, town.terms.speed)
        rank, outlook = policy_named("nearest").rank, by_slack(search.find)
        runner = Watched(client.runner, hand)
        Dispatcher(reader, letters, runner, stage.plan.dispatch, rank, outlook).serve(stage.halt)


def _carry(stage: Stage, number: int) -> None:
    town, hand = Town(stage.plan), _hand(stage, 3_000 + number)
    with connected(stage.addresses, town.terms) as client, closing(hand):
        couriers = Couriers(number, client, town, hand)
        couriers.serve(stage.halt)
    (stage.folder / f"faults{number}.json").write_text(json.dumps(couriers.faults), "utf-8")


def _hand(stage: Stage, number: int) -> Hand:
    return Hand(number, stage.folder, GEO, mortal=True)


class _Counted(Reader):
    """A reader who writes down what came."""

    def __init__(self, stage: Stage, number: int) -> None:
        super().__init__(stage.addresses.kafka, stage.group, [topic_of(REQUESTS, GEO)], stage.plan.silence)
        self._seen = (stage.folder / f"seen{number}.txt").open("a", buffering=1, encoding="utf-8")

    def take(self, most: int, within: float) -> list[Delivery]:
        """What has come; each a line."""
        came = super().take(most, within)
        for delivery in came:
            self._seen.write(f"{(delivery.value or b'').decode(errors='replace')}\n")
        return came

    def close(self) -> None:
        """Leave the group."""
        super().close()
        self._seen.close()
