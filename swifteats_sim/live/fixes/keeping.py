"""Fixes on their way from phones to Redis: keyed by driver, so that each driver's stay in order (F3, F22).

A consumer takes what has come, writes it to Redis in one round trip, newest wins, and commits after that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from redis.exceptions import ConnectionError as NotThere
from redis.exceptions import TimeoutError as NoAnswer

from swifteats_sim.domain.effects import Unavailable
from swifteats_sim.live.clock import MONOTONIC, sleep
from swifteats_sim.live.messages.consuming import Delivery, Reader
from swifteats_sim.live.messages.letters import DeadLetters
from swifteats_sim.live.messages.quiet import QUIET
from swifteats_sim.live.messages.requests import topic_of
from swifteats_sim.live.messages.sending import RELIABLE, WAIT
from swifteats_sim.live.places import Place
from swifteats_sim.live.positions import Fix, Positions
from swifteats_sim.live.runner import AGAIN_AFTER

FIXES = "fixes"
"""The topic, one for each geographic area."""
SIZE = 343
"""Bytes of a fix as JSON (#116): the numbers here take about 90, and the rest is what else a phone sends."""
KEYED: dict[str, Any] = {
    "partitioner": "murmur2_random", "enable.idempotence": True, "queue.buffering.max.messages": 1_000_000,
}  # fmt: skip
"""Keys are placed as by Apache Kafka's own clients. Idempotent: what is sent again does not come out of order."""
LINGER = 20
"""ms for which a fix may wait for others of its partition, to travel together. Each such batch is an object of a broker
in memory, which looks at all of a partition's when it is asked for news: without a wait it is soon busy with that."""
MOST = 500
"""Fixes taken at once."""
COMMIT_EVERY = 100_000_000
"""ns between commits: what a consumer that dies has written since then is written again, and changes nothing."""


def encoded(fix: Fix) -> bytes:
    """A fix as it travels, SIZE bytes of JSON."""
    driver, at, (longitude, latitude) = fix
    text = f'{{"driver":{driver},"at":{at},"longitude":{longitude:.6f},"latitude":{latitude:.6f},"rest":"'
    return f'{text}{"." * (SIZE - len(text) - 2)}"}}'.encode()


def decoded(message: bytes) -> Fix:
    """The fix that `encoded` has made; ValueError for anything else, and for what lies nowhere on the map of Redis."""
    try:
        sent = json.loads(message)
        place = Place(float(sent["longitude"]), float(sent["latitude"]))
        fix = Fix(int(sent["driver"]), int(sent["at"]), place)
    except (LookupError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a fix: {message[:80]!r}") from error
    if not (abs(place.longitude) <= 180 and abs(place.latitude) <= 85.05):
        raise ValueError(f"not on the map: {place}")
    return fix


class FixProducer:
    """Sends fixes of one geographic area without waiting for each. linger : ms, see LINGER."""

    def __init__(self, bootstrap: str, geo: int, linger: int = LINGER) -> None:
        self._topic = topic_of(FIXES, geo)
        settings = {**QUIET, **RELIABLE, **KEYED, "linger.ms": linger}
        self._producer = Producer({"bootstrap.servers": bootstrap, **settings})

    def send(self, fix: Fix, heard: Callable[[KafkaError | None, Message], None] | None = None) -> None:
        """Hand it over. heard : told what became of it, in `poll` or `close`; Unavailable where there is no room."""
        try:
            self._producer.produce(self._topic, encoded(fix), str(fix.driver).encode(), on_delivery=heard)
        except (BufferError, KafkaException) as error:
            raise Unavailable("broker") from error

    def poll(self) -> None:
        """Hear what has become of what was sent."""
        self._producer.poll(0)

    def close(self) -> int:
        """Wait for the rest; how many the broker has not answered for."""
        return self._producer.flush(WAIT)


class Kept(NamedTuple):
    """A fix that Redis knows, or knows a newer one of its driver (then not `taken`). at : ns, when it was known."""

    delivery: Delivery
    fix: Fix
    taken: bool
    at: int


class FixKeeper:
    """A consumer that brings the fixes of one geographic area to Redis. witness : told between work and commit."""

    def __init__(
        self,
        reader: Reader,
        letters: DeadLetters,
        positions: Positions,
        geo: int,
        witness: Callable[[list[Kept]], None] = lambda kept: None,
    ) -> None:
        self._reader, self._letters, self._positions, self._geo = reader, letters, positions, geo
        self._witness, self._committed = witness, MONOTONIC()

    def step(self, within: float) -> list[Kept]:
        """Take what has come in `within` s and bring it to Redis, however long that is away."""
        deliveries = self._reader.take(MOST, within)
        fixes = [(delivery, fix) for delivery in deliveries if (fix := self._read(delivery)) is not None]
        if fixes:
            taken = self._insist([fix for _, fix in fixes])
            now = MONOTONIC()
            kept = [Kept(*pair, known, now) for pair, known in zip(fixes, taken, strict=True)]
            self._witness(kept)
        else:
            kept = []
        self._reader.settle(deliveries)
        if MONOTONIC() - self._committed >= COMMIT_EVERY:
            self._reader.commit(wait=False)
            self._committed = MONOTONIC()
        return kept

    def _read(self, delivery: Delivery) -> Fix | None:
        """None for what is no fix, and a dead letter by then."""
        try:
            return decoded(delivery.value or b"")
        except ValueError:
            self._bury(delivery)
            return None

    def _bury(self, delivery: Delivery) -> None:
        while True:
            try:
                self._letters.bury(delivery, "undecodable")
                return
            except Unavailable:
                sleep(AGAIN_AFTER)

    def _insist(self, fixes: list[Fix]) -> list[bool]:
        while True:
            try:
                return self._positions.take_all(self._geo, fixes)
            except (NotThere, NoAnswer):
                sleep(AGAIN_AFTER)
