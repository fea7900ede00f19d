"""The platform's software as a scenario declares it: stations, pools, topics, flows and the cost of effects.

Every service time may be a mapping `name: law`; with `budget: PATH` each name is a row `PATH,name` of the
platform's budget (a test holds the bundled stacks against it). The named parts add up to one service.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from swifteats_sim.scenario.distributions import DurationLaw
from swifteats_sim.scenario.errors import KeyPath, KeyProblems, unknown_name
from swifteats_sim.scenario.frozen import Frozen, Name, default
from swifteats_sim.scenario.units import PositiveDuration

EFFECTS = ("read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers")
RULES = ("reserve_inventory", "create_order", "pay_order", "request_assignment")


def _named(value: Any) -> Any:
    return value if isinstance(value, dict) else {"service": value}


Service = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], DurationLaw],
    BeforeValidator(_named, json_schema_input_type=DurationLaw | dict[str, DurationLaw]),
    Field(min_length=1, max_length=32),
]
Budget = Annotated[str, Field(max_length=200)]
Partitions = Annotated[int, Field(gt=0, le=10_000)]


class Station(Frozen):
    """Servers with a first-come-first-served queue."""

    instances: int = default(1, gt=0, le=10_000, description="copies of the service")
    concurrency: int = default(1, gt=0, le=100_000, description="jobs one instance serves at once (#54, #117, #125)")
    balancing: Literal["shared", "round_robin", "partition"] = default(
        "shared",
        description="queues: one for all, one an instance in turn, or one an instance by partition",
    )
    queue: int | None = default(
        None,
        ge=0,
        le=1_000_000_000,
        description="jobs that may wait at one queue; more are rejected; none: no limit",
    )


class Pool(Frozen):
    """Connections that a hold keeps across several effects."""

    size: int = Field(gt=0, le=1_000_000, description="connections in all")


class Topic(Frozen):
    """A topic for each geo, as a list of FIFO partitions (A20-A22)."""

    partitions: dict[Literal["dense", "sparse"], Partitions] = Field(description="partitions by the geo's kind (F3)")
    placement: Literal["round_robin", "keyed"] = Field(description="keyed: one driver, one partition (F22)")
    consumers: int = default(1, gt=0, le=10_000, description="consumers of a geo's topic, partitions spread over them")


class Visit(Frozen):
    """One job occupies one server of a station for its service time."""

    at: str = Field(description="station")
    service: Service = Field(description="law, or named laws that add up")
    budget: Budget | None = default(
        None, description="path in the platform's budget; each name of `service` is its row"
    )


class Delay(Frozen):
    """Time that passes without any server being busy."""

    delay: Service = Field(description="law, or named laws that add up")
    budget: Budget | None = default(None, description="path in the platform's budget; each name of `delay` is its row")


class Place(Frozen):
    """Append to a topic: the job gets its partition."""

    place: str = Field(description="topic")


class KeepNewest(Frozen):
    """Remember this job's birth as the entity's newest; an older one never overwrites (C55)."""

    keep_newest: Literal["known_fix"]


class OnlyIf(Frozen):
    """The job goes on only while the entity's flag is up."""

    only_if: Literal["watched"]


class Start(Frozen):
    """Start a job of another flow, born when this one was; this one goes on."""

    start: str = Field(description="flow, any but `order`")


class RuleStep(Frozen):
    """Run one of the domain's rules; its effects cost what `effects` says."""

    rule: Literal["reserve_inventory", "create_order", "pay_order", "request_assignment"]


class HoldTerms(Frozen):
    """Which pool, and how long to wait for it."""

    pool: str = Field(description="pool")
    timeout: PositiveDuration = default("2 s", description="waiting longer fails the order (A5)")


class Hold(Frozen):
    """Keep a connection of a pool across several steps."""

    hold: HoldTerms
    steps: tuple[Step, ...] = Field(
        strict=False, min_length=1, max_length=100, description="while the connection is held"
    )


def _step_type(value: Any, info: ValidationInfo) -> Any:
    """Choose the model by the key that names the step, so that errors speak of that step only."""
    if not isinstance(value, dict):
        return value
    kinds = [key for key in STEPS if key in value]
    if len(kinds) != 1:
        wanted = ", ".join(STEPS)
        names = [str(key) for key in value if key not in ("service", "budget", "steps")]
        found = f"has {' and '.join(kinds)}" if kinds else unknown_name("step", next(iter(names), ""), STEPS)
        raise ValueError(f"a step has exactly one of {wanted}; this one: {found}")
    return STEPS[kinds[0]].model_validate(value, context=info.context)


Step = Annotated[Visit | Delay | Place | KeepNewest | OnlyIf | Start | RuleStep | Hold, BeforeValidator(_step_type)]
STEPS: dict[str, type[Frozen]] = {
    "at": Visit, "delay": Delay, "place": Place, "keep_newest": KeepNewest, "only_if": OnlyIf, "start": Start,
    "rule": RuleStep, "hold": Hold,
}  # fmt: skip
"""The key that names a step, and its model."""
Hold.model_rebuild()
Flow = Annotated[tuple[Step, ...], Field(strict=False, min_length=1, max_length=100)]


class Stack(Frozen):
    """The platform's software."""

    stations: dict[Name, Station] = Field(min_length=1, max_length=1000, description="servers with a queue")
    pools: dict[Name, Pool] = default({}, max_length=1000, description="connections that holds take")
    topics: dict[Name, Topic] = default({}, max_length=1000, description="partitioned logs, a topic for each geo")
    flows: dict[Name, Flow] = Field(min_length=1, max_length=1000, description="what each kind of job passes")
    effects: dict[
        Literal["read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers"],
        Visit,
    ] = default({}, description="what each effect of a rule costs")

    @model_validator(mode="after")
    def _references_exist(self) -> Stack:
        problems = [problem for name, steps in self.flows.items() for problem in self._unknown(("flows", name), steps)]
        for name, visit in self.effects.items():
            problems += _unless_known("station", visit.at, self.stations, ("effects", name, "at"))
        if problems:
            raise KeyProblems(problems)
        return self

    def _unknown(self, path: KeyPath, steps: tuple[Step, ...]) -> list[tuple[KeyPath, str]]:
        problems: list[tuple[KeyPath, str]] = []
        for index, step in enumerate(steps):
            here = (*path, index)
            if isinstance(step, Visit):
                problems += _unless_known("station", step.at, self.stations, (*here, "at"))
            elif isinstance(step, Place):
                problems += _unless_known("topic", step.place, self.topics, (*here, "place"))
            elif isinstance(step, Start):
                problems += _unless_known("flow", step.start, self.flows, (*here, "start"))
            elif isinstance(step, Hold):
                problems += _unless_known("pool", step.hold.pool, self.pools, (*here, "hold", "pool"))
                problems += self._unknown((*here, "steps"), step.steps)
        return problems


def _unless_known(what: str, name: str, known: dict[str, Any], path: KeyPath) -> list[tuple[KeyPath, str]]:
    return [] if name in known else [(path, unknown_name(what, name, known))]
