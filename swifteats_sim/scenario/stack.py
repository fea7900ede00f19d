"""The platform's software as a scenario declares it: its parts by name, and every name that refers to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, model_validator

from swifteats_sim.scenario.actions import Budget
from swifteats_sim.scenario.caches import Cache
from swifteats_sim.scenario.distributions import DurationLaw
from swifteats_sim.scenario.effects import Costs, EffectKind
from swifteats_sim.scenario.errors import Findings, KeyPath, KeyProblems, first_few, unknown_name
from swifteats_sim.scenario.flows import AnyFlow
from swifteats_sim.scenario.frozen import Frozen, Name, default
from swifteats_sim.scenario.stations import Limit, Pool, Station
from swifteats_sim.scenario.steps import (
    CacheStep,
    Consume,
    Deliver,
    Hold,
    LimitBy,
    Place,
    Start,
    Step,
    Visit,
    flat,
    located,
)
from swifteats_sim.scenario.topics import Stream, Topic

MOST = 1000
Reference = tuple[str, str, KeyPath]
"""What is meant (`station`), its name, and the path of that name from the step."""


class Stack(Frozen):
    """The platform's software."""

    stations: dict[Name, Station] = Field(min_length=1, max_length=MOST, description="servers with a queue")
    pools: dict[Name, Pool] = default({}, max_length=MOST, description="connections that holds take")
    caches: dict[Name, Cache] = default({}, max_length=MOST, description="entries that expire")
    topics: dict[Name, Topic] = default({}, max_length=MOST, description="partitioned logs, a topic for each geo")
    streams: dict[Name, Stream] = default({}, max_length=MOST, description="open connections to customers")
    limits: dict[Name, Limit] = default({}, max_length=MOST, description="rate limits")
    flows: dict[Name, AnyFlow] = Field(
        min_length=1, max_length=MOST, description="what each kind of job passes: steps, or a mapping with `steps`"
    )
    effects: dict[EffectKind, Costs] = default(
        {}, description="what each effect of a rule costs: a visit, or a list of visits and delays"
    )
    budgets: dict[Budget, dict[Budget, DurationLaw]] = default(
        {}, max_length=MOST, description="measured laws, by path in the budget and row: in place of every row so named"
    )

    def started_by(self, flow: str) -> tuple[str, ...]:
        """The flows that a flow starts, each once, in order of its steps."""
        started = (step.start for step in flat(self.flows[flow].steps) if isinstance(step, Start))
        return tuple(dict.fromkeys(started))

    def reached(self, flows: Iterable[str]) -> tuple[str, ...]:
        """These flows and all that they start, directly or through one of these."""
        found = list(flows)
        for name in found:  # grows while it is walked
            found += [other for other in self.started_by(name) if other not in found]
        return tuple(found)

    @model_validator(mode="after")
    def _references_exist(self) -> Stack:
        problems = first_few(self._unknown())
        if problems:
            raise KeyProblems(problems)
        return self

    def _unknown(self) -> Findings:
        for path, (what, name, below) in self._references():
            known: dict[str, Any] = getattr(self, PLURALS[what])
            if name not in known:
                yield (*path, *below), unknown_name(what, name, known)

    def _references(self) -> Iterator[tuple[KeyPath, Reference]]:
        for name, pool in self.pools.items():
            if pool.to is not None:
                yield ("pools", name), ("station", pool.to, ("to",))
        for name, flow in self.flows.items():
            if flow.connects is not None:
                yield ("flows", name), ("stream", flow.connects, ("connects",))
            for path, step in located(flow.steps, ("flows", name, "steps")):
                yield from ((path, reference) for reference in references(step))
        for kind, costs in self.effects.items():
            for index, cost in enumerate(costs):
                yield from ((("effects", kind, index), reference) for reference in references(cost))


PLURALS = {
    "station": "stations", "pool": "pools", "cache": "caches", "topic": "topics", "stream": "streams",
    "limit": "limits", "flow": "flows",
}  # fmt: skip
"""Where the stack keeps what a name refers to."""


def references(step: Step) -> Iterator[Reference]:
    """The names that a step itself uses; not those of the steps inside it."""
    match step:
        case Visit():
            yield "station", step.at, ("at",)
            if step.scan is not None:
                yield "stream", step.scan, ("scan",)
        case LimitBy():
            yield "limit", step.limit, ("limit",)
        case Place():
            yield "topic", step.place, ("place",)
        case Consume():
            yield "topic", step.consume, ("consume",)
        case Hold():
            yield "pool", step.hold.pool, ("hold", "pool")
        case CacheStep():
            yield "cache", step.cache, ("cache",)
        case Deliver():
            yield "stream", step.deliver, ("deliver",)
        case Start():
            yield "flow", step.start, ("start",)
        case _:
            return
