"""Where jobs are served or held back: stations with their faults, pools of connections, and rate limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from swifteats_sim.scenario.distributions import SHORTEST, SHORTEST_WORDS, DurationLaw
from swifteats_sim.scenario.errors import Findings, KeyProblems
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Duration, PositiveDuration, Rate, Ratio


class Health(Frozen):
    """Checks that take an instance out of the balancing (A65)."""

    every: PositiveDuration = default("30 s", description="between checks of one instance")
    failures: int = default(3, gt=0, le=1000, description="failed checks in a row that take it out; one good: back")


class Pause(Frozen):
    """A time at which an instance works slower, or not at all; once, or again and again."""

    at: Duration | None = default(None, description="from the start of the run (warm-up included); once")
    every: DurationLaw | None = default(None, description="from the end of one pause to the next; instead of `at`")
    lasting: DurationLaw = Field(alias="for", description="how long it lasts")
    instance: int | None = default(None, ge=0, description="counted from 0; all when left out")
    speed: Ratio = default("0 %", lt=1, description="of the usual speed")

    @model_validator(mode="after")
    def _once_or_again(self) -> Pause:
        if (self.at is None) == (self.every is None):
            raise ValueError("give either `at` (once) or `every` (again and again)")
        if self.every is not None and self.every.mean + self.lasting.mean < SHORTEST:
            raise KeyProblems([(("every",), f"takes {SHORTEST_WORDS} at least, with `for`: pauses would have no end")])
        return self


class Station(Frozen):
    """Servers with a queue, first come, first served unless `discipline` says otherwise."""

    instances: int = default(1, gt=0, le=10_000, description="copies of the service")
    concurrency: int = default(1, gt=0, le=100_000, description="jobs one instance serves at once (#54, #117, #125)")
    balancing: Literal["shared", "round_robin", "least_busy", "weighted", "health_checked", "partition"] = default(
        "shared", description="one queue for all, or one an instance: in turn, the least busy, by partition, ... (A3)"
    )
    weights: tuple[Annotated[int, Field(gt=0, le=1000)], ...] = default(
        (), strict=False, max_length=10_000, description="weighted only: one an instance"
    )
    health: Health | None = default(None, description="health_checked only; its defaults when left out")
    discipline: Literal["fifo", "priority"] = default(
        "fifo", description="priority: a visit's `priority`, smaller first; whoever is being served stays"
    )
    queue: int | None = default(
        None,
        ge=0,
        le=1_000_000_000,
        description="jobs that may wait at one queue; more are rejected; none: no limit",
    )
    connections: int | None = default(
        None, gt=0, le=1_000_000, description="connections it accepts over all pools `to` it (C76); none: no limit"
    )
    pauses: tuple[Pause, ...] = default((), strict=False, max_length=1000, description="when instances stand still")

    @model_validator(mode="before")
    @classmethod
    def _checked_by_default(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("balancing") == "health_checked" and data.get("health") is None:
            return {**data, "health": {}}
        return data

    @model_validator(mode="after")
    def _fits(self) -> Station:
        problems = [*self._weighing(), *self._checking(), *self._prioritising(), *self._pausing()]
        if problems:
            raise KeyProblems(problems)
        return self

    def _weighing(self) -> Findings:
        if self.balancing != "weighted":
            if self.weights:
                yield ("weights",), "only with `balancing: weighted`"
        elif not self.weights:
            yield ("balancing",), "weighted needs `weights`, one an instance"
        elif len(self.weights) != self.instances:
            yield ("weights",), f"needs one an instance: {self.instances}, not {len(self.weights)}"

    def _checking(self) -> Findings:
        if self.health is not None and self.balancing != "health_checked":
            yield ("health",), "only with `balancing: health_checked`"

    def _prioritising(self) -> Findings:
        if self.discipline == "priority":
            if self.balancing != "shared":
                yield ("balancing",), "`discipline: priority` needs one shared queue"
            yield from self._refused_with_priority()

    def _refused_with_priority(self) -> Iterator[tuple[tuple[str], str]]:
        for key in ("queue", "pauses"):
            if getattr(self, key) not in (None, ()):
                yield (key,), "not with `discipline: priority`"

    def _pausing(self) -> Findings:
        for index, pause in enumerate(self.pauses):
            if pause.instance is not None and pause.instance >= self.instances:
                yield ("pauses", index, "instance"), f"there are {self.instances} instances, counted from 0"


class Pool(Frozen):
    """Connections that a hold keeps across several steps."""

    size: int = Field(gt=0, le=1_000_000, description="connections in all")
    to: str | None = default(None, description="the station they lead to, whose `connections` they share")


class Limit(Frozen):
    """A token bucket for each client or address (A1, A2)."""

    rate: Rate = Field(gt=0, description="tokens that come back; a job takes one")
    burst: int = Field(gt=0, le=1_000_000, description="tokens a full bucket holds")
    per: Literal["client", "address"] = default(
        "client", description="whose bucket it is; where arrivals have no `population` each job is another client"
    )
    addresses: int | None = default(
        None, gt=0, le=1_000_000_000, description="addresses that clients share; with `per: address`"
    )

    @model_validator(mode="after")
    def _addresses_are_known(self) -> Limit:
        if self.per == "address" and self.addresses is None:
            raise KeyProblems([(("per",), "address needs `addresses`: how many there are")])
        if self.per == "client" and self.addresses is not None:
            raise KeyProblems([(("addresses",), "only with `per: address`")])
        return self
