"""What the effects of the domain's rules cost: visits to stations, and delays."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from swifteats_sim.scenario.actions import Delay, Visit
from swifteats_sim.scenario.distributions import DurationLaw
from swifteats_sim.scenario.frozen import Frozen, default

EFFECTS = ("read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers")
EffectKind = Literal["read", "compare_and_set", "insert", "transaction", "publish", "call_payment", "find_drivers"]


class EffectVisit(Visit):
    """A visit that an effect makes; a read may be of a replica that lags."""

    lag: DurationLaw | None = default(None, description="`read` only: how far the replica is behind; none: not at all")


COSTS: dict[str, type[Frozen]] = {"at": EffectVisit, "delay": Delay}


def _cost(value: Any, info: ValidationInfo) -> Any:
    """Choose the model by the key that names it, so that errors speak of that model only."""
    if not isinstance(value, dict):
        return value
    kind = next((key for key in COSTS if key in value), None)
    if kind is None:
        raise ValueError("an effect is made of visits (`at`) and delays (`delay`)")
    return COSTS[kind].model_validate(value, context=info.context)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict | list | tuple | Visit):
        raise ValueError("must be a visit, or a list of visits and delays")
    return value if isinstance(value, list | tuple) else (value,)


def _visits(costs: tuple[EffectVisit | Delay, ...]) -> tuple[EffectVisit | Delay, ...]:
    if not any(isinstance(cost, EffectVisit) for cost in costs):
        raise ValueError("needs at least one visit (`at`)")
    return costs


Cost = Annotated[EffectVisit | Delay, BeforeValidator(_cost)]
Costs = Annotated[
    tuple[Cost, ...],
    Field(strict=False, max_length=100),
    AfterValidator(_visits),
    BeforeValidator(_listed, json_schema_input_type=EffectVisit | tuple[EffectVisit | Delay, ...]),
]
"""One after the other; in a file one visit will do."""
