"""Steps of a flow: those that hold other steps, the choice of a step's model, and the walk through nested steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from swifteats_sim.scenario.actions import (
    RULES,
    Budget,
    Delay,
    Deliver,
    Fail,
    Fresh,
    KeepLatest,
    KeepNewest,
    LimitBy,
    Moved,
    OnlyIf,
    Place,
    RuleStep,
    Send,
    Service,
    Start,
    Visit,
)
from swifteats_sim.scenario.errors import KeyPath, KeyProblems, unknown_name
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Duration, PositiveDuration, Ratio

__all__ = [
    "RULES", "STEPS", "Batch", "BatchTerms", "Branch", "Budget", "CacheStep", "Consume", "Delay", "Deliver", "Fail",
    "Fresh", "Hold", "HoldTerms", "KeepLatest", "KeepNewest", "LimitBy", "Moved", "OnlyIf", "Parallel", "Place",
    "Repeat", "Retry", "RetryTerms", "RuleStep", "Send", "Service", "Start", "Step", "Steps", "Visit", "Way",
    "children", "flat", "located",
]  # fmt: skip


class Consume(Frozen):
    """A consumer of the topic handles the message that was placed before."""

    consume: str = Field(description="topic")
    steps: Steps = Field(min_length=1, description="what handling a message takes")


class HoldTerms(Frozen):
    """Which pool, and how long to wait for it."""

    pool: str = Field(description="pool")
    timeout: Duration = default("2 s", description="waiting longer fails the job (A5); 0 s: refused when none is free")


class Hold(Frozen):
    """Keep a connection of a pool across several steps."""

    hold: HoldTerms
    steps: Steps = Field(min_length=1, description="while the connection is held")


class Way(Frozen):
    """One way of a branch."""

    share: Ratio = Field(le=1, description="of the jobs")
    steps: Steps = Field(description="of this way; may be none")


class Branch(Frozen):
    """Each job takes one of several ways, by chance."""

    branch: tuple[Way, ...] = Field(strict=False, min_length=1, max_length=50, description="shares add up to 100 %")

    @model_validator(mode="after")
    def _shares_add_up(self) -> Branch:
        total = sum(way.share for way in self.branch)
        if abs(total - 1) > 1e-6:
            raise KeyProblems([(("branch",), f"the shares add up to {total * 100:.6g} %, not 100 %")])
        return self


class Parallel(Frozen):
    """Several sequences at once; the job goes on when all are done."""

    parallel: tuple[Annotated[Steps, Field(min_length=1)], ...] = Field(
        strict=False, min_length=1, max_length=50, description="sequences that begin together"
    )


class RetryTerms(Frozen):
    """How often a client tries, and how long it waits before and between."""

    attempts: int = default(3, gt=0, le=50, description="the first one included")
    timeout: PositiveDuration | None = default(
        None, description="of one attempt; the servers stay busy with it, their client is gone; none: no limit"
    )
    backoff: Duration = default("100 ms", description="before the second attempt")
    factor: float = default(2.0, ge=1, le=100, description="each backoff over the one before")
    jitter: Ratio = default("0 %", le=1, description="share of a backoff that is drawn evenly")
    budget: Ratio | None = default(
        None, le=100, description="retries over first attempts, a token bucket of the whole flow; none: no limit"
    )


class Retry(Frozen):
    """Steps that are tried again when they fail."""

    retry: RetryTerms
    steps: Steps = Field(min_length=1, description="one attempt")


class CacheStep(Frozen):
    """Read a cache: `hit`, or `miss` and then the fill."""

    cache: str = Field(description="cache")
    hit: Steps = default((), description="when the entry is there")
    miss: Steps = Field(description="when it is not; the end fills the cache")


class BatchTerms(Frozen):
    """When a batch goes."""

    size: int | None = default(None, gt=0, le=1_000_000, description="jobs that make a full batch; none: no limit")
    every: PositiveDuration = Field(description="longest wait of the first one; without `size` ticks from time 0")


class Batch(Frozen):
    """Jobs wait for each other, then pass the steps as one."""

    batch: BatchTerms
    steps: Steps = Field(min_length=1, description="once a batch")


class Repeat(Frozen):
    """The same steps several times, one after the other."""

    repeat: int = Field(gt=0, le=100, description="times")
    steps: Steps = Field(min_length=1, description="of each time")


def _step_type(value: Any, info: ValidationInfo) -> Any:
    """Choose the model by the key that names the step, so that errors speak of that step only."""
    if not isinstance(value, dict):
        return value
    kinds = [key for key in STEPS if key in value]
    if len(kinds) != 1:
        wanted = ", ".join(STEPS)
        names = [str(key) for key in value if key not in DETAILS]
        found = f"has {' and '.join(kinds)}" if kinds else unknown_name("step", next(iter(names), ""), STEPS)
        raise ValueError(f"a step has exactly one of {wanted}; this one: {found}")
    return STEPS[kinds[0]].model_validate(value, context=info.context)


Step = Annotated[
    Visit | Delay | LimitBy | Place | Consume | Hold | Branch | Parallel | Retry | CacheStep | Batch | Repeat | Fail
    | Send | Deliver | KeepNewest | KeepLatest | OnlyIf | Fresh | Start | RuleStep,
    BeforeValidator(_step_type),
]  # fmt: skip
Steps = Annotated[tuple[Step, ...], Field(strict=False, max_length=100)]
STEPS: dict[str, type[Frozen]] = {
    "at": Visit, "delay": Delay, "limit": LimitBy, "place": Place, "consume": Consume, "hold": Hold, "branch": Branch,
    "parallel": Parallel, "retry": Retry, "cache": CacheStep, "batch": Batch, "repeat": Repeat, "fail": Fail,
    "send": Send, "deliver": Deliver, "keep_newest": KeepNewest, "keep_latest": KeepLatest, "only_if": OnlyIf,
    "fresh": Fresh, "start": Start, "rule": RuleStep,
}  # fmt: skip
"""The key that names a step, and its model."""
DETAILS = ("service", "budget", "priority", "patience", "scan", "steps", "hit", "miss")
"""Keys that name no step."""
for _model in (Consume, Hold, Way, Branch, Parallel, Retry, CacheStep, Batch, Repeat):
    _model.model_rebuild()


def nested(step: Step) -> tuple[tuple[KeyPath, tuple[Step, ...]], ...]:
    """The sequences of steps inside a step, each with its path from the step."""
    match step:
        case Branch():
            return tuple((("branch", index, "steps"), way.steps) for index, way in enumerate(step.branch))
        case Parallel():
            return tuple((("parallel", index), steps) for index, steps in enumerate(step.parallel))
        case CacheStep():
            return (("hit",), step.hit), (("miss",), step.miss)
        case Consume() | Hold() | Retry() | Batch() | Repeat():
            return ((("steps",), step.steps),)
        case _:
            return ()


def children(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The sequences of steps inside a step, as declared: ways, parallel sequences, hit and miss, or its steps."""
    return tuple(steps for _, steps in nested(step))


def located(steps: tuple[Step, ...], path: KeyPath = ()) -> Iterator[tuple[KeyPath, Step]]:
    """Every step, nested ones included, depth first, each with its path."""
    for index, step in enumerate(steps):
        yield (*path, index), step
        for below, inside in nested(step):
            yield from located(inside, (*path, index, *below))


def flat(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step, nested ones included, depth first."""
    return (step for _, step in located(steps))
