"""Steps that hold no other steps: what one job does, meets or undergoes, one model each.

Every service time may be a mapping `name: law`; with `budget: PATH` each name is a row `PATH,name` of the
platform's budget (a test holds the bundled stacks against it). The named parts add up to one service.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo

from swifteats_sim.scenario.distributions import DurationLaw
from swifteats_sim.scenario.frozen import Frozen, default
from swifteats_sim.scenario.units import Length, PositiveDuration, Ratio, Size

RULES = ("reserve_inventory", "create_order", "pay_order", "request_assignment")


def _named(value: Any) -> Any:
    return value if isinstance(value, dict) else {"service": value}


Service = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], DurationLaw],
    BeforeValidator(_named, json_schema_input_type=DurationLaw | dict[str, DurationLaw]),
    Field(min_length=1, max_length=32),
]
Budget = Annotated[str, Field(max_length=200)]


class Visit(Frozen):
    """One job occupies one server of a station for its service time."""

    at: str = Field(description="station")
    service: Service = Field(description="law, or named laws that add up")
    budget: Budget | None = default(
        None, description="path in the platform's budget; each name of `service` is its row"
    )
    priority: int = default(0, ge=0, le=1000, description="smaller first, at a station with `discipline: priority`")
    patience: DurationLaw | None = default(None, description="longest wait; then the job abandons; none: no limit")
    scan: str | None = default(None, description="stream whose connections the service looks through (C29)")


class Delay(Frozen):
    """Time that passes without any server being busy."""

    delay: Service = Field(description="law, or named laws that add up")
    budget: Budget | None = default(None, description="path in the platform's budget; each name of `delay` is its row")


class LimitBy(Frozen):
    """Take a token of a limit; the job is refused when there is none (A1, A2)."""

    limit: str = Field(description="limit")


class Place(Frozen):
    """Append to a topic: the job gets its partition."""

    place: str = Field(description="topic")


class Fail(Frozen):
    """Some jobs fail here."""

    fail: Ratio = Field(le=1, description="share of jobs that fail")


class Send(Frozen):
    """A message to the client, counted with its size."""

    send: Size = Field(description="size of the message")


class Deliver(Frozen):
    """The job goes on only if its message reaches the process that holds the client's connection (C28)."""

    deliver: str = Field(description="stream")


class KeepNewest(Frozen):
    """Remember this job's birth as the entity's newest; an older one never overwrites (C55)."""

    keep_newest: Literal["known_fix"]


class KeepLatest(Frozen):
    """Remember this job's birth, whatever was there: the variant without a guard (C55)."""

    keep_latest: Literal["known_fix"]


class Moved(Frozen):
    """Far enough from where the entity was when a job last went on (A44)."""

    moved: Length = Field(gt=0, description="in a straight line")


def _condition(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, dict):
        return Moved.model_validate(value, context=info.context)
    if value != "watched" and not isinstance(value, Moved):
        raise ValueError("must be 'watched' or {moved: LENGTH}")
    return value


class OnlyIf(Frozen):
    """The job goes on only while the entity's flag is up, or if the entity has moved."""

    only_if: Annotated[
        Literal["watched"] | Moved, BeforeValidator(_condition, json_schema_input_type=Literal["watched"] | Moved)
    ] = Field(description="watched: a customer follows the driver")


class Fresh(Frozen):
    """An older job ends here, as expired (C54)."""

    fresh: PositiveDuration = Field(description="oldest age, from birth, that goes on")


class Start(Frozen):
    """Start a job of another flow, born when this one was; this one goes on."""

    start: str = Field(description="flow, any but `order`")


class RuleStep(Frozen):
    """Run one of the domain's rules; its effects cost what `effects` says."""

    rule: Literal["reserve_inventory", "create_order", "pay_order", "request_assignment"]
