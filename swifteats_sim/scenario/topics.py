"""How messages travel: topics with their partitions, consumers and faults, and customers' open streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from swifteats_sim.scenario.distributions import SHORTEST, SHORTEST_WORDS, DurationLaw
from swifteats_sim.scenario.errors import Findings, KeyProblems
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Duration, PositiveDuration, Ratio, Size

Kind = Literal["dense", "sparse"]
KINDS: tuple[Kind, ...] = ("dense", "sparse")
Count = Annotated[int, Field(gt=0, le=10_000)]


def _by_kind(value: Any) -> Any:
    """A number serves geos of every kind."""
    return dict.fromkeys(KINDS, value) if isinstance(value, int) and not isinstance(value, bool) else value


Partitions = Annotated[dict[Kind, Count], BeforeValidator(_by_kind, json_schema_input_type=Count | dict[Kind, Count])]


class Crash(Frozen):
    """A consumer that dies and comes back (A23)."""

    consumer: int = default(0, ge=0, description="of each geo's consumers, counted from 0")
    at: Duration = Field(description="from the start of the run (warm-up included)")
    lasting: PositiveDuration = Field(alias="for", description="until it is back")


class LeaderLoss(Frozen):
    """A broker that dies: another one leads its partitions after a while (A26)."""

    at: Duration = Field(description="from the start of the run (warm-up included)")
    lasting: PositiveDuration = Field(alias="for", description="until there is a new leader")


class Topic(Frozen):
    """A topic for each geo, as a list of FIFO partitions (A20-A24)."""

    partitions: Partitions = Field(description="partitions by the geo's kind (F3), or one number for all")
    placement: Literal["round_robin", "keyed", "pinned", "random"] = Field(
        description="keyed: one driver, one partition (F22); pinned: all in partition 0 (C42); random (C43)"
    )
    consumers: int = default(1, gt=0, le=10_000, description="consumers of a geo's topic, partitions spread over them")
    per: Literal["geo", "platform"] = default(
        "geo", description="platform: one topic for all geos, with the partitions of the largest (C47)"
    )
    message: Size = default("1 kB", description="size of a message")
    handlers: Literal["awaited", "unawaited"] = default(
        "awaited", description="unawaited: the next message is begun before this one is done (C46)"
    )
    commit: Literal["after_work", "auto"] = default("after_work", description="when a message counts as read (C46)")
    commit_every: PositiveDuration | None = default(None, description="`commit: auto` only; 5 s when left out")
    session: PositiveDuration = default("15 s", description="until a silent consumer counts as dead (A23)")
    rebalance: Duration = default("3 s", description="while partitions are dealt out anew, nobody consumes (A23)")
    crashes: tuple[Crash, ...] = default((), strict=False, max_length=1000, description="consumers that die")
    acks: Literal["all", "leader"] = default("all", description="who must have a message before it is logged (A26)")
    replication_lag: Duration = default("10 ms", description="from the leader to the others")
    leader_losses: tuple[LeaderLoss, ...] = default((), strict=False, max_length=1000, description="brokers that die")
    duplicates: Ratio = default("0 %", le=1, description="share of messages delivered twice")
    failures: Ratio = default("0 %", le=1, description="share of handlings that fail")
    attempts: int = default(3, gt=0, le=50, description="handlings at most; then the dead letter topic (A24)")

    def partitions_of(self, kind: str) -> int:
        """Partitions of a geo of this kind, `dense` or `sparse`; KeyError where none are declared."""
        by_kind: dict[str, int] = dict(self.partitions.items())
        return by_kind[kind]

    def partitions_over(self, kinds: Sequence[str]) -> tuple[int, ...]:
        """Partitions of the topic of each geo, by kind; of the one topic that serves all of them with `per: platform`.

        kinds : at least one.
        """
        by_geo = tuple(self.partitions_of(kind) for kind in kinds)
        return by_geo if self.per == "geo" else (max(by_geo),)

    @model_validator(mode="before")
    @classmethod
    def _committed_by_default(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("commit") == "auto" and data.get("commit_every") is None:
            return {**data, "commit_every": "5 s"}
        return data

    @model_validator(mode="after")
    def _fits(self) -> Topic:
        problems = list(self._misfits())
        if problems:
            raise KeyProblems(problems)
        return self

    def _misfits(self) -> Findings:
        if self.commit != "auto" and self.commit_every is not None:
            yield ("commit_every",), "only with `commit: auto`"
        for index, crash in enumerate(self.crashes):
            if crash.consumer >= self.consumers:
                yield ("crashes", index, "consumer"), f"there are {self.consumers} consumers, counted from 0"


class Stream(Frozen):
    """Customers' open connections, each held by one of several processes (A47, A48)."""

    processes: int = default(1, gt=0, le=10_000, description="that hold connections")
    routing: Literal["sticky", "any"] = default(
        "any", description="sticky: a customer's updates come to the process that holds the connection (C28)"
    )
    fan_out: bool = default(True, description="every process hears every update, so one of them delivers it (C28)")
    scan: Duration = default("0 s", description="cost of looking at one connection of a process (C29)")
    clients: int | None = default(
        None, gt=0, le=1_000_000_000, description="open connections, when no city says who watches"
    )
    slots: int | None = default(
        None, ge=0, le=1_000_000_000, description="connections there is room for; the other clients hear nothing (C69)"
    )
    drops: DurationLaw | None = default(None, description="until a client's connection breaks; none: never")
    reconnect: DurationLaw = default("5 s", description="from a break until the client is back (#147)")
    resubscribes: bool = default(True, description="whether who is back hears anything again (C27)")

    @model_validator(mode="after")
    def _connected_for_a_while(self) -> Stream:
        if self.drops is not None and self.drops.mean < SHORTEST:
            raise KeyProblems([(("drops",), f"takes {SHORTEST_WORDS} on average at least: nobody would be connected")])
        return self
